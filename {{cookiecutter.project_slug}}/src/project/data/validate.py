"""Stage `validate`: pass on the rows that can be learnt from, or say which can't.

    python -m project.data.validate     data/raw/table.parquet -> data/validated/table.parquet

Holds every row to conf/schema.yaml and tells all that breaks it at once, on the terminal and in
reports/validate.html; what looks odd but breaks no rule is told too, and does not stop.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .. import errors
from ..files import replacing
from ..paths import PROJECT
from ..report.validation import tell_passed, telling
from .cautions import cautions
from .config import Data, MissingTarget, load_data
from .duplicates import Repeats
from .frozen import batches, frame
from .profile import Profile, Sample, load
from .rules import NOT_MISSING, hold, pandera_schema
from .schema import Schema, load_schema
from .table import ROW_ID
from .violations import RowsRefused, Violations
from .whole import MAX_CLASSES, check_targets, not_copied, tolerate_unseen, unique


@dataclass
class Passed:
    """What `validate` has to say of a table that it passed on."""

    rows: int = 0
    dropped: int = 0  # for want of a target
    cautions: list[str] = field(default_factory=list)


def validate(
    data: Data, schema: Schema, raw: Path, output: Path, recorded: Profile | None = None
) -> Passed:
    """Check every row of a frozen table and write those that have a target.

    Parameters
    ----------
    data, schema
        The target and the task, and the rules.
    raw, output
        Parquet files: the frozen table, and the table to write whole or not at all.
    recorded
        What the table looked like when the schema was made; None where nobody recorded it.

    Raises
    ------
    RowsRefused
        When cells or rows break rules; it carries all of them.
    DataError
        When the target has a single value or too many classes.
    """
    found, passed, sample = Violations(), Passed(), Sample()
    checker = pandera_schema(schema, data)
    compared = [schema.key or list(schema.columns)]
    compared += [[name] for name, rule in schema.columns.items() if rule.unique]
    seen = [Repeats(columns) for columns in compared]
    targets: set[object] = set()
    for batch in batches(raw):
        known = _with_target(data, batch, found)
        passed.dropped += batch.num_rows - known.num_rows
        passed.rows += known.num_rows
        rows = frame(known)
        hold(rows, checker, found)
        for repeats in seen:
            repeats.add(rows)
        sample.add(rows)
        if len(targets) <= MAX_CLASSES:
            targets.update(known.column(data.target).unique().to_pylist())
    passed.cautions += unique(schema, seen, lambda: _known(data, raw), found)
    passed.cautions += tolerate_unseen(schema, passed.rows, found)
    not_copied(data, sample.frame(), found)
    if len(found):
        raise RowsRefused(data.source, list(found))
    check_targets(data, targets)
    passed.cautions += cautions(data, sample.frame(), recorded)
    _write(data, raw, output, copy=passed.dropped == 0)
    return passed


def _known(data: Data, raw: Path) -> Iterator[pd.DataFrame]:
    for batch in batches(raw):
        yield frame(_with_target(data, batch, Violations()))


def _with_target(data: Data, batch: pa.RecordBatch, found: Violations) -> pa.RecordBatch:
    missing = pc.is_null(batch.column(data.target), nan_is_null=True)
    if not pc.any(missing).as_py():
        return batch
    if data.missing_target is MissingTarget.refuse:
        hint = (
            "it is the target: fill it in, or set `missing_target: drop` in conf/data.yaml to "
            "leave these rows out"
        )
        rows = batch.column(ROW_ID).filter(missing).to_pylist()
        found.add(data.target, NOT_MISSING, rows, hint=hint)
    return batch.filter(pc.invert(missing))


def _write(data: Data, raw: Path, output: Path, *, copy: bool) -> None:
    with replacing(output) as scratch:
        if copy:
            # The same bytes: DVC then keeps them once.
            shutil.copyfile(raw, scratch)
            return
        with pq.ParquetWriter(scratch, pq.read_schema(raw)) as writer:
            for batch in batches(raw):
                writer.write_batch(_with_target(data, batch, Violations()))


def _main() -> None:
    data, schema = load_data(PROJECT.data_config), load_schema(PROJECT.schema)
    recorded = load(PROJECT.profile) if PROJECT.profile.exists() else None
    with telling(PROJECT.reports, data.source):
        passed = validate(data, schema, PROJECT.raw, PROJECT.validated, recorded)
    tell_passed(PROJECT.reports, data.source, passed.rows, passed.dropped, passed.cautions)


if __name__ == "__main__":
    errors.run(_main)
