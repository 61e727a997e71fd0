"""Model files as somebody would forge them to have code run, or to make the reader fail."""

import io
import json
import pickle
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import skops.io

Node = dict[str, Any]
PROTOCOL = json.loads(zipfile.ZipFile(io.BytesIO(skops.io.dumps(0))).read("schema.json"))[
    "protocol"
]


def node(way: str, name: str, **more: Any) -> Node:
    """Return an object as a file describes it: the way to make it, its type, its parts."""
    module, _, kind = name.rpartition(".")
    return {"__loader__": way, "__module__": module, "__class__": kind, **more}


def plain(value: Any) -> Node:
    """Return a number, a text or nothing."""
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


def many(*content: Node, way: str = "ListNode", name: str = "builtins.list") -> Node:
    """Return a list of objects."""
    return node(way, name, content=list(content))


def together(*content: Node) -> Node:
    """Return a tuple of objects."""
    return many(*content, way="TupleNode", name="builtins.tuple")


def keyed(key_type: Node, key: str) -> Node:
    """Return a mapping with one key, which is made by calling a type with its text."""
    return node("DictNode", "builtins.dict", key_types=many(key_type), content={key: plain(None)})


SYSTEM = node("FunctionNode", "posix.system")
OLD = {"module_path": "posix", "function": "system"}
# Each takes the command that is to be run, and gives what the file holds.
# Those with True run it where every type is trusted; the others name what could be used for it.
CODE: dict[str, tuple[bool, str, Callable[[str], Node]]] = {
    "a key made by a function": (True, "posix.system", lambda do: keyed(SYSTEM, do)),
    "a reduced object": (
        True,
        "ConstructorFromReduceNode",
        lambda do: node("ConstructorFromReduceNode", "posix.system", content=together(plain(do))),
    ),
    "a loss that is a function": (
        True,
        "posix.system",
        lambda do: node(
            "LossNode",
            "posix.system",
            content=plain(None),
            __reduce__={"args": together(plain(do))},
        ),
    ),
    "an operator": (
        True,
        "OperatorFuncNode",
        lambda do: node("OperatorFuncNode", "operator.call", attrs=together(SYSTEM, plain(do))),
    ),
    "a part of an array": (
        True,
        "posix.system",
        lambda do: node(
            "NdArrayNode",
            "numpy.ndarray",
            type="json",
            shape=together(plain(1)),
            content=[keyed(SYSTEM, do)],
        ),
    ),
    "an older protocol": (
        True,
        "posix.system",
        lambda do: keyed(SYSTEM | {"content": OLD}, do) | {"protocol": 0},
    ),
    "a function that is kept": (False, "posix.system", lambda do: many(SYSTEM, plain(do))),
    "a partial": (
        False,
        "PartialNode",
        lambda do: node(
            "PartialNode",
            "functools.partial",
            content={
                "func": SYSTEM,
                "args": together(plain(do)),
                "kwds": keyed(node("TypeNode", "builtins.str"), "a"),
                "namespace": plain(None),
            },
        ),
    ),
    "a method": (
        False,
        "MethodNode",
        lambda do: node(
            "MethodNode",
            "sklearn.dummy.DummyClassifier",
            content={
                "func": "fit",
                "obj": node("ObjectNode", "sklearn.dummy.DummyClassifier"),
            },
        ),
    ),
    "a module with effects": (
        False,
        "antigravity.geohash",
        lambda do: node("FunctionNode", "antigravity.geohash"),
    ),
    "a class that is no estimator": (
        False,
        "subprocess.Popen",
        lambda do: node("ObjectNode", "subprocess.Popen"),
    ),
    "a function of the project": (
        False,
        "project.train.main",
        lambda do: node("FunctionNode", "project.train.main"),
    ),
    "eval as a type": (
        False,
        "builtins.eval",
        lambda do: keyed(node("TypeNode", "builtins.eval"), "1"),
    ),
    "a list of another type": (
        False,
        "builtins.exec",
        lambda do: many(name="builtins.exec"),
    ),
    "a way that is not there": (False, "EvalNode", lambda do: node("EvalNode", "builtins.eval")),
}


def archive(
    file: Path, tree: Node, members: dict[str, bytes] | None = None, *, packed: bool = False
) -> None:
    """Write a model file with what it describes and the files beside it."""
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", how) as written:
        for name, content in (members or {}).items():
            written.writestr(name, content)
        written.writestr("schema.json", json.dumps({"protocol": PROTOCOL, **tree}))


def array(file: str) -> Node:
    """Return an array that is kept in a file beside."""
    return node("NdArrayNode", "numpy.ndarray", type="numpy", file=file)


def _saved(value: Any, *, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value, allow_pickle=pickled)
    return buffer.getvalue()


class Touch:
    """What runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, (self.command,)


def nested(file: Path, do: str) -> None:
    """Hide an archive in the archive."""
    archive(
        file,
        node("SparseMatrixNode", "scipy.sparse.csr_matrix", type="scipy", file="a.npz"),
        {"a.npz": b"PK"},
    )


def outside(file: Path, do: str) -> None:
    """Name a member that lies outside of the archive."""
    archive(file, array("../../a.npy"), {"../../a.npy": _saved(np.zeros(2))})


def absolute(file: Path, do: str) -> None:
    """Name a member by a full path."""
    archive(file, array("/a.npy"), {"/a.npy": _saved(np.zeros(2))})


def twice(file: Path, do: str) -> None:
    """Hold two files of one name, of which each reader may take another."""
    archive(file, plain(1), {"a.npy": _saved(np.zeros(2))})
    with zipfile.ZipFile(file, "a") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr("a.npy", _saved(np.ones(2)))


def bomb(file: Path, do: str) -> None:
    """Pack zeros so that they become a thousand times larger."""
    content = _saved(np.zeros(4_000_000))
    archive(file, array("a.npy"), {"a.npy": content}, packed=True)


def boast(file: Path, do: str) -> None:
    """Claim an array of a million gigabytes."""
    head = _saved(np.zeros(10)).replace(b"(10,), }", b"(10,)*0x", 1)
    content = head.replace(b"(10,)*0x" + b" " * 14, b"(100000000000000,), }".ljust(22), 1)
    archive(file, array("a.npy"), {"a.npy": content})


def pickled_array(file: Path, do: str) -> None:
    """Keep an array of objects, which NumPy pickles."""
    archive(file, array("a.npy"), {"a.npy": _saved(np.array([Touch(do)], object), pickled=True)})


def pickled(file: Path, do: str) -> None:
    """Call a pickle a model."""
    file.write_bytes(pickle.dumps(Touch(do)))


def deep(file: Path, do: str) -> None:
    """Nest lists until a reader that calls itself gives up."""
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("schema.json", "[" * 200_000 + "]" * 200_000)


def lost_part(file: Path, do: str) -> None:
    """Name a file that is not there."""
    archive(file, array("a.npy"))


def endless(file: Path, do: str) -> None:
    """Refer to an object before it is there."""
    archive(file, node("CachedNode", "builtins.list", __id__=7))


def nothing(file: Path, do: str) -> None:
    """Leave the file empty."""
    file.touch()


def cut(file: Path, do: str) -> None:
    """Copy half of it."""
    archive(file, array("a.npy"), {"a.npy": _saved(np.zeros(1000))})
    file.write_bytes(file.read_bytes()[:4000])


# What each is refused for.
FILES: dict[Callable[[Path, str], None], str] = {
    nested: "'a.npz'",
    outside: "'../../a.npy'",
    absolute: "'/a.npy'",
    twice: "'a.npy'",
    bomb: "more than the file is",
    boast: "no whole model file",
    pickled_array: "no whole model file",
    pickled: "no whole model file",
    deep: "no whole model file",
    lost_part: "no whole model file",
    endless: "no whole model file",
    nothing: "no whole model file",
    cut: "no whole model file",
}
