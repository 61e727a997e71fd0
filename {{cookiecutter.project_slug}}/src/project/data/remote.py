"""Share data versions through a DVC remote: a folder, a host reached by SSH, or S3.

python -m project.data.remote set URL     -> .dvc/config
python -m project.data.remote push        what dvc.lock and .dvc files name -> the remote
python -m project.data.remote pull        the remote -> data/ and models/
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from .. import errors
from ..errors import DataError, RemoteError
from ..locks import clear_stale, staging
from ..paths import PROJECT, Paths
from .config import load_data
from .stages import ensure

NAME = "storage"
_GIVE = "give a folder, ssh://host/path or s3://bucket/path"


def configure(url: str, paths: Paths) -> None:
    """Write the remote's address into `.dvc/config`, in place of the one before.

    Parameters
    ----------
    url
        A folder, absolute or as seen from the project's root; ssh://host/path; s3://bucket/path.
    paths
        The project.

    Raises
    ------
    RemoteError
        When the address is of another kind, or incomplete.
    """
    from dvc.config import Config, ConfigError

    parts = urlsplit(url)
    if not url or "://" not in url:
        if not url or url.startswith("~"):
            raise RemoteError(f"URL={url} is no address: {_GIVE}, in full")
        # DVC reads a relative address from the folder of its configuration.
        url = url if url.startswith("/") else os.path.relpath(paths.root / url, paths.dvc)
    elif parts.scheme not in {"ssh", "s3"}:
        raise RemoteError(f"URL={url}: {parts.scheme}:// is not supported here; {_GIVE}")
    elif not parts.hostname or (parts.scheme == "ssh" and len(parts.path) < 2):
        raise RemoteError(f"URL={url} lacks a part: {_GIVE}")
    elif parts.password:
        raise RemoteError("URL holds a password, which git would keep: leave it out and use a key")
    try:
        with Config(str(paths.dvc)).edit() as config:
            config.setdefault("core", {})["remote"] = NAME
            config["remote"] = {**config.get("remote", {}), NAME: {"url": url}}
    except ConfigError as error:
        raise RemoteError(f".dvc/config: {errors.first_line(error)}") from None


def push(paths: Paths) -> int:
    """Bring the data up to date and send its version to the remote.

    A source that git does not keep goes along: it gets a `.dvc` file beside it, for git to keep.

    Returns
    -------
    int
        How many files were sent; those that are there already are not sent again.

    Raises
    ------
    RemoteError
        When the remote can't be reached or written; what arrived whole stays and is not sent again.
    """
    from dvc.exceptions import UploadError

    from .connect import opened

    ensure(paths)
    with _alone(paths), opened(paths, "push") as (repo, remote):
        _add_source(paths)
        try:
            sent: int = repo.push()
        except UploadError as error:
            raise remote.explain(error) from None
    return sent


def pull(paths: Paths) -> int:
    """Bring back from the remote what dvc.lock and the `.dvc` files name, checksums verified.

    Returns
    -------
    int
        How many files were fetched; those that are in the cache already are not.

    Raises
    ------
    RemoteError
        When the remote can't be reached, or lacks a file or holds a damaged one.
    DataError
        When a file here has changes that are in no version yet: they would be lost.
    """
    from dvc.exceptions import DownloadError, DvcException

    from .connect import opened

    if not paths.dvc_lock.exists():
        raise DataError("dvc.lock is not here, so there is no version to pull: get it by git pull")
    with _alone(paths), opened(paths, "pull") as (repo, remote):
        fetched = 0
        with suppress(DownloadError):
            fetched = repo.fetch()
        # Looked at in any case: DVC counts a damaged file as fetched, and then drops it.
        if missing := [str(out) for out in repo.index.outs if out.changed_cache()]:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise remote.lacks(f"{missing[0]}{more} of this version")
        try:
            repo.checkout()
        except DvcException as error:
            raise DataError(
                f"{_short(error, paths)} has changes that are in no version: keep them by make "
                "data, or remove the file, then pull again"
            ) from error
    return fetched


def _short(error: Exception, paths: Paths) -> str:
    """Name the first file that DVC would not overwrite: it lists them below its own sentence."""
    return str(error).splitlines()[-1].removeprefix(f"{paths.root}/")


@contextmanager
def _alone(paths: Paths) -> Iterator[None]:
    with staging(paths):
        clear_stale(paths)
        yield


def _add_source(paths: Paths) -> None:
    """Let DVC keep the source too, unless git or DVC does: a clone can then run every stage."""
    from dvc.exceptions import OutputNotFoundError
    from dvc.repo import Repo

    source = paths.root / load_data(paths.data_config).source
    if not source.is_relative_to(paths.source):
        return
    # Of its own, since one that has looked for the file does not see it come.
    with Repo(str(paths.root)) as repo:
        try:
            repo.find_outs_by_path(str(source))
        except OutputNotFoundError:
            (stage,) = repo.add(str(source))
            print(f"{stage.relpath} is new: it names the version of the source, commit it")


def _in_project(path: Path) -> str:
    return path.relative_to(PROJECT.root).as_posix()


def _main() -> None:
    from .connect import address

    verb, *rest = sys.argv[1:]
    if verb == "set":
        configure(rest[0].strip(), PROJECT)
        print(f"the remote is {address(PROJECT)[1]}: commit .dvc/config, then make push")
        return
    count = (push if verb == "push" else pull)(PROJECT)
    done = "sent to" if verb == "push" else "fetched from"
    print(f"{count} file{'s' if count != 1 else ''} {done} {address(PROJECT)[1]}")
    if verb == "push":
        # What git must keep for a clone to find it: who has committed it all may ignore the line.
        names = ["dvc.lock", ".dvc/config", *map(_in_project, sorted(PROJECT.source.glob("*.dvc")))]
        names += ["models"] if PROJECT.served.exists() else []
        print(f"a clone gets this version by make pull, once you commit {', '.join(names)}")


if __name__ == "__main__":
    errors.run(_main)
