"""Data problems: cells that don't mean what they say, and cells that nobody expected."""

import numpy as np
import pandas as pd

from .case import Case
from .result import CheckResult, Failure, decided

FAILURE = Failure.data
_FEW = 20  # cells of a column, below which nothing is said of it


def units_stay_the_same(case: Case) -> CheckResult:
    """Look for quantities whose values are all multiplied by one factor from some row on."""
    rows = pd.concat([case.whole["train"], case.whole["valid"]]).sort_index()
    found = []
    for column in case.numbers:
        cells = rows[column].dropna().to_numpy(dtype=float)
        factor = _factor(cells) if len(cells) >= 2 * _FEW else None
        found += [f"'{column}' by {factor:.3g}"] if factor else []
    return decided(
        bool(found),
        f"{', '.join(found)}: all later values"
        if found
        else "no quantity changes its scale along the table",
        causes=(
            "a source changed its unit",
            "a decimal point is read in one half and not in the other",
        ),
        next_step="bring the rows into one unit before `make data`",
    )


def _factor(cells: np.ndarray) -> float | None:
    """Return the factor between the two halves that a change of scale makes; None without one.

    Only a shift of the logarithm beyond all overlap counts, by the same factor at each quantile:
    a table that is sorted by its classes has shifts, but of other shapes.
    """
    if (cells <= 0).any():
        return None
    logs = np.log(cells)
    places = np.arange(_FEW, len(logs) - _FEW + 1)
    sums = np.cumsum(logs)
    means = np.abs(sums[places - 1] / places - (sums[-1] - sums[places - 1]) / (len(logs) - places))
    weights = np.sqrt(places * (len(logs) - places))
    place = int(places[np.argmax(means * weights)])
    before, after = logs[:place], logs[place:]
    marks = np.linspace(0.1, 0.9, 9)
    steps = np.quantile(after, marks) - np.quantile(before, marks)
    apart = np.quantile(before, [0.01, 0.99]), np.quantile(after, [0.01, 0.99])
    separate = apart[0][1] < apart[1][0] or apart[1][1] < apart[0][0]
    step = float(np.median(steps))
    alike = float(np.ptp(steps)) < 0.25 * abs(step)
    return float(np.exp(step)) if separate and alike and abs(step) > np.log(2) else None


def no_number_stands_for_missing(case: Case) -> CheckResult:
    """Look for a value that many rows share, far outside of what all others lie in."""
    rows = pd.concat([case.train, case.valid])
    found = {}
    for column in case.numbers:
        cells = rows[column].dropna().to_numpy(dtype=float)
        for end in (cells.min(), cells.max()) if len(cells) >= _FEW else ():
            rest, count = cells[cells != end], int((cells == end).sum())
            if count < max(3, 0.005 * len(cells)) or len(np.unique(rest)) < 10:
                continue
            low, high = np.quantile(rest, [0.05, 0.95])
            gap = rest.min() - end if end < rest.min() else end - rest.max()
            if gap > (high - low) / 3 and _usual(float(end)):
                found[column] = f"{end:g} in {count} rows of '{column}'"
    return decided(
        bool(found),
        "; ".join(found.values()) or "no quantity has a lone value far outside",
        causes=("missing cells were filled with a number that means nothing",),
        next_step="write them as empty cells, which the pipeline imputes",
    )


def _usual(value: float) -> bool:
    """Tell whether a number is one that people write for missing: 0, -1, -9, 99, -999, 9999, ..."""
    digits = f"{abs(value):.0f}"
    return value in (0.0, -1.0) or (value == round(value) and set(digits) == {"9"})


def odd_cells_are_refused_or_predicted(case: Case) -> CheckResult:
    """Predict rows with a missing cell, an unseen category or a huge number: all are finite."""
    rows, bad = case.valid.iloc[:20], []
    for column in case.x(rows).columns:
        odd: list[object] = [np.nan]
        odd += [1e12, -1e12] if column in case.numbers else ["never seen before"]
        for cell in odd:
            changed = rows.copy()
            kind = "float64" if column in case.numbers else "object"
            changed[column] = pd.Series([cell] * len(rows), index=rows.index, dtype=kind)
            bad += [] if _finite(case, changed) else [f"{cell} in '{column}'"]
    return decided(
        bool(bad),
        f"no finite prediction with {'; '.join(bad[:5])}"
        if bad
        else "each gives finite predictions",
        causes=("an encoder without a place for the unknown", "no imputation for this column"),
        next_step="see what comes before the estimator in src/project/models/pipeline.py",
    )


def _finite(case: Case, rows: pd.DataFrame) -> bool:
    try:
        made = case.predict(rows)
    except ValueError:
        return False  # a service would fail so, too: the caller tells it as a finding
    values = made.y_pred if made.proba is None else made.proba
    return bool(np.isfinite(np.asarray(values, dtype=float)).all())
