"""Propose a schema from what a table holds, and write it for people to correct.

    python -m project.data.infer        source of conf/data.yaml -> conf/{schema.yaml,profile.json}

Runs before the stages, once: they start it where there is no conf/schema.yaml.
"""

import difflib
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .. import errors
from ..errors import DataError
from ..paths import PROJECT, Paths
from ..report.validation import telling
from .bounds import MAX_LISTED, Seen, bound
from .cells import looks_like
from .config import Data, Task, load_data
from .profile import Profile, Sample, described, profile, save
from .schema import EXACT, ColumnType, Role, Rule, Schema
from .schema_file import write_schema
from .table import batches, column_names
from .violations import RowsRefused

HEAD = 100_000  # rows that say what type a column has
_FEW_NAMES = 20
_NAMES_A_ROW = re.compile(r"(?i:(^|[_\s.-])(id|uuid|key)$)|[a-z]I[dD]$")


def propose(data: Data, paths: Paths) -> Data:
    """Write the schema and the profile of a project's table.

    Returns
    -------
    Data
        The data configuration, now with columns.
    """
    with telling(paths.reports, data.source):
        schema, found = infer(data, paths.shown(data.source))
    save(found, paths.profile)
    write_schema(schema, paths.schema, data.source)
    print(
        "what a valid table is was read from this one and written to conf/schema.yaml: look at it",
        flush=True,
    )
    return load_data(paths.data_config)


def infer(data: Data, source: Path) -> tuple[Schema, Profile]:
    """Propose a schema, and describe the table that it was proposed for.

    Types come from the first rows; ranges, categories and what may be missing from all of them,
    so that the table passes by its own schema unless a cell can't be read or is infinite. A range
    is as wide again as what was seen, since the next table will go beyond it a little.

    Parameters
    ----------
    data
        Names the target and the task.
    source
        The table.

    Raises
    ------
    DataError
        When the target is not in the table, or the table can't be read.
    """
    names = column_names(source)
    if data.target not in names:
        close = difflib.get_close_matches(data.target, names, n=1)
        which = f"'{close[0]}'" if close else f"one of {', '.join(names[:_FEW_NAMES])}"
        raise DataError(
            f"{source} has no column '{data.target}': set `target` in conf/data.yaml to {which}"
        )
    head = _head(source, names)
    distinct = {name: _distinct_share(head[name]) for name in names}
    rules = {name: _rule(name, head[name], distinct[name]) for name in names}
    number = ColumnType.number if data.task is Task.regression else ColumnType.category
    if not (data.task is Task.regression and rules[data.target].type is ColumnType.integer):
        rules[data.target].type = number
    rules[data.target].role = Role.target

    seen, sample = _look(source, rules)
    for name, rule in rules.items():
        bound(rule, seen[name])
    key = [
        name
        for name, rule in rules.items()
        if rule.role is Role.id and distinct[name] == 1 and not rule.nullable
    ][:1]
    told = [name for name in described(rules) if name in sample]
    return Schema(key, rules), profile(sample[told])


def _look(source: Path, rules: dict[str, Rule]) -> tuple[dict[str, Seen], pd.DataFrame]:
    """Look at all the rows: what there is in each column, and a sample of those it can tell of."""
    try:
        return _look_once(source, rules)
    except RowsRefused as refused:
        unreadable = sorted({found.column for found in refused.violations})
        if "" in unreadable:
            raise
        # The stages will refuse these cells too, when there is a schema whose types people can
        # correct if it is not the cells that are wrong.
        text = dict.fromkeys(unreadable, Rule(ColumnType.text))
        seen, sample = _look_once(source, rules | text)
        return seen, sample.drop(columns=unreadable)


def _look_once(source: Path, rules: dict[str, Rule]) -> tuple[dict[str, Seen], pd.DataFrame]:
    seen = {name: Seen() for name in rules}
    sample = Sample()
    for batch in batches(source, rules):
        for name in rules:
            seen[name].add(batch.column(name))
        sample.add(batch.to_pandas())
    return seen, sample.frame()


def _head(source: Path, names: list[str]) -> dict[str, pa.ChunkedArray]:
    """Return the first rows, column by column."""
    head: list[pa.RecordBatch] = []
    for batch in batches(source, None):
        head.append(batch)
        if sum(b.num_rows for b in head) >= HEAD:
            break
    if not sum(b.num_rows for b in head):
        raise DataError(f"{source} has a header but no rows: give it some")
    return {name: _joined(name, [batch.column(name) for batch in head], source) for name in names}


def _joined(name: str, chunks: list[pa.Array], source: Path) -> pa.ChunkedArray:
    if any(pa.types.is_nested(chunk.type) for chunk in chunks):
        raise DataError(
            f"{source}: column '{name}' holds lists or structures in its cells, which no model "
            "here takes: take it out, or make a column of each part"
        )
    plain = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in chunks]
    kinds = {chunk.type for chunk in plain}
    if len(kinds) == 1:
        return pa.chunked_array(plain)
    # Parts of a folder can differ, such as where one has no fractions and one no text.
    common = pa.float64() if all(map(_is_number, kinds)) else pa.string()
    return pa.chunked_array([chunk.cast(common) for chunk in plain])


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _rule(name: str, column: pa.ChunkedArray, distinct: float) -> Rule:
    kind = column.type
    filled = column.drop_null()
    if len(filled) == 0:
        return Rule(ColumnType.text, Role.ignore)
    if pa.types.is_temporal(kind):
        return Rule(ColumnType.time, Role.ignore)
    names_rows = _NAMES_A_ROW.search(name) is not None
    found: ColumnType | None = ColumnType.category
    if pa.types.is_integer(kind):
        high = max(abs(bound) for bound in pc.min_max(filled).as_py().values())
        found = ColumnType.integer if high < EXACT else None
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        found = ColumnType.number
    elif not pa.types.is_boolean(kind):
        found = looks_like(filled.cast(pa.string()).combine_chunks())
    # An identifier is text even where it is written in digits: nobody adds two of them.
    if names_rows and distinct > 0.5:
        return Rule(ColumnType.text, Role.id)
    if names_rows and distinct * len(column) > MAX_LISTED:
        return Rule(ColumnType.text, Role.group)
    if found is ColumnType.time:
        return Rule(found, Role.ignore)
    if found is None and pc.count_distinct(filled).as_py() > max(20, len(filled) / 2):
        # Text that hardly repeats is a name or a sentence: no model here learns from it.
        return Rule(ColumnType.text, Role.ignore)
    return Rule(found or ColumnType.category)


def _distinct_share(column: pa.ChunkedArray) -> float:
    return float(pc.count_distinct(column).as_py() / max(len(column), 1))


def _main() -> None:
    propose(load_data(PROJECT.data_config), PROJECT)


if __name__ == "__main__":
    errors.run(_main)
