"""Read a prediction log: Parquet, CSV or lines of JSON; serving/log.py names its columns."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..data.cells import convert
from ..data.filekind import check_kind, not_utf8
from ..data.schema import ColumnType, Role, Rule, Schema
from ..data.table import batches, column_names, is_parquet
from ..data.violations import shown
from ..errors import DataError, first_line
from ..serving import log

LINES = (".jsonl", ".ndjson", ".json")
_TEXT = Rule(ColumnType.text)


def read_log(file: Path, wanted: Mapping[str, Rule], maybe: Mapping[str, Rule]) -> pd.DataFrame:
    """Read the columns of a log, as the schema of its model says.

    Parameters
    ----------
    file
        Its ending tells the format.
    wanted, maybe
        Columns that must be there, and others that are read where they are.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns), indexed by the row's number in the file, from 1 on.

    Raises
    ------
    DataError
        When there is no such file, it can't be read, lacks a column, or has no row.
    """
    if not file.exists() and not file.is_symlink():
        raise DataError(
            f"LOG={file}: there is no such file in the project's folder, which is all that its "
            "container sees: copy it there, and give its path from there"
        )
    check_kind(file)
    if file.is_dir():
        raise DataError(f"LOG={file} is a folder: give one file")
    read = _lines if file.suffix in LINES else _parquet if is_parquet(file) else _csv
    table = read(file, {**maybe, **wanted})
    for name in wanted:
        if name not in table.column_names:
            raise DataError(
                f"{file} is no log of this model: it has no column '{name}'; `make predict` and "
                "the service write logs, src/project/serving/log.py says what is in one"
            )
    if not table.num_rows:
        raise DataError(f"{file} is empty: there is no row to look at")
    rows: pd.DataFrame = table.to_pandas()
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    return rows


def _csv(file: Path, rules: Mapping[str, Rule]) -> pa.Table:
    names = column_names(file)
    kept = [name for name in names if name in rules]
    # All others are passed over as text.
    every = {name: rules.get(name, _TEXT) for name in names}
    parts = [batch.select(kept) for batch in batches(file, every)]
    return pa.Table.from_batches(parts) if parts else pa.table({name: [] for name in kept})


def _parquet(file: Path, rules: Mapping[str, Rule]) -> pa.Table:
    kept = [name for name in column_names(file) if name in rules]
    try:
        table = pq.read_table(file, columns=kept)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{file} can't be read as Parquet: {first_line(error)}") from None
    cells = {}
    for name in kept:
        try:
            cells[name] = convert(table.column(name).combine_chunks(), rules[name])
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"{file}: column '{name}' can't be read as {rules[name].type.value}: "
                f"{first_line(error)}"
            ) from None
    return pa.table(cells)


def _lines(file: Path, rules: Mapping[str, Rule]) -> pa.Table:
    """Read lines of JSON one by one, so that what is wrong has a row."""
    cells: dict[str, list[Any]] = {}
    number = 0
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                row = _object(file, number, line)
                for name in sorted(row.keys() & rules.keys()):
                    column = cells.setdefault(name, [])
                    column += [None] * (number - 1 - len(column))
                    column.append(_cell(file, number, name, row[name], rules[name]))
    except UnicodeDecodeError as error:
        raise DataError(not_utf8(file, error.start)) from None
    arrays = {}
    for name, column in cells.items():
        column += [None] * (number - len(column))
        plain = pa.float64() if rules[name].type.numeric else pa.string()
        arrays[name] = convert(pa.array(column, plain), rules[name])
    return pa.table(arrays)


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{file}, line {number} is no JSON: {first_line(error)}") from None
    if not isinstance(row, dict):
        raise DataError(f"{file}, line {number} is no JSON object: each line is one row of the log")
    return row


def _cell(file: Path, number: int, name: str, value: Any, rule: Rule) -> Any:
    if value is None:
        return None
    if not rule.type.numeric:
        # As Arrow writes what is not text.
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool | int | float):
        return float(value)
    raise DataError(
        f"{file}, line {number}: '{name}' is {shown(json.dumps(value))} and not a number, as the "
        f"schema says"
    )


def rules_of(
    schema: Schema, target: str, classes: list[str] | None
) -> tuple[dict[str, Rule], dict[str, Rule]]:
    """Return the columns that a log must have, and those that it may have.

    Parameters
    ----------
    schema, target
        Of the model's day; what the model does not see may be in the log, too.
    classes
        Those that the model knows; None in regression.
    """
    number = Rule(ColumnType.number)
    said = {log.PREDICTION: _TEXT if classes is not None else number}
    said |= {f"{log.PROBABILITY}{label}": number for label in classes or []}
    columns = schema.columns
    features = {name: rule for name, rule in columns.items() if rule.role is Role.feature}
    maybe = {name: rule for name, rule in columns.items() if name not in features}
    # Truth is a class of the model or none; whatever else the schema says of it is not held here.
    maybe[target] = _TEXT if classes is not None else number
    more = {log.LOW: number, log.HIGH: number}
    maybe |= more if classes is None else {log.SET: _TEXT, log.ABSTAIN: _TEXT}
    return {log.ROW_ID: _TEXT, log.TIME: _TEXT, log.RUN: _TEXT, **said, **features}, maybe
