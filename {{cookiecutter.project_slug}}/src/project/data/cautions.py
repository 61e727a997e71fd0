"""Find what looks odd in a table though it breaks no rule: it is told, and stops nothing."""

import pandas as pd

from .config import Data, SplitMethod, Task
from .drift import drifted
from .profile import Profile, alike
from .schema import ColumnType, Role
from .violations import shown

_ENOUGH = 100  # rows, below which these are chance
_FEW = 10  # rows of a class
_NEAR_CONSTANT = 0.995
_PLAIN = r"[+-]?\d[\d .,']*"
# Numbers with a decimal comma, with thousands separators, or with a sign of currency or percent.
_DRESSED = (
    rf"\s*([$€£]\s*{_PLAIN}|{_PLAIN}\s*[%$€£]"
    r"|[+-]?\d+,\d+|[+-]?\d{1,3}([ .,']\d{3})+([.,]\d+)?)\s*"
)


def cautions(data: Data, sample: pd.DataFrame, recorded: Profile | None) -> list[str]:
    """Say what looks odd.

    Parameters
    ----------
    data
        The columns and their roles.
    sample
        Some rows of the table, shape (n, columns), in its order.
    recorded
        What the table looked like when the schema was made.

    Returns
    -------
    list of str
        A sentence for each oddity: a feature that hardly varies, one that looks like a number of
        rows, a class that is hardly there, and columns that no longer look as recorded.
    """
    told = []
    for name, column in data.columns.items():
        if column.type in (ColumnType.category, ColumnType.text):
            told += _spelling(name, sample[name])
    if len(sample) >= _ENOUGH:
        for name in data.features(*ColumnType):
            told += _odd(name, sample[name])
    told += _groups(data, sample)
    if data.task is Task.classification:
        classes = sample[data.target].value_counts()
        told += [
            f"class '{name}' stands in {count} row{'s' * (count > 1)}: too few to train, validate "
            "and test on"
            for name, count in classes[classes < _FEW].items()
        ]
    if recorded is not None:
        told += [f"{shift} since the schema was made" for shift in _drift(sample, recorded)]
    return told


def _spelling(name: str, cells: pd.Series) -> list[str]:
    values = cells.drop_duplicates().dropna().head(_ENOUGH)
    numbers = values[values.str.fullmatch(_DRESSED)]
    if len(numbers) > 0.5 * len(values):
        return [
            f"column '{name}' holds numbers written like '{shown(numbers.iloc[0])}': write them "
            "like 1234.5 and set its type to number in conf/schema.yaml"
        ]
    bare = values.str.strip().str.casefold()
    twice = bare[bare.duplicated()]
    if twice.empty:
        return []
    named = ", ".join(f"'{shown(value)}'" for value in values[bare == twice.iloc[0]])
    return [f"column '{name}' holds {named}, which may be the same: write all alike"]


def _groups(data: Data, sample: pd.DataFrame) -> list[str]:
    """Name what names several rows, which a split by rows puts on both sides."""
    if data.split.method is SplitMethod.group:
        return []
    named = [n for n in data.with_role(Role.id) if len(data.key) != 1 or n not in data.key]
    told = []
    for name in [*named, *data.with_role(Role.group)]:
        repeated = int(sample[name].dropna().duplicated(keep=False).sum())
        if repeated:
            told.append(
                f"column '{name}' names {repeated:,} of {len(sample):,} rows together with others: "
                "correct it if each row has its own, or keep them in one split by `role: group` "
                "in conf/schema.yaml and `method: group` in conf/data.yaml"
            )
    return told


def _drift(sample: pd.DataFrame, recorded: Profile) -> list[str]:
    return [str(shift) for shift in drifted(recorded, alike(sample, recorded))]


def _odd(name: str, cells: pd.Series) -> list[str]:
    counts = cells.value_counts(dropna=False)
    share = counts.iloc[0] / len(cells)
    if share >= _NEAR_CONSTANT:
        value = shown(counts.index[0])
        return [
            f"column '{name}' is {value} in {share:.1%} of the rows: nothing can be learnt from it"
        ]
    filled = cells.dropna()
    numeric = pd.api.types.is_numeric_dtype(filled.dtype)
    counter = numeric and filled.is_unique and bool(((filled % 1) == 0).all())
    if counter and (filled.is_monotonic_increasing or filled.is_monotonic_decreasing):
        return [
            f"column '{name}' counts the rows: set its role to id or ignore in conf/schema.yaml"
        ]
    if not numeric and len(filled) >= _ENOUGH and filled.nunique() > 0.5 * len(filled):
        return [
            f"column '{name}' differs in nearly every row, like an id: set its role to id or "
            "ignore in conf/schema.yaml"
        ]
    return []
