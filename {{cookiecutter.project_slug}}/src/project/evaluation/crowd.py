"""What a vote or a mean of many models would be worth if their errors were independent.

The table of the lecture notes, for any number of members and any accuracies: three members that are
right in 70% of all cases are right together in 78.4%, if each errs without regard to the others.
"""

import numpy as np
import numpy.typing as npt
from scipy import stats

from .metrics import Floats


def number_correct(accuracies: Floats) -> Floats:
    """Return how likely each number of correct members is, if they are independent.

    Parameters
    ----------
    accuracies
        Shape (..., members).

    Returns
    -------
    numpy.ndarray
        Shape (..., members + 1): the Poisson-binomial distribution, exact.

    References
    ----------
    Wang (1993), On the number of successes in independent trials, Statistica Sinica 3:295.
    """
    chances = np.asarray(accuracies, dtype=float)
    found = np.zeros((*chances.shape[:-1], chances.shape[-1] + 1))
    found[..., 0] = 1.0
    for i in range(chances.shape[-1]):
        right = chances[..., i, None]
        found[..., 1:] = found[..., 1:] * (1 - right) + found[..., :-1] * right
        found[..., :1] *= 1 - right
    return found


def wins_together(members: int) -> Floats:
    """Return the chance that the vote is right when all wrong members say the same.

    It is so with two classes. A tie is broken by a fair coin.

    Parameters
    ----------
    members
        Their number.

    Returns
    -------
    numpy.ndarray
        Shape (members + 1,): by the number of correct members.
    """
    right = np.arange(members + 1)
    return np.where(2 * right > members, 1.0, np.where(2 * right == members, 0.5, 0.0))


def wins_apart(members: int, classes: int) -> Floats:
    """Return the chance that the vote is right when wrong members agree as little as they can.

    With more than two classes no vote of independent members is better than this, and none is
    worse than `wins_together`. A tie among several labels is broken by a fair draw.
    """
    right = np.arange(members + 1)
    others, rest = divmod(members - right, classes - 1)
    most = others + (rest > 0)
    tied = np.where(rest > 0, rest, classes - 1)
    return np.where(right > most, 1.0, np.where(right == most, 1.0 / (tied + 1), 0.0))


def wins_evenly(members: int, classes: int) -> Floats:
    """Return the chance that the vote is right when a wrong member says any wrong label alike.

    Exact: wrong votes are dealt to one label after the other, by binomial distributions, and the
    number of labels that tie with the right one is kept. A tie is broken by a fair draw.
    """
    left = np.arange(members + 1)
    taken = left[:, None] - left[None, :]
    # The votes that one label takes of those left, while so many labels are still to be dealt to.
    dealt = [stats.binom.pmf(taken, left[:, None], 1.0 / n) for n in range(classes - 1, 0, -1)]
    wins = np.zeros(members + 1)
    for right in range(1, members + 1):
        if 2 * right > members:
            wins[right] = 1.0
        elif right * classes >= members:
            wins[right] = _even(right, taken, dealt)
    return wins


def _even(right: int, taken: npt.NDArray[np.intp], dealt: list[Floats]) -> float:
    size = len(taken) - right
    taken = taken[:size, :size]
    below, equal = (taken >= 0) & (taken < right), taken == right
    # state[t, r]: t labels tie with the right one, r wrong votes are still to be dealt.
    state = np.zeros((len(dealt) + 1, size))
    state[0, -1] = 1.0
    for chance in dealt:
        part = chance[:size, :size]
        after = state @ np.where(below, part, 0.0)
        after[1:] += state[:-1] @ np.where(equal, part, 0.0)
        state = after
    return float((state[:, 0] / np.arange(1, len(state) + 1)).sum())


def vote(accuracies: Floats, classes: int = 2) -> Floats:
    """Return the accuracy of the majority vote of independent members.

    Parameters
    ----------
    accuracies
        Shape (..., members).
    classes
        Number of labels; above two, wrong members are taken to say any wrong label alike.

    Returns
    -------
    numpy.ndarray
        Shape (...).

    Examples
    --------
    >>> float(vote(np.array([0.7, 0.7, 0.7])).round(3))
    0.784
    """
    members = np.shape(accuracies)[-1]
    wins = wins_together(members) if classes == 2 else wins_evenly(members, classes)
    return np.asarray(number_correct(accuracies) @ wins)
