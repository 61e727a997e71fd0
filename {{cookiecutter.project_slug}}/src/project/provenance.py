"""What went into a run, and the name that follows from it.

A run's id is a hash of five inputs. A change in any of them is another run:

==========  ===========================================================================
`config`    the resolved configuration: all of conf/ and ARGS, in the order-free form of
            canonical JSON, but for `tracking`, where `compute` has pieces done, what other
            commands are set by (`backtest`, `checks`, `curves`, `ladder`, `methods`, `tuning`), and
            every `n_jobs`, `workers` and `verbose`
`data`      path to MD5 of the source table and of each data stage's output (dvc.lock)
`code`      names and contents of all Python files under src/project/
`lock`      contents of requirements/runtime.lock, and of the locks of the extras that are built in
            (requirements/extras.txt): every package with its hash
`python`    the interpreter's version, to the last number
==========  ===========================================================================

What is recorded beside them and names nothing: where the run is tracked, where and by how many
workers pieces are done, the project's folder, user, host, commit, image, processor and time.
"""

import functools
import hashlib
import json
import os
import platform
import re
import sysconfig
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import extras
from .compute import processor_name
from .files import sha256
from .paths import Paths

if TYPE_CHECKING:
    from .config import Config

# Where a run is shown changes nothing in it, nor do the settings of another command.
_NOT_IDENTITY = {"tracking", "checks", "ladder", "methods", "tuning", "curves", "backtest"}
# Nor does where independent pieces are done, with the same pins and code or not at all, nor what a
# container may use: it ends as it would without the limit, or is killed.
_PLACE = frozenset({"backend", "address", "options", "memory_gb", "cpus"})
# Nor does an argument of an estimator that only says how fast or how loud it works.
NO_RESULT = frozenset({"n_jobs", "workers", "verbose"})
# How scripts/snapshot.sh names what was too large to keep.
_LEFT_OUT = re.compile(rb"^left out: (.+)$", re.MULTILINE)


def plain(config: "Config") -> dict[str, Any]:
    """Return a configuration as plain values, for JSON and YAML."""
    tree: dict[str, Any] = json.loads(json.dumps(asdict(config), default=_enum))
    return tree


def inputs(config: "Config", checksums: dict[str, str], paths: Paths) -> dict[str, Any]:
    """Collect everything that a result follows from.

    Parameters
    ----------
    config
        The resolved configuration.
    checksums
        Path to checksum of the source and of each stage's output.
    paths
        The project, for its code and its lock.

    Returns
    -------
    dict
        `config`, `data`, `code`, `lock` and `python`, as this module's docstring tells.
    """
    tree = plain(config)
    tree["compute"] = {key: tree["compute"][key] for key in tree["compute"] if key not in _PLACE}
    return {
        "config": _results({key: tree[key] for key in tree if key not in _NOT_IDENTITY}),
        "data": checksums,
        "code": code_hash(paths.code),
        "lock": lock_hash(paths),
        "python": platform.python_version(),
    }


def _results(tree: Any) -> Any:
    """Leave out, at any depth, the settings that move no result."""
    if isinstance(tree, dict):
        return {key: _results(value) for key, value in tree.items() if key not in NO_RESULT}
    return [_results(value) for value in tree] if isinstance(tree, list) else tree


def run_id(inputs: dict[str, Any]) -> str:
    """Name a run: 12 hexadecimal digits of the hash of its inputs."""
    return canonical_hash(inputs)[:12]


def canonical_hash(content: Any) -> str:
    """Return the SHA-256 of the canonical JSON of plain values: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def code_hash(package: Path) -> str:
    """Hash the names and contents of a package's Python files."""
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package).as_posix()
        digest.update(f"{name}\0{sha256(file)}\n".encode())
    return digest.hexdigest()


def lock_hash(paths: Paths) -> str:
    """Hash the locks that the image is built from; without extras it is that of runtime.lock."""
    added = extras.chosen(paths)
    if not added:
        return sha256(paths.runtime_lock)
    locks = [paths.runtime_lock, *(extras.lock(name, paths) for name in added)]
    return canonical_hash([sha256(file) for file in locks])


def circumstances() -> dict[str, Any]:
    """Record what a result should not depend on, for the day when it does.

    Returns
    -------
    dict
        Commit, whether there was code beside it, and files of it too large to keep; image, base,
        C library, packages as installed; kind and name of the processor.
    """
    return {
        "git_commit": os.environ.get("GIT_COMMIT") or None,
        "git_dirty": {"true": True, "false": False}.get(os.environ.get("GIT_DIRTY", "")),
        "left_out": left_out(code_patch()),
        "image": os.environ.get("IMAGE_ID") or None,
        "base_image": os.environ.get("BASE_IMAGE") or None,
        "base_image_digest": os.environ.get("BASE_IMAGE_DIGEST") or None,
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "packages": packages(),
        "machine": platform.machine(),
        "processor": processor_name(),
    }


@functools.cache
def code_patch() -> bytes | None:
    """Return the code that no commit holds, as scripts/snapshot.sh left it; None where all is.

    Read once, before a training that may outlast the file.
    """
    name = os.environ.get("CODE_PATCH")
    return Path(name).read_bytes() if name else None


def left_out(patch: bytes | None) -> list[str]:
    """Return the files that a patch names as too large to keep."""
    return [name.decode(errors="replace") for name in _LEFT_OUT.findall(patch or b"")]


def packages() -> dict[str, str]:
    """Return name to version of the installed packages, by the names of their folders."""
    found = sorted(Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    pairs = (entry.name.removesuffix(".dist-info").partition("-") for entry in found)
    return {name: version for name, _, version in pairs}


def leaves(tree: Any, prefix: str = "") -> dict[str, Any]:
    """Flatten a tree of plain values: dotted name to value."""
    if not isinstance(tree, dict):
        return {prefix: tree}
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= leaves(value, f"{prefix}.{key}" if prefix else str(key))
    return found


def _enum(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{value!r} is not a configuration value")
