"""Poor choice of features: what knows too much, and what can know nothing."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ..data.config import Task
from ..evaluation.exact import upper_bound
from .case import Case
from .result import CheckResult, Failure, decided, failed, passed, unclear

FAILURE = Failure.features
_NO_ERROR = 0.03  # share of errors, below which a single column is too good to be true
_R2 = 0.99
_IDENTITY = 0.9999


def no_feature_is_the_target(case: Case) -> CheckResult:
    """Predict the target from each feature alone, by a small tree, on held-out rows."""
    rows = pd.concat([case.train, case.valid])
    y = case.y(rows)
    found = {}
    for column in case.x(rows).columns:
        values = _codes(rows[column])
        if case.task is Task.classification:
            tree = DecisionTreeClassifier(max_depth=3 + len(np.unique(y)) // 8, random_state=0)
            wrong = int((cross_val_predict(tree, values, y, cv=_folds(y)) != y).sum())
            found[column] = upper_bound(wrong, len(y), 0.99)
        else:
            tree = DecisionTreeRegressor(max_leaf_nodes=64, random_state=0)
            errors = (cross_val_predict(tree, values, y, cv=5) - y) ** 2
            found[column] = _upper(errors) / max(float(np.var(y)), 1e-300)
    limit = _NO_ERROR if case.task is Task.classification else 1 - _R2
    best = min(found, key=lambda column: found[column])
    what = "errors" if case.task is Task.classification else "variance left"
    bad = [column for column in found if found[column] <= limit]
    return decided(
        bool(bad),
        f"{', '.join(bad) or best} alone: at most {found[best]:.2%} {what} on held-out rows",
        causes=(
            "the target under another name, or in another unit",
            "something that is known only after the target is",
        ),
        next_step="set `role: ignore` on it in conf/schema.yaml, or waive this with the reason",
    )


def _upper(errors: np.ndarray) -> float:
    """Bound the mean squared error from above, at 99%."""
    return float(errors.mean() + stats.norm.ppf(0.99) * errors.std(ddof=1) / np.sqrt(len(errors)))


def _folds(y: np.ndarray) -> int:
    fewest = int(np.unique(y, return_counts=True)[1].min())
    return max(2, min(5, fewest))


def _codes(cells: pd.Series) -> np.ndarray:
    """Return a column as numbers, shape (n, 1); categories by their order, missing as missing."""
    if cells.dtype == object:
        return np.asarray(OrdinalEncoder().fit_transform(cells.to_frame()))
    return cells.to_numpy(dtype=float)[:, None]


def the_target_is_no_sum_of_features(case: Case) -> CheckResult:
    """Predict the target by plain least squares on held-out rows: exact means it is computed."""
    if case.task is Task.classification:
        return passed("classes are no sums")
    rows = pd.concat([case.train, case.valid]).dropna(subset=case.numbers)
    if not case.numbers or len(rows) < 5 * (len(case.numbers) + 1):
        return unclear(
            "too few rows without missing cells", rows_needed=5 * (len(case.numbers) + 1)
        )
    x, y = rows[case.numbers].to_numpy(dtype=float), case.y(rows)
    guess = cross_val_predict(LinearRegression(), x, y, cv=5)
    r2 = 1 - float(((guess - y) ** 2).mean() / max(float(np.var(y)), 1e-300))
    return decided(
        r2 >= _IDENTITY,
        f"least squares on {len(case.numbers)} quantities: R² {r2:.6f} on held-out rows",
        causes=("the target is computed from these columns, or they from it",),
        next_step="leave out the columns that are known only after the target is",
    )


def no_feature_is_an_id(case: Case) -> CheckResult:
    """Look for features that name the row: all different, counting up, or sorted with the rows."""
    rows = pd.concat([case.train, case.valid]).sort_index()
    ids = []
    for column in case.categories:
        cells = rows[column].dropna()
        if len(cells) >= 20 and cells.nunique() > 0.9 * len(cells):
            ids.append(column)
    for column in case.numbers:
        values = rows[column].dropna().to_numpy(dtype=float)
        whole = len(values) >= 20 and bool((values == np.round(values)).all())
        if whole and len(np.unique(values)) == len(values):
            steady = abs(stats.spearmanr(np.arange(len(values)), values).statistic) > 0.99
            dense = np.ptp(values) < 2 * len(case.whole["train"]) + 2 * len(case.whole["valid"])
            ids += [column] if steady or dense else []
    if ids:
        return failed(
            f"{', '.join(ids)}: another value in (nearly) every row",
            causes=("a name or a running number is taken for a feature",),
            next_step="set `role: id` or `role: ignore` on it in conf/schema.yaml",
        )
    return passed("no feature has another value in every row")
