"""Data problems: rows that stand twice, on both sides, or that belong to another time."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy import stats

from ..data.config import SplitMethod
from ..data.duplicates import row_hash
from ..data.schema import Role
from ..data.split import SPLIT
from .case import Case
from .later import losses
from .result import CheckResult, Failure, decided, failed, passed, unclear, weighed

FAILURE = Failure.data
_FEW = 20  # values of a column, below which rows must repeat


def no_row_is_in_two_splits(case: Case) -> CheckResult:
    """Look for names of rows, groups and whole rows that stand in training and validation both."""
    data = case.config.data
    names = [*data.with_role(Role.id), *data.with_role(Role.group)]
    names += data.key if len(data.key) == 1 else []
    shared = {name: _shared(case, name) for name in dict.fromkeys(names)}
    if any(shared.values()):
        worst = max(shared, key=lambda name: shared[name])
        return failed(
            f"{shared[worst]} values of '{worst}' stand in both",
            causes=("one person or thing has several rows, which were dealt out one by one",),
            next_step="set `role: group` on the column, and split.method: group in conf/data.yaml",
        )
    train, valid = (row_hash(rows) for rows in (case.whole["train"], case.whole["valid"]))
    leaked = int(np.isin(valid, train).sum())
    values, counts = np.unique(train, return_counts=True)
    twins = int((counts[np.searchsorted(values, train)] > 1).sum())
    table = [[leaked, len(valid) - leaked], [twins, len(train) - twins]]
    p_value = float(stats.fisher_exact(table, alternative="greater").pvalue)
    return weighed(
        p_value,
        f"{leaked} of {len(valid)} validation rows stand in training too; {twins} of {len(train)} "
        f"training rows have a twin there, p {p_value:.2g}",
        causes=("rows of training are read into validation", "a table was appended to itself"),
        next_step="`make validate` shows repeated rows; give the table a key in conf/schema.yaml",
    )


def _shared(case: Case, name: str) -> int:
    cells = pq.read_table(case.paths.validated, columns=[name]).column(name)
    split = pq.read_table(case.paths.split, columns=[SPLIT]).column(SPLIT).cast(pa.string())
    train, valid = (
        set(cells.filter(pc.equal(split, part)).to_pylist()) for part in ("train", "valid")
    )
    return len((train & valid) - {None})


def no_row_stands_twice(case: Case) -> CheckResult:
    """Among rows equal in all columns but the finest, see how many are equal there too."""
    rows = pd.concat([case.whole["train"], case.whole["valid"]])
    distinct = rows.nunique()
    finest = str(distinct.idxmax())
    if distinct[finest] < max(_FEW, 0.05 * len(rows)):
        return unclear("every column holds few values, so that rows must repeat")
    others = row_hash(rows.drop(columns=finest))
    frame = pd.DataFrame({"others": others, "all": row_hash(rows)})
    alike = _pairs(frame["others"])
    equal = _pairs(frame["all"])
    repeated = int(frame["all"].duplicated().sum())
    share = equal / alike if alike else 0.0
    return decided(
        equal >= 5 and share > 0.5,
        f"{repeated} of {len(rows)} rows repeat another; of {alike} pairs alike but for "
        f"'{finest}', {share:.0%} are alike in it too",
        causes=("a join on a column that is not unique", "a file that was appended twice"),
        next_step="give the table a key in conf/schema.yaml, and `make data` names the rows",
    )


def _pairs(values: pd.Series) -> int:
    counts = values.value_counts().to_numpy(dtype=float)
    return int((counts * (counts - 1) / 2).sum())


def later_rows_are_predicted_as_well(case: Case) -> CheckResult:
    """Learn from the earlier half and predict the rest: no worse than with rows dealt at random."""
    data = case.config.data
    if not data.with_role(Role.time) or data.split.method is SplitMethod.time:
        return passed("no column has the role time, or the split goes by it already")
    late, mixed = losses(case)
    found = stats.ttest_ind(late, mixed, equal_var=False, alternative="greater")
    return weighed(
        float(found.pvalue),
        f"loss {late.mean():.4g} on the later half, {mixed.mean():.4g} at random, "
        f"p {found.pvalue:.2g}",
        causes=(
            "what is predicted changes with time, and a random split lets the model look ahead",
            "a feature holds what was known only later",
        ),
        next_step="set split.method: time in conf/data.yaml, and believe that figure",
    )
