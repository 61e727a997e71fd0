"""Compare two run folders bit for bit, and say where they part first.

Pure: it reads the two folders and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .manifest import load_manifest
from .runs import METRICS, MODEL, PREDICTIONS, read_json

FIRST = 3  # rows of each kind that are shown; the rest is counted
_AROUND = ("image", "base_image", "base_image_digest", "libc", "machine", "processor")


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both.

    Attributes
    ----------
    kind
        Such as "input", "parameter", "prediction" or "package".
    what
        Which of them.
    recorded, repeated
        What each run holds.
    """

    kind: str
    what: str
    recorded: str
    repeated: str


@dataclass(frozen=True)
class Differences:
    """All that differs between a recorded run and its repetition.

    Attributes
    ----------
    inputs
        What a result follows from and both should have in common: configuration, data, code,
        lock, Python.
    outputs
        Fitted parameters, predictions and metrics; the first of each, and a count of the others.
    around
        What no result should depend on: image, packages, processor.
    """

    inputs: list[Difference]
    outputs: list[Difference]
    around: list[Difference]

    @property
    def identical(self) -> bool:
        """Whether the second run is the first one again."""
        return not self.inputs and not self.outputs


def differences(recorded: Path, repeated: Path) -> Differences:
    """Compare two runs.

    Parameters
    ----------
    recorded, repeated
        Folders of whole runs.

    Raises
    ------
    RunError
        When a manifest was edited.
    """
    one, two = load_manifest(recorded), load_manifest(repeated)
    return Differences(
        inputs=list(_inputs(one["inputs"], two["inputs"])),
        outputs=list(_outputs(one, two, recorded, repeated)),
        around=list(_around(one["circumstances"], two["circumstances"])),
    )


def _inputs(one: dict[str, Any], two: dict[str, Any]) -> Iterator[Difference]:
    for what, before, after in _moved(one, two):
        known = what.removeprefix("config.")
        yield Difference("parameter" if what != known else "input", known, before, after)


def _around(one: dict[str, Any], two: dict[str, Any]) -> Iterator[Difference]:
    packages = _moved(one.get("packages") or {}, two.get("packages") or {})
    yield from (Difference("package", *moved) for moved in packages)
    for key in _AROUND:
        if one.get(key) != two.get(key):
            yield Difference(key.replace("_", " "), "", str(one.get(key)), str(two.get(key)))


def _outputs(
    one: dict[str, Any], two: dict[str, Any], recorded: Path, repeated: Path
) -> Iterator[Difference]:
    before, after = one["outputs"], two["outputs"]
    parts = {"model": _parameter, "predictions": _predictions, "metrics": _metrics}
    for name in [*parts, *(key for key in before if key not in {*parts, "fingerprint"})]:
        if before[name] == after.get(name):
            continue
        found = list(parts[name](recorded, repeated)) if name in parts else []
        # A sign of zero or a kind of number shows in the bits alone.
        yield from found or [Difference(name, "its bits", before[name][:12], after[name][:12])]


def _metrics(recorded: Path, repeated: Path) -> Iterator[Difference]:
    trees = (read_json(folder / METRICS)["splits"] for folder in (recorded, repeated))
    moved = [
        (where.replace(".figures.", ".").removesuffix(".value"), *pair)
        for where, *pair in _moved(*trees)
    ]
    yield from (Difference("metric", where, *pair) for where, *pair in moved[:FIRST])
    if len(moved) > FIRST:
        yield Difference("metric", f"and {len(moved) - FIRST} more", "", "")


def _parameter(recorded: Path, repeated: Path) -> Iterator[Difference]:
    from .models.difference import first_difference
    from .models.store import load_model

    models = (load_model(folder / MODEL) for folder in (recorded, repeated))
    found = first_difference(*models)
    if found:
        yield Difference("fitted parameter", *found)


def _predictions(recorded: Path, repeated: Path) -> Iterator[Difference]:
    import pandas as pd

    files = (folder / PREDICTIONS for folder in (recorded, repeated))
    one, two = (pd.read_parquet(file).set_index(["split", "row_id"]) for file in files)
    if list(one.columns) != list(two.columns):
        yield Difference(
            "prediction", "columns", *(", ".join(map(str, table)) for table in (one, two))
        )
        return
    if not one.index.equals(two.index):
        yield Difference("prediction", "rows", f"{len(one)} rows", f"{len(two)} rows or others")
        return
    # Missing in both is the same.
    other = (one != two) & ~(one.isna() & two.isna())
    rows = other.index[other.any(axis=1)]
    for split, row in rows[:FIRST]:
        column = other.columns[other.loc[(split, row)].to_numpy().argmax()]
        pair = (_text(table.loc[(split, row), column]) for table in (one, two))
        yield Difference("prediction", f"row {row} ({split}), {column}", *pair)
    if len(rows) > FIRST:
        yield Difference("prediction", f"and {len(rows) - FIRST} more rows", "", "")


def _moved(one: Any, two: Any, where: str = "") -> list[tuple[str, str, str]]:
    """List, depth first, the dotted names under which two trees of plain values differ."""
    if isinstance(one, dict) and isinstance(two, dict):
        found = []
        for key in [*one, *(key for key in two if key not in one)]:
            name = f"{where}.{key}" if where else str(key)
            found += _moved(one.get(key, _ABSENT), two.get(key, _ABSENT), name)
        return found
    same = type(one) is type(two) and one == two
    return [] if same else [(where, _text(one), _text(two))]


class _Absent:
    def __repr__(self) -> str:
        return "none"


_ABSENT = _Absent()


def _text(value: Any) -> str:
    """Write a value with every digit it has; hashes by their beginning."""
    value = value.item() if hasattr(value, "item") else value
    text = value if isinstance(value, str) else repr(value)
    hexadecimal = len(text) in (32, 64) and not set(text) - set("0123456789abcdef")
    return text[:12] if hexadecimal else text
