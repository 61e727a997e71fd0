"""The history of what served: a line for each promotion, return and withdrawal, kept by git."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import RunError
from ..paths import Paths
from ..shape import Wanted, misshapen

# Any version names a folder, and none another place.
_SHAPE: Wanted = {
    "time": str,
    "action": str,
    "version": (re.compile(r"v\d+"), type(None)),
    "run": (re.compile(r"[0-9a-f]+"), type(None)),
}


@dataclass(frozen=True)
class Entry:
    """A change of the model that serves.

    Attributes
    ----------
    time
        When, in UTC (ISO 8601).
    action
        "promote", "rollback" or "withdraw"; a model that is withdrawn never serves again.
    version
        Of the model that serves from then on, such as "v3"; None where none does.
    run
        The id of its run; None where none serves.
    """

    time: str
    action: str
    version: str | None
    run: str | None


def read(paths: Paths) -> list[Entry]:
    """Return all changes, the earliest first.

    Raises
    ------
    RunError
        When a line of the file is not what was written there.
    """
    if not paths.served.is_file():
        return []
    found = []
    lines = paths.served.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict) or entry.keys() != _SHAPE.keys() or misshapen(entry, _SHAPE):
            raise RunError(
                f"{paths.shown('models/history.jsonl')}, line {number} is not a line that "
                "`make promote` wrote: bring the file back from git"
            )
        found.append(Entry(**entry))
    return found


def append(entry: Entry, paths: Paths) -> None:
    """Add a change at the end."""
    paths.models.mkdir(exist_ok=True)
    with paths.served.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry)) + "\n")


def serving(paths: Paths) -> Path:
    """Return the folder of the model that serves: what its run left, whole.

    Raises
    ------
    RunError
        When none does, or its files are not here.
    """
    entries = read(paths)
    if not entries:
        raise RunError("no model was promoted yet: `make promote RUN=<id>` does that")
    if entries[-1].version is None:
        raise RunError(
            "no model serves: the one that did learnt from rows that were forgotten; `make "
            "rollback` or `make promote RUN=<id>` chooses another"
        )
    folder = paths.models / entries[-1].version
    if not folder.is_dir():
        raise RunError(
            f"models/{folder.name} serves and is not here: `make pull` brings it from the remote"
        )
    return folder
