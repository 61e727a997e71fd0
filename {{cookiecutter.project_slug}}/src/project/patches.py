"""Take files out of the patches that keep a run's uncommitted code: a table may be among them."""

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from .affected import note
from .data.erase import Categories
from .data.holdings import Holdings
from .files import replacing
from .paths import Paths
from .runs import CODE, every, versions

_FILE = re.compile(rb"^diff --git ", re.MULTILINE)
_TABLE = re.compile(r"\.(parquet|gz|zst)$")
Section = tuple[str, bytes]


def sections(patch: bytes) -> Iterator[Section]:
    """Cut a patch into files: the path of each with all its lines; what comes before has none."""
    begins = [found.start() for found in _FILE.finditer(patch)]
    yield "", patch[: begins[0] if begins else len(patch)]
    for begin, end in zip(begins, [*begins[1:], len(patch)], strict=True):
        part = patch[begin:end]
        # Both names are the same, since snapshots know no renames: the second half of the line.
        names = part.partition(b"\n")[0].removeprefix(b"diff --git ")
        name = names[len(names) // 2 + 1 :].strip(b'"').removeprefix(b"b/")
        yield name.decode(errors="replace"), part


def holding(source: str, categories: Categories, held: Holdings) -> Callable[[Section], bool]:
    """Say which files of a patch may hold the rows: by their text, or as the table that they are.

    Parameters
    ----------
    source
        The path of the source.
    categories
        Those that are taken out of the schema: a short one can't be searched for.
    held
        The rows.
    """
    configured = {"conf/schema.yaml", "dvc.lock"} if categories else set()

    def hit(section: Section) -> bool:
        name, text = section
        table = name == source or name.startswith(f"{source}/") or name in configured
        packed = b"\nGIT binary patch\n" in text and _TABLE.search(name) is not None
        return table or packed or bool(held.search.look_at(lambda: io.BytesIO(text)))

    return hit


def affected(hit: Callable[[Section], bool], paths: Paths) -> dict[Path, list[str]]:
    """Return run folder to the files that its patch has to lose."""
    found = {}
    for folder in [*every(paths), *versions(paths)]:
        if (folder / CODE).exists():
            names = [part[0] for part in sections((folder / CODE).read_bytes()) if hit(part)]
            if names:
                found[folder] = names
    return found


def erase(runs: dict[Path, list[str]], paths: Paths) -> None:
    """Take files out of runs' patches, and delete those that wait for a run."""
    for folder, names in runs.items():
        parts = sections((folder / CODE).read_bytes())
        with replacing(folder / CODE) as scratch:
            scratch.write_bytes(b"".join(text for name, text in parts if name not in names))
        note(folder)
    shutil.rmtree(paths.patches, ignore_errors=True)
