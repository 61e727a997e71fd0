"""Keep versions of models: a folder under DVC, a card and a line in the history for each.

The line in models/history.jsonl comes last and makes a version one. What a promotion that was
killed left before it has the number of the next version, which clears it away.
"""

import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..files import replacing
from ..locks import clear_stale, staging
from ..manifest import check_files, load_manifest
from ..paths import Paths
from ..runs import write_json
from . import changelog
from .history import Entry, append, read

GATES = "promotion.json"  # in a version's folder, beside what its run left


def keep(
    run: Path, judged: dict[str, Any], card: Callable[[str], str], paths: Paths
) -> tuple[str, Path]:
    """Make a run the next version, which serves from then on.

    Parameters
    ----------
    run
        The run's folder.
    judged
        What the gates said, for promotion.json.
    card
        Writes the model card of a version.
    paths
        The project; the caller is alone with its versions.

    Returns
    -------
    tuple
        The version and its card's file.

    Raises
    ------
    RunError
        When the run was edited, or forgotten rows of.
    """
    version = next_version(paths)
    discard(version, paths)
    folder = paths.models / version
    scratch = paths.models / f".{version}.{uuid4().hex}"
    page = paths.models / f"{version}.md"
    try:
        shutil.copytree(run, scratch)
        check_files(scratch, load_manifest(scratch))
        write_json(judged, scratch / GATES)
        scratch.rename(folder)
        track(folder, paths)
        with replacing(page) as file:
            file.write_text(card(version), encoding="utf-8")
        record("promote", version, run.name, paths)
    except BaseException:
        # Not where the line is in the history already: the version then is one.
        if served_by(run.name, paths) != version:
            discard(version, paths)
        raise
    return version, page


def next_version(paths: Paths) -> str:
    """Name the version that comes next: by the history, which alone makes one."""
    made = [int(one.version[1:]) for one in read(paths) if one.version]
    return f"v{max(made, default=0) + 1}"


def discard(version: str, paths: Paths) -> None:
    """Remove what a promotion left that did not come to its end."""
    for scratch in sorted(paths.models.glob(".v*")):
        shutil.rmtree(scratch) if scratch.is_dir() else scratch.unlink()
    shutil.rmtree(paths.models / version, ignore_errors=True)
    for name in (f"{version}.dvc", f"{version}.md"):
        (paths.models / name).unlink(missing_ok=True)


def track(folder: Path, paths: Paths) -> None:
    """Let DVC keep a version; a `.dvc` file beside it names its content."""
    with staging(paths):
        add([folder], paths)


def add(folders: list[Path], paths: Paths) -> None:
    """Do what `track` does, for somebody who is alone with the stages."""
    from dvc.repo import Repo

    # It advises git commands at each file; ours says what to commit.
    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    clear_stale(paths)
    with Repo(str(paths.root)) as repo:
        for folder in folders:
            repo.add(str(folder))


def record(action: str, version: str | None, run: str | None, paths: Paths) -> None:
    """Add a line to the history, and write the changelog anew."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    append(Entry(now, action, version, run), paths)
    changelog.write(paths)


def served_by(run: str, paths: Paths) -> str | None:
    """Return the version that a run was promoted to; None where it was not."""
    return next((e.version for e in read(paths) if e.action == "promote" and e.run == run), None)
