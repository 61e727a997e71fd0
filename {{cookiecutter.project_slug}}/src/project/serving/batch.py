"""Answer for a table of any length in constant memory, block by block.

Blocks have a fixed number of rows however the table is stored, so that the same rows in another
format get the same bits: the last bits of what BLAS gives can depend on how many rows they are.
"""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ..data.prefetch import prefetch
from ..data.table import batches, column_names
from ..data.violations import RowsRefused, Violations
from ..errors import DataError
from ..files import replacing
from . import log
from .lines import row_ids, table
from .model import Model
from .screen import Screen, rules_for

BLOCK = 1 << 15  # rows that are answered at once


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
    rules = rules_for(names, screen.rules)
    found, done = Violations(), Done()
    with replacing(out) as scratch, _writer(scratch, out.name) as write:
        for rows in prefetch(blocks(batches(source, rules), block), depth=1):
            first = done.rows + 1
            done.rows += rows.num_rows
            for name, count in screen.check_rows(rows, first, found).items():
                done.unseen[name] = done.unseen.get(name, 0) + count
            # After the first bad row the rest is only looked at, so that all are told at once.
            if len(found):
                continue
            answers = model.answer(model.frame(rows))
            if answers.abstain is not None:
                done.abstained += int(answers.abstain.sum())
            ids = row_ids(model.schema.key, rows, str(first))
            write(table(model, rows, answers, ids, time))
        if len(found):
            raise RowsRefused(str(source), list(found))
        if not done.rows:
            raise DataError(f"{source} has a header but no rows: give it some")
    return done


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


@contextmanager
def _writer(scratch: Path, name: str) -> Iterator[Any]:
    """Give a function that writes rows in a thread, in a format by a file's name."""
    waiting: queue.Queue[pa.RecordBatch | None] = queue.Queue(1)
    failed: list[BaseException] = []

    def work() -> None:
        sink = None
        try:
            while (rows := waiting.get()) is not None:
                sink = sink or _opened(scratch, name, rows.schema)
                sink.write_batch(rows)
            if sink is not None:
                sink.close()
        except BaseException as error:
            failed.append(error)
            # Whoever writes must not wait for a place that nobody empties.
            while waiting.get() is not None:
                pass

    def write(rows: pa.RecordBatch) -> None:
        if failed:
            raise failed[0]
        waiting.put(rows)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield write
    finally:
        waiting.put(None)
        thread.join()
    if failed:
        raise failed[0]


class _Compressed:
    """A writer of CSV into gzip, which closes both."""

    def __init__(self, scratch: Path, schema: pa.Schema) -> None:
        self._stream = pa.CompressedOutputStream(pa.OSFile(str(scratch), "wb"), "gzip")
        self._sink = pacsv.CSVWriter(self._stream, schema)
        self.write_batch = self._sink.write_batch

    def close(self) -> None:
        self._sink.close()
        self._stream.close()


def _opened(scratch: Path, name: str, schema: pa.Schema) -> Any:
    if name.endswith(".parquet"):
        # Numbers hardly repeat and hardly shrink: what looks for that costs as much as predicting.
        words = [f.name for f in schema if f.type == pa.string() and f.name != log.ROW_ID]
        kinds = {name: "snappy" if name in words else "none" for name in schema.names}
        return pq.ParquetWriter(
            scratch, schema, use_dictionary=words, write_statistics=words, compression=kinds
        )
    if name.endswith(".gz"):
        return _Compressed(scratch, schema)
    return pacsv.CSVWriter(str(scratch), schema)
