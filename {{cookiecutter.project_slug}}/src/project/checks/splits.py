"""Data problems: training and validation that don't look alike."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from ..data.config import SplitMethod
from ..evaluation import shares, shift
from ..models.pipeline import prepare
from .case import Case
from .result import CheckResult, Failure, passed, unclear, weighed

FAILURE = Failure.data
_FEW = 20  # rows of a split, below which nothing is said of it


def the_splits_look_alike(case: Case) -> CheckResult:
    """Try to tell training from validation rows: by a forest, and column by column."""
    if case.config.data.split.method is SplitMethod.time:
        return passed("validation is later than training on purpose, so it may differ")
    if min(len(case.train), len(case.valid)) < 2 * _FEW:
        return unclear("too few rows in a split", rows_needed=10 * _FEW)
    tests = [_column(case, name) for name in (*case.numbers, *case.categories)]
    found = shift.judge([test for pair in tests for test in pair])
    worst = min(found, key=lambda one: np.nan_to_num(one.p_corrected, nan=1.0))
    by_column = float(np.nan_to_num(worst.p_corrected, nan=1.0))
    auc, by_forest = _adversary(case)
    p_value = min(1.0, 2 * min(by_column, by_forest))
    return weighed(
        p_value,
        f"a forest tells them apart with AUC {auc:.2f} (p {by_forest:.2g}); most unlike is "
        f"'{worst.test.column}', {worst.test.of} {worst.test.before} in training and "
        f"{worst.test.after} in validation (corrected p {by_column:.2g})",
        causes=(
            "the table is sorted, and split by its order",
            "codes or units of a column differ between two parts of the source",
        ),
        next_step="`make profile` shows the column; mend the source, or split by group or time",
    )


def _column(case: Case, name: str) -> list[shift.TwoSampleTest]:
    train, valid = case.train[name], case.valid[name]
    gaps = shift.missing(name, *((int(c.isna().sum()), len(c)) for c in (train, valid)))
    return [gaps, shares.values(name, train, valid, numeric=name in case.numbers)]


def _adversary(case: Case) -> tuple[float, float]:
    """Return the AUC of a forest on rows it has not seen, and its one-sided p-value, by ranks."""
    draw = case.random("adversary")
    size = min(len(case.train), len(case.valid))
    parts = [rows.iloc[draw.permutation(len(rows))[:size]] for rows in (case.train, case.valid)]
    x, y = case.x(pd.concat(parts)), np.repeat([0, 1], size)
    half = np.tile(np.arange(size) % 2 == 0, 2)
    forest = RandomForestClassifier(100, min_samples_leaf=5, random_state=case.config.seed)
    model = make_pipeline(clone(prepare(case.config.model.preprocessing, case.config.data)), forest)
    chance = model.fit(x[half], y[half]).predict_proba(x[~half])[:, 1]
    one, two = chance[y[~half] == 1], chance[y[~half] == 0]
    found = stats.mannwhitneyu(one, two, alternative="greater")
    return float(found.statistic / (len(one) * len(two))), float(found.pvalue)


def columns_vary_in_both_splits(case: Case) -> CheckResult:
    """Look for features that vary in training and stand still in validation."""
    still = {}
    for column in case.x(case.train).columns:
        train, valid = case.train[column], case.valid[column]
        if len(train.unique()) > 1 and len(valid.unique()) == 1:
            same = (train == valid.iloc[0]) | (train.isna() & pd.isna(valid.iloc[0]))
            still[column] = (float(same.mean()) + 1 / len(train)) ** len(valid)
    if not still:
        return passed("every feature that varies in training varies in validation")
    worst = min(still, key=lambda column: still[column])
    p_value = min(1.0, still[worst] * len(case.x(case.train).columns))
    return weighed(
        p_value,
        f"'{worst}' is {case.valid[worst].iloc[0]} in every validation row, p {p_value:.2g}",
        causes=(
            "the feature is not there where the model will be used, and is filled by a constant",
        ),
        next_step="find out what fills the column, or leave it out",
    )
