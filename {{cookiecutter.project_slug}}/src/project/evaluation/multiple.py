"""Correct p-values for the number of tests that were made."""

import numpy as np


def holm(p_values: list[float]) -> list[float]:
    """Correct p-values for their number, by Holm's method.

    Parameters
    ----------
    p_values
        Of each test, in any order; NaN where none was made, which counts for nothing.

    Returns
    -------
    list of float
        In the same order: the smallest level at which each would be rejected among all of them;
        NaN stays.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    given = np.array(p_values, dtype=float)
    order = np.argsort(given)[: np.count_nonzero(~np.isnan(given))]  # NaN comes last
    steps = given[order] * np.arange(len(order), 0, -1)
    given[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in given]
