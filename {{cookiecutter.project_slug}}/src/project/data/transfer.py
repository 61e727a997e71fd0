"""Bring the bytes of a table from an address, through DVC's file systems, in bounded time."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from dvc.exceptions import DvcException
from dvc.fs import known_implementations, parse_external_url
from dvc_data.hashfile.meta import Meta
from dvc_http import HTTPFileSystem
from fsspec import Callback
from fsspec.asyn import sync

from ..errors import RemoteError
from ..report.progress import moving, written
from .address import refusal
from .connect import REMOTE_ERRORS, KnownHosts
from .unreachable import TIMEOUT_S


class Impatient(HTTPFileSystem):  # type: ignore[misc]  # dvc-http has no types
    """HTTP that gives a silent server up; dvc-http asks it five times, a minute each."""

    SESSION_RETRIES = 1

    def __init__(self, fs: Any = None, **config: Any) -> None:
        super().__init__(fs, read_timeout=2 * TIMEOUT_S, connect_timeout=TIMEOUT_S, **config)


class ImpatientTLS(Impatient):
    """The same over TLS."""

    protocol = "https"


def transfer(url: str, into: Path, known: str) -> bool:
    """Copy a file, or a folder of Parquet parts, from an address.

    Parameters
    ----------
    url, into
        From where, and to which path, which is not there yet.
    known
        The etag of what is here already; empty where nothing is, or the server told none.

    Returns
    -------
    bool
        False where the server says by its etag that nothing is new: then nothing was copied.

    Raises
    ------
    RemoteError
        When the address does not answer in time, refuses, has no such file, or the disk is full.
    """
    for scheme, kind in (("http", Impatient), ("https", ImpatientTLS), ("ssh", KnownHosts)):
        known_implementations[scheme]["class"] = f"{kind.__module__}.{kind.__name__}"
    settings: dict[str, Any] = {}
    if url.startswith("s3://"):
        settings = {"connect_timeout": TIMEOUT_S / 2, "read_timeout": 2 * TIMEOUT_S}
        os.environ.setdefault("AWS_MAX_ATTEMPTS", "2")
    try:
        remote, path = parse_external_url(url, fs_config=settings, config={})
        info = sync(remote.fs.loop, remote.fs._info, path, timeout=TIMEOUT_S)
        meta = Meta.from_info(info, remote.protocol)
        if known and known == (meta.etag or meta.checksum):
            return False
        files = {path: into}
        if info.get("type") == "directory":
            files = {part: into / Path(part).name for part in remote.find(path)}
        _copy(remote, {part: to for part, to in files.items() if _wanted(part, path)}, url)
    except (aiohttp.ClientError, DvcException, *REMOTE_ERRORS) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RemoteError(f"{url}: the disk is full: make room, then run this again") from None
        raise RemoteError(refusal(error, url)) from error
    return True


def _wanted(part: str, path: str) -> bool:
    return part == path or part.endswith(".parquet")


def _copy(remote: Any, files: dict[str, Path], url: str) -> None:
    if not files:
        raise RemoteError(f"{url} is a folder without .parquet files: name one that holds some")
    sizes = {part: int(remote.info(part).get("size") or 0) for part in files}
    total = sum(sizes.values())
    first = next(iter(files.values()))
    first.parent.mkdir(parents=True, exist_ok=True)
    # DVC keeps the bytes once more in its cache.
    free = shutil.disk_usage(first.parent).free
    if 2 * total > free:
        raise RemoteError(
            f"{url} has {written(total)}, and DVC keeps it once more, but the disk has only "
            f"{written(free)} left: make room, then run this again"
        )
    done = 0
    with moving(f"fetching {url.rstrip('/').rsplit('/', 1)[-1]}", total) as show:
        for part, to in files.items():
            remote.get_file(part, str(to), callback=_Shown(show, done))
            done += to.stat().st_size


class _Shown(Callback):  # type: ignore[misc]  # fsspec has no types
    """Shows the bytes of one file on top of those of the files before."""

    def __init__(self, show: Callable[[int], None], before: int) -> None:
        super().__init__()
        self._show, self._before = show, before

    def call(self, *_: Any, **__: Any) -> None:
        self._show(self._before + self.value)
