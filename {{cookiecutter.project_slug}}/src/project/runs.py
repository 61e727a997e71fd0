"""Keep runs: one folder each, which exists whole or not at all."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .paths import Paths

MANIFEST = "manifest.json"


def find(run_id: str, paths: Paths) -> Path | None:
    """Return the folder of a run, or None where there is no such run."""
    folder = paths.runs / run_id
    return folder if (folder / MANIFEST).is_file() else None


@contextmanager
def create(run_id: str, paths: Paths) -> Iterator[Path]:
    """Give a folder to write a run into; it takes the run's name when the block succeeds.

    Where the same run has meanwhile appeared, that one stays: both are of the same inputs.

    Yields
    ------
    Path
        An empty folder beside the others, hidden from all that list runs.
    """
    paths.runs.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{run_id}.", dir=paths.runs))
    scratch.chmod(0o755)
    try:
        yield scratch
        if find(run_id, paths) is None:
            scratch.rename(paths.runs / run_id)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_json(content: Any, file: Path) -> None:
    """Write JSON for people and programs: indented, UTF-8, NaN as null."""
    text = json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")


def read_json(file: Path) -> Any:
    """Read a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
