"""What models assume in practice: numbers on one scale, none missing, an optimum that is found."""

import numpy as np

from ..data.schema import ColumnType
from .finding import Finding, fact
from .rows import Rows


def complete(rows: Rows) -> Finding:
    """See that the model is given numbers alone, and no missing cell."""
    missing = int(rows.frame.isna().to_numpy().sum())
    left = int((~np.isfinite(rows.prepared)).sum())
    text = f"{missing} missing cells in the table are filled in; left in what the model is given"
    return fact(text, float(left), 0.5)


def one_scale(rows: Rows) -> Finding:
    """See that the quantities that the model is given spread alike: largest over smallest."""
    names = rows.config.data.features(ColumnType.number, ColumnType.integer)
    # Quantities come first in what the pipeline prepares; a column that never varies has no scale.
    spread = rows.prepared[:, : len(names)].std(axis=0)
    spread = spread[spread > 1e-12]
    ratio = float(spread.max() / spread.min()) if len(spread) else 1.0
    return fact("largest spread of a quantity over the smallest", ratio, 10.0)


def reached(rows: Rows) -> Finding:
    """See that the fit came to its end: no warning says that it stopped short."""
    short = [w for w in rows.fitted.warnings if w["category"] == "ConvergenceWarning"]
    return fact("warnings of the fit that it did not converge", float(len(short)), 0.5)
