"""Find the content that a checksum names: in DVC's cache, or as it was rewritten since.

data/forgotten.json maps the checksum of a content that is gone to that of the same content without
the rows of forgotten persons, so that older runs still lead to all their other rows.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from ..files import md5, replacing
from ..manifest import load_manifest
from ..paths import Paths
from ..runs import every, read_json, versions, write_json
from .stages import checksums

_NAMED = re.compile(r"[0-9a-f]{30}(\.dir)?")


def objects(paths: Paths) -> dict[str, Path]:
    """Return checksum to file of everything in DVC's cache."""
    found = sorted(paths.cached("").glob("[0-9a-f][0-9a-f]/*"))
    return {f.parent.name + f.name: f for f in found if _NAMED.fullmatch(f.name)}


def leftovers(paths: Paths) -> Iterator[Path]:
    """List what a killed DVC left half-written in its cache."""
    for file in sorted(paths.cached("").rglob("*")):
        if file.is_file() and not _NAMED.fullmatch(file.name):
            yield file


def keep(file: Path, paths: Paths) -> str:
    """Move a file into the cache, read-only, and return its checksum."""
    checksum = md5(file)
    target = paths.cached(checksum)
    target.parent.mkdir(parents=True, exist_ok=True)
    file.chmod(0o444)
    file.replace(target)
    return checksum


def rewritten(paths: Paths) -> dict[str, str]:
    """Return checksum to checksum of what was rewritten; empty where nobody was forgotten."""
    if not paths.forgotten.exists():
        return {}
    found: dict[str, str] = read_json(paths.forgotten)
    return found


def remember(new: dict[str, str], paths: Paths) -> None:
    """Add to what was rewritten."""
    if new:
        with replacing(paths.forgotten) as scratch:
            write_json(dict(sorted((rewritten(paths) | new).items())), scratch)


def present(checksum: str, paths: Paths) -> Path | None:
    """Return the file in the cache that has a content, or the one that took its place."""
    file = paths.cached(current(checksum, paths))
    return file if file.is_file() else None


def current(checksum: str, paths: Paths) -> str:
    """Return a checksum, or that of the content which took the place of the one it names."""
    moved = rewritten(paths)
    while not paths.cached(checksum).is_file() and checksum in moved:
        checksum = moved[checksum]
    return checksum


def checksum_of(path: Path) -> str:
    """Return the checksum that DVC gives a file or a folder; of a folder it ends in `.dir`."""
    if not path.is_dir():
        return md5(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    names = {file.relative_to(path).as_posix(): file for file in files}
    listed = [{"md5": md5(names[name]), "relpath": name} for name in sorted(names)]
    text = json.dumps(listed, sort_keys=True)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() + ".dir"


def recorded(paths: Paths) -> Iterator[dict[str, str]]:
    """List path to checksum of data that belongs together, as runs and DVC recorded it."""
    yield from manifests(paths).values()
    if paths.dvc_lock.exists():
        yield checksums(paths)
    for file in sorted(paths.stage_cache.glob("*/*/*")):
        made = yaml.safe_load(file.read_text(encoding="utf-8"))
        entries = [*made.get("deps", ()), *made.get("outs", ())]
        yield {entry["path"]: entry["md5"] for entry in entries}


def manifests(paths: Paths) -> dict[Path, dict[str, str]]:
    """Return the folder of each run, and of each version of a promoted model, to its data.

    That is path to checksum of what it was trained on.
    """
    folders = [*every(paths), *versions(paths)]
    return {folder: load_manifest(folder)["inputs"]["data"] for folder in folders}
