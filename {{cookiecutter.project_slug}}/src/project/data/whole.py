"""Rules of the table as a whole, which no single row can break."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from ..errors import DataError
from .config import Data, Task
from .duplicates import Repeats
from .rules import listed
from .schema import Schema
from .violations import Violations

MAX_CLASSES = 100
_ENOUGH = 30  # rows, below which a column can equal the target by chance
Again = Callable[[], Iterator[pd.DataFrame]]


def unique(schema: Schema, seen: list[Repeats], again: Again, found: Violations) -> list[str]:
    """Check that no two rows share a key, nor a value of a unique column.

    Parameters
    ----------
    schema
        The rules.
    seen
        What all the rows said in the columns that name a row, or else in all of them.
    again
        Gives the rows once more, where two seem equal.
    found
        Takes the violations.

    Returns
    -------
    list of str
        A sentence on rows that repeat others where no key forbids it.
    """
    cautions = []
    for repeats in seen:
        twice = repeats.confirmed(again())
        if twice.empty:
            continue
        columns = repeats.columns
        if not schema.key and columns == list(schema.columns):
            cautions.append(
                f"{int(twice.duplicated().sum())} rows repeat others cell by cell, first row "
                f"{twice.index[0]}: they stay, and equal rows always share a split"
            )
            continue
        examples = [", ".join(map(str, row)) for row in twice.head(10).to_numpy().tolist()]
        column, rule = (columns[0], "is unique") if len(columns) == 1 else ("", "key is unique")
        mend = "take repeated rows out, or correct `key` or `unique` in conf/schema.yaml"
        found.add(column, rule, twice.index.tolist(), examples, mend)
    return cautions


def tolerate_unseen(schema: Schema, rows: int, found: Violations) -> list[str]:
    """Forgive categories that are not listed where they are as few as the schema allows.

    Returns
    -------
    list of str
        A sentence on each column that was forgiven.
    """
    cautions = []
    for name, rule in schema.columns.items():
        violation = found.get(name, listed(rule)) if rule.categories is not None else None
        if violation is None:
            continue
        misspelt = _misspelt(violation.examples, rule.categories or [])
        violation.hint = misspelt or violation.hint
        if violation.count <= rule.unseen * rows:
            found.forgive(violation)
            examples = ", ".join(f"'{example}'" for example in violation.examples)
            why = misspelt or "the model takes it for a rare category"
            cautions.append(
                f"column '{name}' holds {examples}, first in row {violation.rows[0]}, which "
                f"conf/schema.yaml does not list: {why}"
            )
    return cautions


def _misspelt(cells: list[str], categories: list[str]) -> str:
    known = {category.strip().casefold(): category for category in categories}
    for cell in cells:
        category = known.get(cell.strip().casefold())
        if category is not None:
            return f"it differs from '{category}' in blanks or capitals alone; write all alike"
    return ""


def not_copied(data: Data, sample: pd.DataFrame, found: Violations) -> None:
    """Check that no feature says what the target says.

    Parameters
    ----------
    data
        The features and the target.
    sample
        Some rows, shape (n, columns).
    found
        Takes the violations: a category that stands for a class one to one, and a quantity that
        is the target in other units.
    """
    rows = sample[sample[data.target].notna()]
    target = rows[data.target]
    for name in data.features(*(c.type for c in data.columns.values())):
        cells = rows[name]
        if _copies(cells, target, data.task):
            hint = "set its role to ignore in conf/schema.yaml, since it will not be known in time"
            found.add(name, f"is no copy of the target '{data.target}'", hint=hint)


def check_targets(data: Data, targets: set[object]) -> None:
    """Check that there is something to learn.

    Raises
    ------
    DataError
        When the target is always missing, has a single value or too many classes.
    """
    name = f"{data.source}: target '{data.target}'"
    if not targets:
        raise DataError(f"{name} is missing in every row: fill it in")
    if len(targets) == 1:
        (only,) = targets
        raise DataError(
            f"{name} is {only!r} in every row: there is nothing to learn; add rows "
            "with other values or choose another target in conf/data.yaml"
        )
    if data.task is Task.classification and len(targets) > MAX_CLASSES:
        raise DataError(
            f"{name} has more than {MAX_CLASSES} classes: set `task: regression` in "
            "conf/data.yaml, or choose another target"
        )


def _copies(cells: pd.Series, target: pd.Series, task: Task) -> bool:
    """Tell whether the cells that are there say what the target says."""
    if task is Task.classification:
        there = cells.notna()
        if there.sum() < _ENOUGH or cells.nunique() != target.nunique():
            return False
        pairs = pd.DataFrame({"cell": cells, "target": target})[there].drop_duplicates()
        return len(pairs) == cells.nunique() > 1
    if not pd.api.types.is_numeric_dtype(cells.dtype):
        return False
    both = np.stack([cells.to_numpy(), target.to_numpy(dtype=float)])
    both = both[:, np.isfinite(both).all(axis=0)]
    if both.shape[1] < _ENOUGH or (both.min(axis=1) == both.max(axis=1)).any():
        return False
    return bool(abs(np.corrcoef(both)[0, 1]) > 1 - 1e-12)
