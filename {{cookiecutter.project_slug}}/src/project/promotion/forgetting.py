"""Take forgotten rows out of the versions of models, and withdraw the one that serves.

What is in a version's folder goes as in a run's (`project.affected`); here goes what is beside it:
its card, what DVC's cache has of it, and its service.
"""

import json
from pathlib import Path

import yaml

from ..affected import Affected
from ..files import md5, replacing
from ..paths import Paths
from ..runs import CODE, FIGURES, FORGOTTEN, MODEL, PAGE, PREDICTIONS, SCHEMA
from . import changelog, versions
from .service import in_service
from .versions import GATES

LIST = ""  # stands for DVC's list of a version's files among their names
_GONE = """# {version}

Withdrawn: rows that it learnt from were forgotten. What was measured on them is gone with them.
"""


def absent(paths: Paths) -> list[str]:
    """Return the versions whose files are not here, so that nobody can tell what they hold."""
    named = sorted(file.with_suffix("") for file in paths.models.glob("v*.dvc"))
    return [folder.name for folder in named if not folder.is_dir()]


def withdrawn(runs: list[Affected], paths: Paths) -> str | None:
    """Return the version that serves and is among those that rows were used for."""
    now = in_service(paths)
    return now if now in [run.name for run in _told(runs)] else None


def contents(runs: list[Affected], patches: dict[Path, list[str]], paths: Paths) -> list[Path]:
    """List what DVC's cache has of versions and will not be in them any more.

    Parameters
    ----------
    runs
        What rows were used for; versions among them.
    patches
        Folders whose code.patch loses something.
    paths
        The project.
    """
    gone = []
    for run in _told(runs):
        listed = _listed(run.folder, paths)
        lost = [name for name in listed if _changes(name, listed[name], run, patches)]
        if lost or FORGOTTEN not in listed:
            lost.append(LIST)  # after all that it leads to
        gone += [paths.cached(listed[name]) for name in lost if name in listed]
    return [file for file in dict.fromkeys(gone) if file.is_file()]


def _changes(name: str, checksum: str, run: Affected, patches: dict[Path, list[str]]) -> bool:
    """Tell whether a file of a version goes or changes, or has done so in a command that ended."""
    if name == LIST:
        return False
    if run.rows and (name in (PREDICTIONS, PAGE) or name.startswith(f"{FIGURES}/")):
        return True
    taken = {GATES: True, MODEL: run.stores, SCHEMA: run.categories, CODE: run.folder in patches}
    file = run.folder / name
    return bool(taken.get(name)) or not file.is_file() or md5(file) != checksum


def _listed(folder: Path, paths: Paths) -> dict[str, str]:
    """Return path to checksum of a version's files in DVC's cache, and of the list itself."""
    record = folder.with_name(f"{folder.name}.dvc")
    if not record.is_file():
        return {}
    checksum = yaml.safe_load(record.read_text(encoding="utf-8"))["outs"][0]["md5"]
    found = {LIST: checksum}
    if paths.cached(checksum).is_file():
        entries = json.loads(paths.cached(checksum).read_text(encoding="utf-8"))
        found |= {entry["relpath"]: entry["md5"] for entry in entries}
    return found


def withdraw(runs: list[Affected], paths: Paths) -> None:
    """Take the version that serves out of service, and the figures out of the cards."""
    if withdrawn(runs, paths):
        versions.record("withdraw", None, None, paths)
    for run in _told(runs):
        (run.folder / GATES).unlink(missing_ok=True)
        with replacing(paths.models / f"{run.name}.md") as scratch:
            scratch.write_text(_GONE.format(version=run.name), encoding="utf-8")
    if _told(runs):
        changelog.write(paths)


def renew(runs: list[Affected], old: list[Path], paths: Paths) -> None:
    """Let DVC keep the versions as they are now, and nothing of what they were.

    The old contents go first: until a version's .dvc file is new, a killed command finds it again.
    """
    for file in old:
        file.unlink(missing_ok=True)
    if folders := [run.folder for run in _told(runs)]:
        versions.add(folders, paths)


def _told(runs: list[Affected]) -> list[Affected]:
    return [run for run in runs if run.promoted and run.ids is not None]
