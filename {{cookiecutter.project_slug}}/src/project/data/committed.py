"""Say whether what git holds of the data fits together: one of the checks of `make lint`.

python -m project.data.committed      dvc.lock, dvc.yaml, conf/, *.dvc, git's index; exits 1 if not

What a clone does not have is not asked for: a lock may speak of tables that only the remote has.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from .. import errors
from ..locks import staging
from ..paths import PROJECT, Paths

Status = dict[str, list[str | dict[str, Any]]]


def stale(status: Status) -> Iterator[str]:
    """Word what DVC finds changed since dvc.lock or a .dvc file was written.

    Parameters
    ----------
    status
        What `dvc status` finds: stage or .dvc file to its changes, each the word of a change or
        `changed deps` or `changed outs` with the state of each file, or of each key of a file.

    Yields
    ------
    str
        One sentence a stage; none for files that are only not here.
    """
    for stage, changes in status.items():
        found = [what for change in changes for what in _changed(change)]
        if stage.endswith(".dvc") and found:
            yield f"{stage} is of another {', '.join(found)}: run make push, and commit {stage}"
        elif found:
            yield (
                f"dvc.lock, stage {stage}, is of another {', '.join(found)}: run make data, and "
                "commit dvc.lock with the change"
            )


def twice(kept: Iterable[str], tracked: Iterable[str]) -> list[str]:
    """Word which files git holds although DVC keeps them.

    Parameters
    ----------
    kept
        Files and folders that DVC keeps, below the project's root.
    tracked
        Files in git's index.
    """
    folders = set(kept)
    return [
        f"{file} is in git, and DVC keeps it: take it out by git rm --cached '{file}'"
        for file in tracked
        if not folders.isdisjoint(_above(file))
    ]


def look(paths: Paths) -> list[str]:
    """Return a sentence for everything in a project that does not fit together."""
    from dvc.repo import Repo

    with staging(paths), Repo(str(paths.root)) as repo:
        kept = [out.fs_path.removeprefix(f"{paths.root}/") for out in repo.index.outs]
        found = twice(kept, _tracked(paths))
        # Before the first `make data` there is nothing that could have gone stale.
        if paths.dvc_lock.exists():
            found += stale(repo.status())
    return found


def _changed(change: str | dict[str, Any]) -> Iterator[str]:
    if isinstance(change, str):
        yield "command" if change == "changed command" else change
        return
    for files in change.values():
        for file, state in files.items():
            if isinstance(state, dict):
                yield f"{file} ({', '.join(state)})"
            elif state not in ("deleted", "not in cache"):
                yield file


def _above(file: str) -> list[str]:
    parts = file.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def _tracked(paths: Paths) -> list[str]:
    # The folder may be another user's, as DVC's own settings of git do not say.
    command = ["git", "-c", f"safe.directory={paths.root}", "ls-files", "-z", "data"]
    done = subprocess.run(command, cwd=paths.root, capture_output=True, text=True, check=False)  # noqa: S603 -- our own words, and no shell
    return [name for name in done.stdout.split("\0") if name]


def _main() -> None:
    found = look(PROJECT)
    for sentence in found:
        print(sentence, file=sys.stderr)
    if found:
        sys.exit(1)


if __name__ == "__main__":
    errors.run(_main)
