"""Find which of several candidates no other beats in every respect."""

import numpy as np

from .metrics import Floats


def front(values: Floats) -> np.ndarray:
    """Return which candidates are on the Pareto front.

    Parameters
    ----------
    values
        Shape (candidates, respects); less is better in each.

    Returns
    -------
    numpy.ndarray
        Shape (candidates,), of bool: whether no other is at least as good in all respects and
        better in one. Candidates that are equal in all are on the front together or not at all.
    """
    no_worse = (values[:, None] <= values[None]).all(axis=2)
    better = (values[:, None] < values[None]).any(axis=2)
    beaten: np.ndarray = (no_worse & better).any(axis=0)
    return ~beaten
