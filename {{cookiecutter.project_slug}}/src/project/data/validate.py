"""Stage `validate`: pass on the rows that can be learnt from, or say which can't.

python -m project.data.validate     data/raw/table.parquet -> data/validated/table.parquet
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .. import errors
from ..config import ColumnType, Data, MissingTarget, Task, load_data
from ..errors import DataError
from ..files import replacing
from ..paths import PROJECT
from .table import ROW_ID

MAX_CLASSES = 100


def validate(data: Data, raw: Path, output: Path) -> int:
    """Check every row of a frozen table and write those that have a target.

    Parameters
    ----------
    data
        The target, the task and the column types.
    raw, output
        Parquet files: the frozen table, and the table to write whole or not at all.

    Returns
    -------
    int
        The number of rows left out because their target is missing.

    Raises
    ------
    DataError
        When a target is missing and `missing_target` is `refuse`, a number is infinite, or the
        target has a single value or too many classes.
    """
    dropped = 0
    targets: set[object] = set()
    source = pq.ParquetFile(raw)
    with replacing(output) as scratch, pq.ParquetWriter(scratch, source.schema_arrow) as writer:
        for batch in source.iter_batches():
            _refuse_infinite(data, batch)
            known = _rows_with_target(data, batch)
            dropped += batch.num_rows - known.num_rows
            if len(targets) <= MAX_CLASSES:
                targets.update(known.column(data.target).unique().to_pylist())
            writer.write_batch(known)
        _check_targets(data, targets)
    return dropped


def _rows_with_target(data: Data, batch: pa.RecordBatch) -> pa.RecordBatch:
    missing = pc.is_null(batch.column(data.target), nan_is_null=True)
    count = pc.sum(missing).as_py() or 0
    if count and data.missing_target is MissingTarget.refuse:
        first = batch.column(ROW_ID).filter(missing)[0].as_py()
        raise DataError(
            f"{data.source}: target '{data.target}' is missing in {count} rows, first in row "
            f"{first}; fill them in, or set `missing_target: drop` in conf/data.yaml to leave "
            "them out"
        )
    return batch.filter(pc.invert(missing)) if count else batch


def _refuse_infinite(data: Data, batch: pa.RecordBatch) -> None:
    for name, kind in data.columns.items():
        if kind is not ColumnType.number:
            continue
        infinite = pc.is_inf(batch.column(name))
        if pc.any(infinite).as_py():
            first = batch.column(ROW_ID).filter(infinite)[0].as_py()
            raise DataError(
                f"{data.source}: column '{name}' is infinite in row {first}; give a finite number "
                "or leave the cell empty"
            )


def _check_targets(data: Data, targets: set[object]) -> None:
    name = f"{data.source}: target '{data.target}'"
    if not targets:
        raise DataError(f"{name} is missing in every row: fill it in")
    if len(targets) == 1:
        raise DataError(
            f"{name} is {next(iter(targets))!r} in every row: there is nothing to learn; add rows "
            "with other values or choose another target in conf/data.yaml"
        )
    if data.task is Task.classification and len(targets) > MAX_CLASSES:
        raise DataError(
            f"{name} has more than {MAX_CLASSES} classes: set `task: regression` in "
            "conf/data.yaml, or choose another target"
        )


def _main() -> None:
    data = load_data(PROJECT.data_config)
    dropped = validate(data, PROJECT.raw, PROJECT.validated)
    if dropped:
        print(f"left out {dropped} rows whose target '{data.target}' is missing", flush=True)


if __name__ == "__main__":
    errors.run(_main)
