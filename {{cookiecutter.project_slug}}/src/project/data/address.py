"""Read the address of a table that lies elsewhere, and word why nothing came from it."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp

from ..errors import ConfigError, DataError, causes, first_line
from .unreachable import TIMEOUT_S, explain

_SCHEMES = ("http", "https", "s3", "ssh")
_TABLES = re.compile(r"\.((csv|tsv|txt)(\.gz|\.zst)?|parquet)$", re.IGNORECASE)
_GIVE = "give one such as https://host/table.csv, s3://bucket/table.parquet or ssh://host/table.csv"
# Neither YAML, OmegaConf's references nor a shell make anything else of these.
_PLAIN = re.compile(r"[!#-&(-;=?-\[\]^_a-z|~]+")
_HEADS = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd", ".parquet": b"PAR1"}


def is_address(source: str) -> bool:
    """Tell whether a source is an address and no path."""
    return "://" in source


def local_name(url: str) -> str:
    """Return what the table at an address is called in data/source/.

    Raises
    ------
    ConfigError
        When it can't be fetched, names no table, or holds a password, which git would keep.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ConfigError(f"source {url} is no address that can be fetched: {_GIVE}")
    if not _PLAIN.fullmatch(url):
        raise ConfigError(f"source {url} holds signs that an address can't: write them as %20 etc.")
    if parts.password or (parts.username and parts.scheme != "ssh"):
        raise ConfigError(
            f"source on {parts.hostname} holds a name or password, which git would keep: leave it "
            "out; keys for s3:// go into .env, those for ssh:// into ~/.ssh"
        )
    # The ending is small, since readers go by it.
    path = Path(re.sub(r"[^A-Za-z0-9._-]", "_", unquote(parts.path.rstrip("/").split("/")[-1])))
    name = path.with_suffix(path.suffix.lower()).name if path.name else ""
    if not _TABLES.search(name):
        raise ConfigError(
            f"source {url} ends in no table's name (.csv .tsv .txt, with .gz or .zst, or "
            ".parquet): name the file itself, or download it by hand into data/source/"
        )
    return name


def refusal(error: BaseException, url: str) -> str:
    """Word why nothing came from an address, with the way to mend it."""
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    links = list(causes(error))
    status = next(
        (link.status for link in links if isinstance(link, aiohttp.ClientResponseError)), None
    )
    if any(isinstance(link, aiohttp.ClientSSLError) for link in links):
        return (
            f"{url}: the certificate of {host} is not trusted: set CA_BUNDLE=<file> to the "
            "certificates that vouch for it"
        )
    if status in (401, 403):
        return (
            f"{url} lets nobody in without a name and password (status {status}), which no file of "
            "this project may hold: download it by hand into data/source/"
        )
    missing = any(isinstance(link, FileNotFoundError) for link in links)
    if status in (404, 410) or (missing and scheme in ("s3", "ssh")):
        return f"{url}: there is no such file there: correct the address"
    if status is not None:
        return f"{url} answers with status {status}: try again later, or correct the address"
    if scheme in ("s3", "ssh"):
        return explain(error, url, "import")
    here = " (NETWORK=host lets the container reach this machine)" * (
        host in ("localhost", "127.0.0.1", "::1")
    )
    late = any(isinstance(link, TimeoutError) for link in links)
    why = f"no answer within {TIMEOUT_S:.0f} s" if late else first_line(links[-1])
    return (
        f"{url} can't be reached, or was lost on the way ({why}): see that it runs{here}, then run "
        "this again"
    )


def refuse_page(arrived: Path, url: str) -> None:
    """Refuse what is no table at first sight: servers send pages in place of what they lack."""
    if arrived.is_dir():
        return
    with arrived.open("rb") as file:
        head = file.read(1024)
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|head|!--)", head, re.IGNORECASE):
        raise DataError(
            f"{url} gives a web page in place of a table: open it in a browser, and give the "
            "address that the download itself has"
        )
    if not head:
        raise DataError(f"{url} gives an empty file: give the address of a table with rows")
    expected = _HEADS.get(arrived.suffix, b"")
    if not head.startswith(expected):
        raise DataError(f"{url} gives no {arrived.suffix} file, whatever its name says")
