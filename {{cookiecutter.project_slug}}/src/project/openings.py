"""Openings of the test split: each is counted, in a file that git keeps.

A test split tells the truth once. Whoever looks a second time, and does something because of what
it said, has begun to fit to it; so a second look warns.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any

from .errors import RunError
from .files import locked
from .paths import Paths
from .shape import misshapen


def opened(paths: Paths) -> list[dict[str, Any]]:
    """Return all openings so far, the first one first.

    Raises
    ------
    RunError
        When the file was edited into something that can't be read.
    """
    if not paths.openings.exists():
        return []
    found = []
    lines = paths.openings.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            one = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            one = None
        if misshapen(one, {"date": str, "run": str}):
            raise RunError(
                f"{paths.openings.name}, line {number} can't be read: it counts how often the test "
                f"split was opened; bring it back by `git checkout {paths.openings.name}`"
            )
        found.append(one)
    return found


def record(run: str, data: str | None, paths: Paths) -> list[dict[str, Any]]:
    """Record one more opening, before anybody has seen a row; returns all, this one last.

    Parameters
    ----------
    run
        The run that is evaluated.
    data
        The checksum of the split that is opened.
    paths
        The project.
    """
    with locked(paths.dvc_tmp / "openings.flock"):
        before = opened(paths)
        one = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "run": run,
            "commit": os.environ.get("GIT_COMMIT") or None,
            "split": data,
        }
        with paths.openings.open("a", encoding="utf-8") as file:
            file.write(json.dumps(one) + "\n")
    return [*before, one]


def warning(openings: list[dict[str, Any]]) -> str:
    """Say what it means that the test split was opened again; nothing at the first time."""
    if len(openings) < 2:
        return ""
    first = openings[0]
    return (
        f"The test split has been opened {len(openings)} times, first on {first['date'][:10]} for "
        f"run {first['run']}: what was decided since because of it makes these figures too good."
    )
