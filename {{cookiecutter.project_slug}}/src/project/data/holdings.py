"""Find out which files of a project hold a person's rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..files import md5
from ..paths import Paths
from . import cached, frozen, rewrite
from .config import Data
from .person import Person, text
from .schema import ColumnType, Role, Rule, Schema
from .table import ROW_ID, batches
from .traces import Search
from .twins import Twins

Reader = Callable[[], Iterator[pa.RecordBatch]]


@dataclass
class Holdings:
    """Where rows are.

    Attributes
    ----------
    source
        File of the source to its rows: booleans, shape (n,).
    ids
        Checksum of each version of the table that can be read to the row ids that are meant; in
        most there are none.
    splits
        Checksum of the split of a version that holds such rows to their row ids.
    other
        Checksums of what else in the cache holds rows, such as a source that DVC keeps.
    rows
        All of the rows that were found, their cells as text.
    words
        Their cells that name somebody or are words, and stand in no other row of any version.
    search
        Looks for these rows in any file.
    """

    source: dict[Path, np.ndarray] = field(default_factory=dict)
    ids: dict[str, np.ndarray] = field(default_factory=dict)
    splits: dict[str, np.ndarray] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    rows: pa.Table = field(default_factory=lambda: pa.table({}))
    words: set[str] = field(default_factory=set)
    search: Search = field(init=False)

    @property
    def found(self) -> bool:
        """Whether any row was found."""
        return bool(self.rows.num_rows)

    def of(self, checksum: str, paths: Paths) -> np.ndarray | None:
        """Return the row ids that are meant in a version; None where its content is not here."""
        return self.ids.get(cached.current(checksum, paths))


def look(data: Data, schema: Schema, person: Person, paths: Paths) -> Holdings:
    """Look into the source, the stages' outputs and everything in DVC's cache.

    Parameters
    ----------
    data, schema
        Names the source, and says what its columns are.
    person
        Whose rows; it learns the keys of all that are found.
    paths
        The project.
    """
    held = Holdings()
    for part in rewrite.parts(paths.root / data.source):
        held.source[part] = rewrite.find(part, person)
    tables = _tables(person, paths)
    for checksum, file in tables.items():
        held.ids[checksum] = _ids(file, person)
    source: list[Reader] = [partial(batches, part, None) for part in held.source]
    readers = source + [partial(frozen.batches, file) for file in tables.values()]
    held.rows = _rows(readers, schema, person)
    keys = held.rows.select(schema.key).to_pylist() if held.found else []
    held.words = _words(readers, schema, person, held.rows)

    def others() -> Iterator[pa.Table]:
        for reader in source:
            for batch in reader():
                kept = pa.array(~person.mask(batch))
                yield pa.Table.from_batches([batch]).filter(kept)

    held.search = Search(person, held.words, Twins(held.rows, others, schema.columns))
    for row in keys:
        if row and None not in row.values():
            person.add(row, row.values())
    for checksum, file in cached.objects(paths).items():
        if checksum not in tables and held.search.look(file):
            held.other.append(checksum)
    for made in cached.recorded(paths):
        names = (file.relative_to(paths.root).as_posix() for file in (paths.validated, paths.split))
        table, split = (made.get(name) for name in names)
        ids = held.of(table, paths) if table and split else None
        if split and ids is not None and len(ids):
            split = cached.current(split, paths)
            held.splits[split] = np.union1d(held.splits.get(split, ids), ids)
    return held


def _tables(person: Person, paths: Paths) -> dict[str, Path]:
    """Return checksum to file of all versions of the table: in the cache, or beside it only."""
    files = cached.objects(paths)
    for file in (paths.raw, paths.validated):
        if file.exists():
            files.setdefault(md5(file), file)
    return {checksum: file for checksum, file in files.items() if _is_table(file, person)}


def _is_table(file: Path, person: Person) -> bool:
    with file.open("rb") as opened:
        if opened.read(4) != b"PAR1":
            return False
    try:
        names = pq.read_schema(file).names
    except (pa.ArrowException, OSError):
        return False
    return ROW_ID in names and bool(person.known_by(names))


def _ids(file: Path, person: Person) -> np.ndarray:
    columns = [*person.columns(pq.read_schema(file).names), ROW_ID]
    found = [b.column(ROW_ID).to_numpy()[person.mask(b)] for b in frozen.batches(file, columns)]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _rows(readers: list[Reader], schema: Schema, person: Person) -> pa.Table:
    """Collect the rows that are meant, as text, each once."""
    found = []
    for batch in (batch for reader in readers for batch in reader()):
        mask = person.mask(batch)
        if mask.any():
            rows = pa.Table.from_batches([batch]).filter(pa.array(mask))
            names = [name for name in schema.columns if name in rows.schema.names]
            found.append(pa.table({n: text(rows.column(n), schema.columns[n]) for n in names}))
    if not found:
        return pa.table({})
    whole = pa.concat_tables(found, promote_options="default")
    return whole.group_by(whole.schema.names).aggregate([])


def _words(readers: list[Reader], schema: Schema, person: Person, rows: pa.Table) -> set[str]:
    """Return the cells that name somebody or are words, and stand in no other row."""
    told = (n for n, rule in schema.columns.items() if names_somebody(n, schema) or _worded(rule))
    held = set(rows.schema.names)
    words = {name: set(rows.column(name).drop_null().to_pylist()) for name in told if name in held}
    for batch in (batch for reader in readers for batch in reader() if words):
        kept = pa.array(~person.mask(batch))
        for name in sorted(words.keys() & set(batch.schema.names)):
            cells = text(batch.column(name), schema.columns[name]).filter(kept)
            ours = pa.array(sorted(words[name]), pa.string())
            words[name] -= set(ours.filter(pc.is_in(ours, cells)).to_pylist())
    return set().union(*words.values())


def _worded(rule: Rule) -> bool:
    return rule.type is ColumnType.category and rule.role is not Role.target


def names_somebody(name: str, schema: Schema) -> bool:
    """Tell whether the cells of a column name rows, or are text that may."""
    rule = schema.columns[name]
    naming = name in schema.key or rule.role in (Role.id, Role.group)
    return naming or rule.type is ColumnType.text
