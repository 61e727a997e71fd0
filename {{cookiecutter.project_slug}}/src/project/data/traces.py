"""Search files for rows: in tables by the columns that name them, elsewhere by the text of cells.

Looks into Parquet, gzip, Zstandard and zip (so into models too). A value of fewer than `DISTINCT`
letters stands in any file by chance, so it is searched for in tables only.
"""

import csv
import html
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .csvfile import delimiter_of
from .person import Person
from .twins import Twins

DISTINCT = 6  # letters
_CHUNK = 1 << 24  # bytes
_ROWS = 1 << 16
_DEPTH = 3  # archives in archives
_WORD = re.compile(rb"[0-9A-Za-z_]")
_BROKEN = (OSError, EOFError, pa.ArrowException, zipfile.BadZipFile, zlib.error, csv.Error)
Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Trace:
    """A file in which something was found."""

    path: str
    what: str


class Search:
    """A search for the rows of a person.

    Parameters
    ----------
    person
        Whose rows, in tables that hold the columns.
    words
        Cells of these rows, and of no others, in any file; short ones are left out.
    twins
        Finds the rows in a table that lacks the columns which name them.
    """

    def __init__(self, person: Person, words: Iterable[str], twins: Twins | None = None) -> None:
        self._person, self._twins = person, twins
        self.words = sorted({word for word in words if len(word) >= DISTINCT})
        self._forms = [form for word in self.words for form in _forms(word)]
        self._longest = max((len(form) for form, _ in self._forms), default=0)

    def folder(self, root: Path, skip: Iterable[Path] = ()) -> Iterator[Trace]:
        """Look into all files of a folder but those of git, and of `skip`."""
        skipped = {root / ".git", *skip}
        for folder, folders, files in os.walk(root):  # seed-audit: sorted at every level below
            folders[:] = sorted(f for f in folders if Path(folder, f) not in skipped)
            for path in (Path(folder, name) for name in sorted(files)):
                if path in skipped or not path.is_file():
                    continue
                name = path.relative_to(root).as_posix()
                if what := self._in_text(io.BytesIO(name.encode())) or self.look(path):
                    yield Trace(name, what)

    def look(self, path: Path) -> str:
        """Say what a file holds of the rows; nothing where it holds nothing."""
        try:
            return self.look_at(lambda: path.open("rb"))
        except PermissionError:
            return "it can't be read"

    def look_at(self, opener: Opener) -> str:
        """Say what some bytes hold of the rows, which can be opened again and again."""
        return self._look(opener, _DEPTH)

    def _finder(self, names: list[str]) -> Person | Twins | None:
        if self._person.known_by(names):
            return self._person
        return self._twins if self._twins and self._twins.known_by(names) else None

    def _look(self, opener: Opener, depth: int) -> str:
        with opener() as file:
            head = file.read(4)
        kinds: dict[bytes, Callable[[Opener, int], str]]
        kinds = {
            b"PAR1": self._in_parquet,
            b"PK\3\4": self._in_zip,
            b"\x1f\x8b": lambda file, d: self._look(lambda: _decompressed(file(), "gzip"), d),
            b"\x28\xb5\x2f\xfd": lambda file, d: self._look(
                lambda: _decompressed(file(), "zstd"), d
            ),
        }
        look = next((kinds[magic] for magic in kinds if head.startswith(magic)), None)
        if depth and look:
            try:
                return look(opener, depth - 1)
            except _BROKEN:
                pass  # not what it seems: its bytes are all there is
        try:
            if found := self._in_csv(opener):
                return found
        except _BROKEN:
            pass
        with opener() as file:
            return self._in_text(file)

    def _in_zip(self, opener: Opener, depth: int) -> str:
        with opener() as file, zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if found := self._look(lambda name=name: archive.open(name), depth):  # type: ignore[misc] # mypy can't see the default's type
                    return found
        return ""

    def _in_parquet(self, opener: Opener, _: int) -> str:
        with opener() as file, pq.ParquetFile(_seekable(file)) as table:
            rows, finder = 0, self._finder(table.schema_arrow.names)
            for batch in table.iter_batches(_ROWS):
                rows += int(finder.mask(batch).sum()) if finder else 0
                for column in batch.columns if not rows else ():
                    cells = column.dictionary if pa.types.is_dictionary(column.type) else column
                    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
                        rows += (
                            pc.sum(pc.is_in(cells, pa.array(self.words, cells.type))).as_py() or 0
                        )
        return _count(rows)

    def _in_csv(self, opener: Opener) -> str:
        with opener() as file, io.TextIOWrapper(file, "utf-8-sig", "replace", "") as text:
            header = text.readline(1 << 16)
            delimiter = delimiter_of(header)
            names = next(csv.reader([header], delimiter=delimiter), [])
            rows, finder = 0, self._finder(names)
            if finder is None:
                return ""
            wanted = {name: names.index(name) for name in finder.columns(names)}
            for lines in batched(csv.reader(text, delimiter=delimiter), _ROWS, strict=False):
                whole = [line for line in lines if len(line) == len(names)]
                cells = {n: pa.array([line[i] for line in whole]) for n, i in wanted.items()}
                rows += int(finder.mask(pa.table(cells)).sum()) if whole else 0
        return _count(rows)

    def _in_text(self, file: IO[bytes]) -> str:
        part, more = file.read(_CHUNK), self._longest > 0
        cut = False  # something before the part is out of sight
        while more and part:
            chunk = file.read(_CHUNK)
            more = bool(chunk)
            for form, whole in self._forms:
                # What ends with the part, or begins with its overlap, is judged in the other one.
                if _stands(part, form, whole, cut=cut, ended=not more):
                    return "the text of a cell"
            cut |= len(part) > self._longest + 1
            part = part[-self._longest - 1 :] + chunk
        return ""


def _forms(word: str) -> Iterator[tuple[bytes, bool]]:
    """Give the bytes that a word may be written as, and whether its neighbours are letters."""
    for text in sorted({word, json.dumps(word)[1:-1], html.escape(word), word.replace('"', '""')}):
        yield text.encode(), True
    for encoding in ("utf-16-le", "utf-32-le"):  # the latter is NumPy's
        yield word.encode(encoding), False


def _stands(part: bytes, form: bytes, whole: bool, *, cut: bool, ended: bool) -> bool:
    """Tell whether a word stands somewhere, and not inside a longer one."""
    place = part.find(form)
    while place >= 0:
        end = place + len(form)
        around = part[max(place - 1, 0) : place], part[end : end + 1]
        seen = (place or not cut) and (end < len(part) or ended)
        if seen and not (whole and any(map(_WORD.match, around))):
            return True
        place = part.find(form, place + 1)
    return False


def _count(rows: int) -> str:
    return f"{rows:,} row{'s' if rows != 1 else ''}" if rows else ""


def _decompressed(file: IO[bytes], kind: str) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), kind)


def _seekable(file: IO[bytes]) -> IO[bytes]:
    return file if file.seekable() else io.BytesIO(file.read())
