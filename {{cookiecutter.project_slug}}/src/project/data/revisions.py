"""Find the frozen table of a data version: that of a git revision, or the one in the folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError, RemoteError
from ..paths import Paths
from .diff import Version
from .lock_file import entries
from .stages import ensure

if TYPE_CHECKING:
    from dvc.repo import Repo

HERE = "the working tree"


def working_tree(paths: Paths) -> Version:
    """Freeze the source as it is now, and return its version.

    Raises
    ------
    ProjectError
        When the source can't be read as its schema says.
    """
    ensure(paths, only="ingest")
    return Version(HERE, paths.raw, _checksum(paths.dvc_lock.read_text(encoding="utf-8"), paths))


def committed(revision: str, paths: Paths) -> Version:
    """Return the version that a git revision names; its table is fetched where it is not here.

    Raises
    ------
    DataError, RemoteError
        When there is no such revision, it has no data version, or the table can't be had.
    """
    from dvc.repo import Repo
    from dvc.scm import SCMError

    try:
        with Repo(str(paths.root)) as repo:
            checksum = _checksum(_lock_at(repo, revision), paths)
            cached = Path(repo.cache.local.oid_to_path(checksum))
    except SCMError:
        raise DataError(
            "this folder is not the root of a git repository, so that there is no revision to "
            "compare with: run git init, and commit dvc.lock"
        ) from None
    if not cached.exists():
        _fetch(checksum, revision, paths)
    return Version(revision, cached, checksum)


def _lock_at(repo: "Repo", revision: str) -> str:
    """Return the text of a revision's dvc.lock."""
    from dvc.scm import RevError, resolve_rev

    try:
        found = resolve_rev(repo.scm, revision)
    except RevError:
        raise DataError(
            f"git knows no revision '{revision}': give OLD= and NEW= a commit, branch or tag of "
            "git log, and commit once if there is none"
        ) from None
    try:
        with repo.scm.get_fs(found).open("dvc.lock", encoding="utf-8") as file:
            text: str = file.read()
    except FileNotFoundError:
        raise DataError(
            f"revision '{revision}' holds no dvc.lock, so no data version: name one that does, "
            "or commit dvc.lock"
        ) from None
    return text


def _checksum(lock: str, paths: Paths) -> str:
    """Return the checksum of the frozen table that the text of a dvc.lock names."""
    name = paths.raw.relative_to(paths.root).as_posix()
    for out in entries(lock, "outs"):
        if out["path"] == name:
            return str(out["md5"])
    raise DataError(f"dvc.lock does not name {name}: run make data, and commit dvc.lock")


def _fetch(checksum: str, revision: str, paths: Paths) -> None:
    """Fetch the frozen table of a revision from the remote.

    Raises
    ------
    RemoteError
        When there is no remote, it can't be reached, or it lacks the table.
    """
    from dvc_data.hashfile.hash_info import HashInfo

    from .connect import address, opened

    what = f"the table of {revision}"
    try:
        address(paths)
    except RemoteError as error:
        raise RemoteError(f"{what} is not in DVC's cache, and {error}") from None
    with opened(paths, "pull") as (repo, remote):
        repo.cloud.pull([HashInfo("md5", checksum)])
        if not Path(repo.cache.local.oid_to_path(checksum)).exists():
            raise remote.lacks(what)
