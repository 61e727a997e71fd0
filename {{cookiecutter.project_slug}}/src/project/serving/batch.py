"""Answer for a table of any length in constant memory, block by block.

Blocks have a fixed number of rows however the table is stored, so that the same rows in another
format get the same bits: the last bits of what BLAS gives can depend on how many rows they are.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ..data.prefetch import prefetch
from ..data.schema import ColumnType
from ..data.table import batches, column_names
from ..data.violations import RowsRefused, Violations
from ..errors import DataError
from ..files import replacing
from .lines import row_ids, table
from .model import Answers, Model
from .prepared import ahead
from .screen import Screen
from .writing import writing

BLOCK = 1 << 15  # rows that are answered at once


@dataclass(frozen=True)
class Asked:
    """Rows, and the number of the first of them."""

    first: int
    rows: pa.RecordBatch


@dataclass
class Done:
    """What came of a table: rows, how many of them were abstained from, and unseen categories."""

    rows: int = 0
    abstained: int = 0
    unseen: dict[str, int] = field(default_factory=dict)


def predict(model: Model, source: Path, out: Path, time: str, *, block: int = BLOCK) -> Done:
    """Answer for every row of a table, and write them whole or not at all.

    Parameters
    ----------
    model
        That answers.
    source
        A table as `data.table` reads it: CSV, Parquet, or a folder of parts.
    out
        Where to write rows and answers, with the names of `log`.
    time
        When, as ISO 8601 in UTC.
    block
        Rows at once.

    Raises
    ------
    DataError
        When a column is missing or unknown, or a cell can't be read.
    RowsRefused
        When rows break the schema; it carries all that does, and nothing is written.
    """
    names, screen = column_names(source), Screen(model.schema)
    screen.check_columns(names, str(source))
    rules = {name: screen.rules[name] for name in names}
    # Few words there are, and many cells: each is looked at, predicted and written as its code.
    words = [name for name in names if rules[name].type is ColumnType.category]
    parts = blocks(batches(source, rules, coded=words), block)
    found, done = Violations(), Done()
    whole, prepare = ahead(model)

    def lay_out(asked: Asked, answers: Answers) -> pa.RecordBatch:
        ids = row_ids(model.schema.key, asked.rows, str(asked.first))
        return table(model, asked.rows, answers, ids, time)

    # One thread reads, this one looks and predicts, a third lays out and writes.
    with (
        closing(prefetch(parts, depth=1)) as read,
        replacing(out) as scratch,
        writing(scratch, out.name, lay_out) as write,
    ):
        for asked in _asked(read, screen, found, done):
            answers = whole.answer(prepare(asked.rows))
            if answers.abstain is not None:
                done.abstained += int(answers.abstain.sum())
            write(asked, answers)
        if len(found):
            raise RowsRefused(str(source), list(found))
        if not done.rows:
            raise DataError(f"{source} has a header but no rows: give it some")
    return done


def _asked(
    parts: Iterable[pa.RecordBatch], screen: Screen, found: Violations, done: Done
) -> Iterator[Asked]:
    """Look at blocks, count them, and hand on those that the model may be asked about."""
    for rows in parts:
        first = done.rows + 1
        done.rows += rows.num_rows
        for name, count in screen.check_rows(rows, first, found).items():
            done.unseen[name] = done.unseen.get(name, 0) + count
        # After the first bad row the rest is only looked at, so that all are told at once.
        if not len(found):
            yield Asked(first, rows)


def blocks(parts: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Cut a stream of rows into blocks of so many; the last may have fewer."""
    waiting: list[pa.RecordBatch] = []
    have = 0
    for part in parts:
        waiting.append(part)
        have += part.num_rows
        if have < rows:
            continue
        whole = pa.concat_batches(waiting)
        for at in range(0, have - rows + 1, rows):
            yield whole.slice(at, rows)
        have %= rows
        waiting = [whole.slice(whole.num_rows - have)] if have else []
    if have:
        yield pa.concat_batches(waiting)
