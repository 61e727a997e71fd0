"""Word what went wrong with a DVC remote as one sentence, with the way to mend it."""

import errno
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..errors import first_line

TIMEOUT_S = 10.0
_FULL = (errno.ENOSPC, errno.EDQUOT)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def explain(error: BaseException, url: str, verb: str) -> str:
    """Word what a remote answered, or that it did not, with the way to mend it.

    Parameters
    ----------
    error
        What was raised; its own cause where a library has wrapped it.
    url, verb
        The remote's address, and what was to be done with it: push or pull.
    """
    parts = urlsplit(url)
    host, scheme = parts.hostname or "", parts.scheme
    port = f"-p {parts.port} " if parts.port else ""
    login = f"`ssh {port}{parts.username + '@' if parts.username else ''}{host}`"
    chain = list(_chain(error))
    names = {type(link).__name__ for link in chain}
    text = getattr(chain[-1], "strerror", None) or first_line(chain[-1])
    text = re.sub(r"An error occurred \((\w+)\).*?: ", r"\1: ", text)
    if "FSTimeoutError" in names or "TimeoutError" in names:
        text = f"no answer within {TIMEOUT_S:.0f} s"
    if "HostKeyNotVerifiable" in names:
        return (
            f"{url}: the host's key is not the one that ~/.ssh/known_hosts has for it: run "
            f"{login} once and compare it"
        )
    if "PermissionDenied" in names:
        return (
            f"{url} does not let you in: see that {login} works here without a question, by a "
            "key in ~/.ssh or an agent that holds it"
        )
    if "NoCredentialsError" in names:
        return f"{url}: no keys: put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env"
    if any(isinstance(link, PermissionError) for link in chain) or "SFTPPermissionDenied" in names:
        right = "write" if verb == "push" else "read"
        keys = {"s3": "the keys in .env", "ssh": f"the folder's owner on {host}"}
        return (
            f"{url}: you may not {right} there ({text}): see {keys.get(scheme, 'its permissions')}"
        )
    if any(isinstance(link, FileNotFoundError) for link in chain) or "SFTPNoSuchFile" in names:
        what = "bucket" if scheme == "s3" else "folder, and it can't be made"
        return f"{url}: there is no such {what}: create it, or name another by make remote URL="
    if isinstance(chain[-1], OSError) and chain[-1].errno in _FULL:
        return f"{url} is full: make room there, then {verb} again; what arrived is not sent twice"
    here = " (NETWORK=host lets the container reach this machine)" if host in _LOOPBACK else ""
    return (
        f"{url} can't be reached, or was lost on the way ({text}): see that it runs{here}, then "
        f"{verb} again"
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__
