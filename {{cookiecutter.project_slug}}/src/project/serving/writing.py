"""Write rows in a thread of its own: Parquet, CSV, or CSV in gzip."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from . import log


@contextmanager
def writing[**P](
    scratch: Path, name: str, lay_out: Callable[P, pa.RecordBatch]
) -> Iterator[Callable[P, None]]:
    """Give a function that lays out rows and writes them in a thread.

    Parameters
    ----------
    scratch
        Where to write.
    name
        The file's name, which tells the format.
    lay_out
        Makes the rows, all with the same columns, from what the function is given.
    """
    waiting: queue.Queue[Callable[[], pa.RecordBatch] | None] = queue.Queue(1)
    failed: list[BaseException] = []

    def work() -> None:
        sink = None
        try:
            while (made := waiting.get()) is not None:
                rows = made()
                sink = sink or _opened(scratch, name, rows.schema)
                sink.write_batch(rows)
            if sink is not None:
                sink.close()
        except BaseException as error:
            failed.append(error)
            # Whoever writes must not wait for a place that nobody empties.
            while waiting.get() is not None:
                pass

    def write(*args: P.args, **kwargs: P.kwargs) -> None:
        if failed:
            raise failed[0]
        waiting.put(partial(lay_out, *args, **kwargs))

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
        # What costs as much as predicting and helps nobody is left out: looking for repetition in
        # numbers, and the least and greatest word of each block. Codes of words come out as words.
        words = [f.name for f in schema if not _is_plain(f)]
        kinds = {name: "snappy" if name in words else "none" for name in schema.names}
        return pq.ParquetWriter(
            scratch, schema, use_dictionary=words, write_statistics=False, compression=kinds,
            store_schema=False,
        )  # fmt: skip
    if name.endswith(".gz"):
        return _Compressed(scratch, schema)
    return pacsv.CSVWriter(str(scratch), schema)


def _is_plain(column: pa.Field) -> bool:
    text = pa.types.is_string(column.type) or pa.types.is_dictionary(column.type)
    return not text or column.name == log.ROW_ID
