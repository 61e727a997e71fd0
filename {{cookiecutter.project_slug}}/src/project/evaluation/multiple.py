"""Correct p-values for the number of tests that were made."""

import numpy as np


def holm(p_values: list[float]) -> list[float]:
    """Correct p-values for their number, by Holm's method.

    Parameters
    ----------
    p_values
        Of each test, in any order.

    Returns
    -------
    list of float
        In the same order: the smallest level at which each would be rejected among all of them.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    order = np.argsort(p_values)
    steps = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in corrected]
