"""What linear models assume: a straight relation, even spread, normal errors, no feature twice."""

import math

import numpy as np
from scipy import stats

from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats
from .finding import NAN, Finding, fact, share_explained, untestable
from .rows import Rows

FEWEST = 10  # rows per column of the design, below which its coefficients are loose


def straight(rows: Rows) -> Finding:
    """Test that the target goes straight with the features: Ramsey's RESET with powers 2 and 3.

    References
    ----------
    Ramsey (1969), Tests for specification errors in classical linear least-squares regression
    analysis, J. R. Stat. Soc. B 31:350.
    """
    x, y = _intercept(rows.design), rows.y.astype(float)
    fitted = y - _rest(x, y)
    scaled = (fitted - fitted.mean()) / (fitted.std() or 1.0)
    wide = np.column_stack([x, scaled**2, scaled**3])
    return _added(x, wide, y, "share of the residual variance that curvature explains", 0.05, rows)


def even(rows: Rows) -> Finding:
    """Test that errors spread evenly: Breusch and Pagan's test in Koenker's form, as an F test.

    References
    ----------
    Koenker (1981), A note on studentizing a test for heteroscedasticity, J. Econometrics 17:107.
    """
    x = _intercept(rows.design)
    squares = _rest(x, rows.y.astype(float)) ** 2
    text = "share of the squared errors' variance that the features explain"
    return _added(np.ones((len(x), 1)), x, squares, text, 0.1, rows)


def normal(rows: Rows) -> Finding:
    """Test that the errors of a linear fit are normal, by D'Agostino and Pearson."""
    rest = _rest(_intercept(rows.design), rows.y.astype(float))
    return normality(rest[:, None], "largest gap to the normal distribution", rows.confidence)


def normality(columns: Floats, text: str, confidence: float) -> Finding:
    """Test that each of some columns is normal.

    Parameters
    ----------
    columns
        Shape (n, k). The least p-value times k is that of all together.
    text
        What is measured.
    confidence
        Of the interval of Dvoretzky, Kiefer and Wolfowitz around the largest gap between the
        cumulative shares; it is too wide by nature where mean and spread are estimated.

    References
    ----------
    D'Agostino and Pearson (1973), Tests for departure from normality, Biometrika 60:613.
    """
    size, count = columns.shape
    if size < 20:
        return untestable(f"{size} rows are too few for a test of normality")
    p_values = stats.normaltest(columns, axis=0).pvalue
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0, ddof=1)
    gaps = [float(stats.kstest(column, "norm").statistic) for column in scaled.T]
    reach = math.sqrt(math.log(2 / (1 - confidence)) / (2 * size))
    worst = int(np.argmin(p_values))
    gap = max(gaps)
    effect = Estimate(gap, max(0.0, gap - reach), min(1.0, gap + reach))
    return Finding(text, effect, 0.1, min(1.0, float(p_values[worst]) * count))


def separate(rows: Rows) -> Finding:
    """Look for a feature that the others give: the largest share of one that they explain.

    With the interval of a multiple correlation; a variance inflation factor of 10 is a share of
    0.9. The condition number is that of Belsley, Kuh and Welsch, of the scaled design.
    """
    design = rows.design
    size, count = design.shape
    if count < 2:
        return untestable("there is a single column in the design")
    if size <= count + 1:
        return untestable(f"{size} rows for {count} columns: any column is given by the others")
    scaled = design / np.sqrt((design**2).sum(axis=0))
    values = np.linalg.svd(scaled, compute_uv=False)
    condition = float(values[0] / values[-1]) if values[-1] > 0 else math.inf
    shares = [_explained(np.delete(design, i, axis=1), design[:, i]) for i in range(count)]
    most = max(shares)
    left = size - count
    f = (most / (count - 1)) / ((1 - most) / left) if most < 1 - 1e-12 else math.inf
    effect = share_explained(f, of=count - 1, left=left, confidence=rows.confidence)
    factor = 1 / (1 - most) if most < 1 - 1e-12 else math.inf
    text = (
        f"largest variance inflation {factor:.3g}, condition number {condition:.3g}; share of a "
        "column that the others explain"
    )
    return Finding(text, effect, 0.9)


def enough(rows: Rows) -> Finding:
    """Count the rows for each column of the design; of the rarest class where there are classes.

    References
    ----------
    Peduzzi et al. (1996), A simulation study of the number of events per variable in logistic
    regression analysis, J. Clin. Epidemiol. 49:1373.
    """
    least = len(rows.y)
    of = "rows"
    if rows.labels:
        classes, counts = np.unique(rows.y, return_counts=True)
        least, of = int(counts.min()), f"rows of class '{classes[counts.argmin()]}'"
    columns = max(rows.design.shape[1], 1)
    text = f"{least} {of} for {columns} columns; columns per row"
    return fact(text, columns / least, 1 / FEWEST)


def _added(
    narrow: Floats, wide: Floats, y: Floats, text: str, margin: float, rows: Rows
) -> Finding:
    """Test whether the columns that a wider design adds explain anything."""
    before, after = np.linalg.matrix_rank(narrow), np.linalg.matrix_rank(wide)
    of, left = int(after - before), int(len(y) - after)
    if of < 1 or left < 2:
        return Finding(text, Estimate(NAN, NAN, NAN), margin)
    small, large = (float((_rest(x, y) ** 2).sum()) for x in (wide, narrow))
    if small <= 1e-20 * float((y**2).sum()):
        return untestable("the fit is perfect: nothing is left to look at")
    f = (large - small) / of / (small / left)
    effect = share_explained(f, of=of, left=left, confidence=rows.confidence)
    return Finding(text, effect, margin, float(stats.f.sf(f, of, left)))


def _rest(x: Floats, y: Floats) -> Floats:
    return np.asarray(y - x @ np.linalg.lstsq(x, y, rcond=None)[0])


def _intercept(x: Floats) -> Floats:
    return np.column_stack([np.ones(len(x)), x])


def _explained(x: Floats, y: Floats) -> float:
    rest = _rest(_intercept(x), y)
    return float(1 - (rest**2).sum() / ((y - y.mean()) ** 2).sum())
