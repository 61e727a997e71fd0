"""Gather all that a profile page tells of a validated table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ..paths import Paths
from . import profile
from .association import LEVEL, Association, with_target
from .config import Data, Task
from .description import Description, classes, describe, split_by_class, split_by_quantity
from .drift import Drift, drifted
from .duplicates import row_hash
from .parquetfile import parts
from .redundant import Pair, redundant
from .schema import ColumnType, Role, Rule, Schema
from .table import ROW_ID

DRAWN = 100  # columns with a drawing of their own; the others are lines of a table
_BATCH = 1 << 16  # rows


@dataclass
class Column:
    """What a page tells of one column; `association` is None where nothing can be said."""

    name: str
    rule: Rule
    description: Description
    association: Association | None = None
    drift: Drift | None = None


@dataclass
class Exploration:
    """What a page tells of a table.

    Parameters
    ----------
    rows, dropped, repeated
        In the whole table: rows, those left out for want of a target, those that repeat others.
    sampled
        Rows that all else was computed from.
    size
        Bytes of the source.
    columns
        The target first, then by strength of association.
    classes
        Of the target, the commonest first.
    """

    data: Data
    rows: int
    dropped: int
    repeated: int
    sampled: int
    size: int
    columns: list[Column]
    classes: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def associated(self) -> list[Column]:
        """The columns whose association could be measured, the strongest first."""
        return [column for column in self.columns if column.association]

    @property
    def drifted(self) -> list[Drift]:
        """The columns that no longer look as when the schema was made."""
        return [column.drift for column in self.columns if column.drift]


def explore(data: Data, schema: Schema, paths: Paths) -> Exploration:
    """Look at a table that has passed its stages.

    Parameters
    ----------
    data, schema
        The target and the rules.
    paths
        The project.
    """
    sample, rows, repeated = _read(paths.validated)
    recorded = profile.load(paths.profile) if paths.profile.exists() else None
    shifts = drifted(recorded, profile.alike(sample, recorded)) if recorded else []
    associations = with_target(sample, data.target)
    columns = [
        Column(
            name,
            rule,
            describe(sample[name]),
            associations.get(name),
            next((shift for shift in shifts if shift.column == name), None),
        )
        for name, rule in schema.columns.items()
    ]
    columns.sort(key=lambda c: (c.rule.role is not Role.target, -_value(c)))
    _split(data, sample, columns)
    dropped = pq.read_metadata(paths.raw).num_rows - rows
    return Exploration(
        data=data,
        rows=rows,
        dropped=dropped,
        repeated=repeated,
        sampled=len(sample),
        size=sum(part.stat().st_size for part in parts(paths.root / data.source)),
        columns=columns,
        classes=classes(sample[data.target]) if data.task is Task.classification else [],
        pairs=redundant(sample[data.features(*ColumnType)]),
    )


def _value(column: Column) -> float:
    return column.association.value if column.association else -1.0


def _split(data: Data, sample: pd.DataFrame, columns: list[Column]) -> None:
    split = split_by_class if data.task is Task.classification else split_by_quantity
    for column in columns[:DRAWN]:
        if column.association and column.association.p_value < LEVEL:
            split(column.description, sample[column.name], sample[data.target])


def _read(validated: Path) -> tuple[pd.DataFrame, int, int]:
    """Return an even sample, the number of rows, and how many of them repeat others."""
    sample = profile.Sample()
    hashes = []
    for rows in _batches(validated):
        sample.add(rows)
        hashes.append(row_hash(rows))
    every = np.sort(np.concatenate(hashes))
    return sample.frame(), len(every), int((every[1:] == every[:-1]).sum())


def _batches(validated: Path) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(validated) as table:
        names = [name for name in table.schema_arrow.names if name != ROW_ID]
        for batch in table.iter_batches(_BATCH, columns=names):
            yield batch.to_pandas()
