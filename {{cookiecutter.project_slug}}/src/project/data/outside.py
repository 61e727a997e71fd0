"""Tell what holds rows beyond this folder, and take them out of the DVC remote."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import RemoteError
from ..paths import Paths


@dataclass(frozen=True)
class Outside:
    """What holds the rows and can't be reached from here."""

    committed: list[str]
    remote: str  # empty where there is none


def outside(files: list[Path], paths: Paths) -> Outside:
    """Tell which files git has ever taken in, and where DVC's versions may have been sent."""
    from .connect import address

    names = [file.relative_to(paths.root).as_posix() for file in files]
    try:
        remote = address(paths)[1]
    except RemoteError:
        remote = ""
    return Outside(_taken_in(names, paths), remote)


def _taken_in(names: list[str], paths: Paths) -> list[str]:
    """Return which files or folders are in git's index, or in a commit of any branch."""
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    try:
        repo = Repo(str(paths.root))
    except (NotGitRepository, OSError):  # none, or it is elsewhere, as that of a worktree
        return []
    with repo:
        staged = [name.decode() for name in repo.open_index()]
        branches = (b"refs/heads/", b"refs/remotes/")
        tips = {sha for ref, sha in repo.get_refs().items() if ref.startswith(branches)}

        def held(name: str) -> bool:
            if any(file == name or file.startswith(f"{name}/") for file in staged):
                return True
            walk = repo.get_walker(include=sorted(tips), paths=[name.encode()], max_entries=1)
            return bool(tips) and any(True for _ in walk)

        return [name for name in names if held(name)]


def drop_pushed(files: list[Path], paths: Paths) -> int:
    """Delete old versions from the DVC remote, and return how many of them were there.

    Raises
    ------
    RemoteError
        When it can't be reached.
    """
    from .connect import opened

    found = 0
    with opened(paths, "push") as (repo, _):
        store = repo.cloud.get_remote_odb()
        for checksum in (file.parent.name + file.name for file in files):
            if store.exists(checksum):
                store.delete(checksum)
                found += 1
    return found
