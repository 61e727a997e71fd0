"""Which version of a model serves, which did, and how an earlier one comes back."""

import re

from ..errors import RunError
from ..manifest import check_files, load_manifest
from ..paths import Paths
from ..runs import FORGOTTEN
from .history import read
from .versions import record, served_by


def in_service(paths: Paths) -> str | None:
    """Return the version that serves; None where none does."""
    entries = read(paths)
    return entries[-1].version if entries else None


def refuse_known(run: str, paths: Paths) -> None:
    """Refuse a run that is a version already.

    Raises
    ------
    RunError
        Which says what to do instead.
    """
    version = served_by(run, paths)
    if version is None:
        return
    if version == in_service(paths):
        raise RunError(f"run {run} serves already, as {version}: there is nothing to promote")
    raise RunError(f"run {run} is {version} already: `make rollback TO={version}` brings it back")


def stack(paths: Paths) -> list[str]:
    """Return the versions one above the other as they replaced each other; the last one serves.

    A version that was rolled back from, or withdrawn, is not among them.
    """
    found: list[str] = []
    for one in read(paths):
        if one.action == "withdraw":
            found = found[:-1]
        elif one.version in found:
            found = found[: found.index(one.version) + 1]
        elif one.version:
            found.append(one.version)
    return found


def roll_back(to: str, paths: Paths) -> tuple[str | None, str]:
    """Let an earlier version serve again.

    Parameters
    ----------
    to
        Which one; the one before, where none is named.
    paths
        The project; the caller is alone with its versions.

    Returns
    -------
    tuple
        The version that served until now, and the one that serves from now on.

    Raises
    ------
    RunError
        When there is none, it was withdrawn, its files are not here or were edited.
    """
    now = in_service(paths)
    runs = {e.version: e.run for e in read(paths) if e.action == "promote"}
    if to and (not re.fullmatch(r"v[1-9]\d*", to) or to not in runs):
        known = ", ".join(str(one) for one in runs) or "none"
        raise RunError(f"TO={to} is no version: those of models/history.jsonl are {known}")
    below = [one for one in stack(paths) if one != now]
    if not to and not below:
        raise RunError(
            "no version served before this one: `make rollback TO=<version>` names another, and "
            "`make promote RUN=<id>` makes one"
        )
    version = to or below[-1]
    if version == now:
        raise RunError(f"{version} serves already: there is nothing to roll back")
    folder = paths.models / version
    if not folder.is_dir():
        raise RunError(f"models/{version} is not here: `make pull` brings it from the remote")
    if (folder / FORGOTTEN).exists():
        raise RunError(
            f"{version} learnt from rows that were forgotten since, so it may not serve: give "
            "another with TO=<version>, or train again and promote"
        )
    check_files(folder, load_manifest(folder))
    record("rollback", version, runs[version], paths)
    return now, version
