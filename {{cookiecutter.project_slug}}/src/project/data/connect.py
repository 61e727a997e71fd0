"""Reach the DVC remote: in bounded time, a host known, and what goes wrong told in one sentence."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncssh
from botocore.exceptions import BotoCoreError, ClientError
from dvc_ssh import SSHFileSystem
from fsspec.exceptions import FSTimeoutError

from ..errors import RemoteError, first_line
from ..paths import Paths
from .unreachable import TIMEOUT_S, explain

if TYPE_CHECKING:
    from dvc.repo import Repo

_LOGGERS = ("dvc", "dvc_data", "dvc_objects", "asyncssh", "botocore")


class KnownHosts(SSHFileSystem):  # type: ignore[misc]  # dvc-ssh has no types
    """SSH as `ssh` does it: a host must be known, and one that falls silent is given up.

    dvc-ssh trusts any host, asks for passwords in the middle of a transfer, and waits for ever.
    """

    def _prepare_credentials(self, **config: Any) -> dict[str, Any]:
        return {
            **super()._prepare_credentials(**config),
            "known_hosts": (),  # asyncssh's word for those of ~/.ssh
            "client_factory": asyncssh.SSHClient,
            "preferred_auth": ["publickey"],
            "agent_forwarding": False,
            "timeout": None,
            "connect_timeout": TIMEOUT_S,
            "keepalive_interval": TIMEOUT_S / 3,
        }


@dataclass
class Connection:
    """A remote that was reached, and what DVC said went wrong with it since."""

    url: str
    verb: str
    causes: list[BaseException] = field(default_factory=list)

    def explain(self, error: BaseException) -> RemoteError:
        """Word an error as one sentence; the first cause that DVC logged tells more than it."""
        cause = self.causes[0] if self.causes else error
        return RemoteError(explain(cause, self.url, self.verb))

    def lacks(self, what: str) -> RemoteError:
        """Word that something did not come; what went wrong on the way is told first."""
        if self.causes and not isinstance(self.causes[0], FileNotFoundError):
            return self.explain(self.causes[0])
        return RemoteError(
            f"{self.url} lacks {what}, or holds it damaged: make push where it was made"
        )


def address(paths: Paths) -> tuple[str, str]:
    """Return the name of the remote, and its address as seen from the project's root.

    Raises
    ------
    RemoteError
        When `.dvc/config` names none, or can't be read.
    """
    from dvc.config import Config, ConfigError
    from dvc.config_schema import RelPath

    try:
        # As read, and not validated: DVC then still marks what was written as a relative path.
        config = Config(str(paths.dvc)).read()
        name = str(config["core"]["remote"])
        url = config["remote"][name.lower()]["url"]
    except (ConfigError, KeyError) as error:
        why = f" ({first_line(error)})" if isinstance(error, ConfigError) else ""
        raise RemoteError(
            f".dvc/config names no remote{why}: name one by make remote "
            "URL=<folder>, ssh://host/path or s3://bucket/path"
        ) from None
    return name, os.path.relpath(url, paths.root) if isinstance(url, RelPath) else str(url)


# What libraries raise on a remote's account; botocore's and asyncssh's errors are of their own.
REMOTE_ERRORS = (OSError, asyncssh.Error, BotoCoreError, ClientError, FSTimeoutError, TimeoutError)


@contextmanager
def opened(paths: Paths, verb: str) -> Iterator[tuple["Repo", Connection]]:
    """Open the repository with its remote, after the remote has answered.

    Parameters
    ----------
    paths
        The project.
    verb
        What is to be done, for messages: push or pull.

    Raises
    ------
    RemoteError
        When there is no remote, or it does not answer or refuses within `TIMEOUT_S` seconds.
    """
    from dvc.fs import known_implementations
    from dvc.repo import Repo

    name, url = address(paths)
    known_implementations["ssh"]["class"] = f"{__name__}.{KnownHosts.__name__}"
    # Without verify, DVC takes a file of a host or a bucket for what its name says.
    settings: dict[str, Any] = {"verify": True}
    if folder := os.environ.get("REMOTE_FOLDER"):
        settings["url"] = folder
    elif url.startswith("s3://"):
        settings |= {"connect_timeout": TIMEOUT_S / 2, "read_timeout": 2 * TIMEOUT_S}
        os.environ.setdefault("AWS_MAX_ATTEMPTS", "2")
    connection = Connection(url, verb)
    with (
        _listening(connection.causes),
        Repo(str(paths.root), config={"remote": {name: settings}}) as repo,
    ):
        try:
            _probe(repo)
            yield repo, connection
        except REMOTE_ERRORS as error:
            raise connection.explain(error) from error


def _probe(repo: "Repo") -> None:
    """Ask the remote for something small, and give up when it does not answer."""
    from fsspec.asyn import sync

    remote = repo.cloud.get_remote()
    match remote.fs.protocol:
        case "s3":
            s3, (bucket, _, prefix) = remote.fs.fs, remote.path.partition("/")
            ask = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": 1}
            sync(s3.loop, s3._call_s3, "list_objects_v2", **ask, timeout=TIMEOUT_S)
        case "ssh":
            remote.fs.exists(remote.path)
        case _:
            any(Path(remote.path).iterdir())


class _Causes(logging.Handler):
    def __init__(self, causes: list[BaseException]) -> None:
        super().__init__(logging.ERROR)
        self.causes = causes

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.causes.append(record.exc_info[1])


@contextmanager
def _listening(causes: list[BaseException]) -> Iterator[None]:
    """Keep the libraries' log off the terminal, and the exceptions that it tells of."""
    import dvc.logger  # noqa: F401  # makes the handlers that are put aside here

    # For good: at the very end it tells of every part of a transfer that a lost host broke off.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    handler = _Causes(causes)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger, logger.handlers[:], logger.propagate) for logger in loggers]
    for logger in loggers:
        # DVC draws its progress bars at this level and below.
        logger.setLevel(logging.ERROR)
        logger.handlers[:], logger.propagate = [handler], False
    try:
        yield
    finally:
        for logger, handlers, propagate in before:
            logger.handlers[:], logger.propagate = handlers, propagate
