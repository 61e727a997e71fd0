"""Fetch the source from its address, and keep the version of what came.

python -m project.data.source URL     URL -> data/source/<name>, <name>.dvc, conf/data.yaml
python -m project.data.source ""      fetches again from where the source came from

DVC writes address, etag and checksum into the .dvc file, for git to keep, and keeps the bytes.
"""

import logging
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from .. import errors
from ..errors import ConfigError
from ..files import replacing
from ..locks import clear_stale, staging
from ..paths import PROJECT, Paths
from .address import is_address, local_name, refuse_page
from .config import load_data


@dataclass
class Record:
    """What a .dvc file says: the address, what the server said of the file, and its checksum."""

    url: str = ""
    etag: str = ""
    md5: str = ""


@dataclass
class Fetched:
    """Where the table lies now, and its checksum before and after; equal where nothing is new."""

    path: Path
    url: str
    before: str
    after: str


def where_from(paths: Paths) -> str:
    """Return the address that the source comes from.

    Raises
    ------
    ConfigError
        When it is a file that came from no address.
    """
    source = load_data(paths.data_config).source
    url = source if is_address(source) else recorded(paths.root / source).url
    if not url:
        raise ConfigError(
            f"conf/data.yaml: source {source} came from no address: name one by make import URL="
        )
    return url


def recorded(table: Path) -> Record:
    """Read what the .dvc file beside a table says of where it came from, if there is one."""
    try:
        found = yaml.safe_load(_beside(table).read_text(encoding="utf-8"))
        dep, out = dict(found["deps"][0]), dict(found["outs"][0])
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError):
        return Record()
    etag = dep.get("etag") or dep.get("checksum") or ""
    return Record(str(dep.get("path", "")), str(etag), str(out.get("md5", "")))


def fetch(url: str, paths: Paths) -> Fetched:
    """Bring the table at an address into data/source/, and name it as the source.

    What is there stays as it is until the new bytes are here and look like a table.

    Parameters
    ----------
    url
        http(s)://, s3:// or ssh://, with the name of a table at its end: a file, or of the last
        two also a folder of Parquet parts.
    paths
        The project.

    Raises
    ------
    ConfigError
        When the address can't be fetched, or would overwrite a file that came from elsewhere.
    RemoteError
        When nothing came.
    DataError
        When what came is no table.
    """
    from .transfer import transfer

    target = paths.source / local_name(url)
    record = recorded(target)
    if target.exists() and not record.url:
        raise ConfigError(
            f"data/source/{target.name} is here already and came from no address: rename it, or "
            "import a table of another name"
        )
    for library in ("dvc", "aiohttp_retry", "asyncssh", "botocore"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    incoming = paths.dvc_tmp / "incoming"
    with staging(paths):
        clear_stale(paths)
        shutil.rmtree(incoming, ignore_errors=True)  # of somebody who was killed
        known = record.etag if record.url == url and target.exists() else ""
        try:
            incoming.mkdir(parents=True)
            if transfer(url, incoming / target.name, known):
                refuse_page(incoming / target.name, url)
                _keep(url, incoming / target.name, target, paths)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        name_source(f"data/source/{target.name}", paths)
    return Fetched(target, url, record.md5, recorded(target).md5)


def _keep(url: str, arrived: Path, target: Path, paths: Paths) -> None:
    """Put a table into its place and let DVC take its version down; all of it or nothing."""
    from dvc.repo import Repo

    record, aside, known = _beside(target), arrived.with_name("before"), recorded(target)
    before = record.read_bytes() if record.exists() else None
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if target.exists():
            target.rename(aside)
        with Repo(str(paths.root)) as repo:
            repo.imp_url(url, out=str(target), no_download=True, force=True)
        arrived.rename(target)
        with Repo(str(paths.root)) as repo:
            repo.commit(str(record), force=True)
        if before is not None and (known.url, known.md5) == (url, recorded(target).md5):
            # The same bytes under another date or etag are no news for git.
            record.write_bytes(before)
    except BaseException:
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        if aside.exists():
            aside.rename(target)
        record.unlink(missing_ok=True)
        if before is not None:
            record.write_bytes(before)
        raise


def name_source(path: str, paths: Paths) -> None:
    """Write the path of the source into its line of conf/data.yaml, and leave all else alone.

    Raises
    ------
    ConfigError
        When the file has no such line.
    """
    text = paths.data_config.read_text(encoding="utf-8")
    new, lines = re.subn(
        r"^(source:[ \t]*)(\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^\n]*?)([ \t]+#[^\n]*|[ \t]*)$",
        lambda line: f"{line[1]}{path}{line[3]}",
        text,
        flags=re.MULTILINE,
    )
    if lines != 1:
        raise ConfigError(f"conf/data.yaml has no line `source: …` of its own: write {path} there")
    if new != text:
        with replacing(paths.data_config) as scratch:
            scratch.write_text(new, encoding="utf-8")


def _beside(table: Path) -> Path:
    return table.with_name(f"{table.name}.dvc")


def _main() -> None:
    url = (sys.argv[1] if len(sys.argv) > 1 else "").strip() or where_from(PROJECT)
    fetched = fetch(url, PROJECT)
    name = f"data/source/{fetched.path.name}"
    if fetched.before == fetched.after:
        print(f"unchanged: {name} is still what {url} gives (md5 {fetched.after})")
        return
    print(f"{name} came from {url} (md5 {fetched.after}): commit {name}.dvc")
    if fetched.before:
        print(f"it is newer than md5 {fetched.before}, which DVC's cache keeps; next: make data")


if __name__ == "__main__":
    errors.run(_main)
