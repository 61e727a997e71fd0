"""What models of classes assume: no perfect border, features independent and normal within each."""

import numpy as np
from scipy import stats
from scipy.optimize import linprog

from ..evaluation.metrics import Floats
from .finding import Finding, correlation, fact, untestable
from .linear import normality
from .rows import Rows

_MOST = 20_000  # rows, above which an even sample is looked at


def overlapping(rows: Rows) -> Finding:
    """Look for a plane that parts a class from the others: then coefficients have no bound.

    A linear program finds one where there is one, complete or not.

    References
    ----------
    Albert and Anderson (1984), On the existence of maximum likelihood estimates in logistic
    regression models, Biometrika 71:1; Konis (2007), doctoral thesis, Oxford, chapter 2.
    """
    step = max(1, len(rows.y) // _MOST)
    x, y = rows.design[::step], rows.y[::step]
    classes = np.unique(y)
    wanted = classes[-1:] if len(classes) == 2 else classes
    parted = [str(label) for label in wanted if _parted(x, np.where(y == label, 1.0, -1.0))]
    named = f" ({', '.join(parted)})" if parted else ""
    return fact(f"classes that a plane parts from the others{named}", float(len(parted)), 0.5)


def apart(rows: Rows) -> Finding:
    """Test that features are not correlated within the classes: the largest correlation of two."""
    rest = _within(rows, rows.design)
    rest = rest[:, rest.std(axis=0) > 1e-9]
    size, count = rest.shape
    left = size - len(np.unique(rows.y)) + 1
    if count < 2 or left < 5:
        return untestable("there is a single feature that varies within the classes")
    matrix = np.asarray(np.corrcoef(rest.T))
    found = np.abs(matrix[np.triu_indices(count, 1)])
    most = float(min(found.max(), 1.0))
    t = most * np.sqrt((left - 2) / max(1 - most**2, 1e-300))
    p = min(1.0, float(2 * stats.t.sf(t, left - 2)) * len(found))
    text = "largest correlation of two columns within the classes"
    return Finding(text, correlation(most, left, rows.confidence), 0.3, p)


def bell_shaped(rows: Rows) -> Finding:
    """Test that each quantity is normal within each class."""
    if not rows.numbers.shape[1]:
        return untestable("no feature is a number")
    rest = _within(rows, rows.numbers)
    spread = np.zeros_like(rest)
    for label in np.unique(rows.y):
        part = rows.y == label
        spread[part] = rest[part].std(axis=0)
    kept = (spread > 1e-9).all(axis=0)
    if not kept.any():
        return untestable("no quantity varies within every class")
    text = "largest gap of a quantity to the normal distribution within the classes"
    return normality(rest[:, kept] / spread[:, kept], text, rows.confidence)


def _within(rows: Rows, columns: Floats) -> Floats:
    """Take each class's mean away."""
    rest = columns.copy()
    for label in np.unique(rows.y):
        part = rows.y == label
        rest[part] -= rest[part].mean(axis=0)
    return rest


def _parted(x: Floats, sign: Floats) -> bool:
    """Tell whether a plane has one class on its one side, and some of it off the plane."""
    sides = sign[:, None] * np.column_stack([np.ones(len(x)), x])
    found = linprog(
        -sides.sum(axis=0), A_ub=-sides, b_ub=np.zeros(len(x)), bounds=(-1, 1), method="highs"
    )
    return bool(found.status == 0 and -found.fun > 1e-6)
