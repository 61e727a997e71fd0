"""How far models differ: in what they say, and in where they err."""

import numpy as np

from .metrics import Floats


def vote(said: np.ndarray) -> tuple[np.ndarray, float]:
    """Take the label that most members say, the first of the alphabet where several do.

    Returns
    -------
    tuple
        Labels of shape (n,), and the share of rows with such a tie.
    """
    labels = np.unique(said)
    counts = np.array([(said == label).sum(axis=0) for label in labels])
    tied = (counts == counts.max(axis=0)).sum(axis=0) > 1
    return labels[counts.argmax(axis=0)], float(tied.mean())


def errors(said: np.ndarray, truth: np.ndarray, labels: bool) -> Floats:
    """Return, in shape (n, members), 1 for a wrong label, or predicted minus true."""
    wrong = said != truth if labels else said - truth.astype(float)
    return np.asarray(wrong, dtype=float).T


def moments(errors: Floats) -> Floats:
    """Return the columns whose means `correlation` takes; errors have the shape (n, members)."""
    together = errors.mean(axis=1, keepdims=True)
    return np.hstack([errors, errors**2, together, together**2])


def correlation(means: Floats) -> Floats:
    """Return the mean covariance of two members' errors over the mean variance of one's.

    Parameters
    ----------
    means
        Shape (..., 2 * members + 2): means of errors, of their squares, of the members' mean error
        and of its square.
    """
    count = (means.shape[-1] - 2) // 2
    variance = (means[..., count:-2] - means[..., :count] ** 2).sum(axis=-1)
    together = count**2 * (means[..., -1] - means[..., -2] ** 2)
    shared = np.full_like(variance, np.nan)
    np.divide(together - variance, (count - 1) * variance, out=shared, where=variance > 1e-15)
    return np.asarray(shared)


def correlations(errors: Floats) -> Floats:
    """Correlate the errors of all pairs; NaN where a member always or never errs."""
    centred = errors - errors.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    scaled = np.full_like(centred, np.nan)
    np.divide(centred, spread, out=scaled, where=spread > 1e-12)
    return np.asarray(scaled.T @ scaled)


def disagreement(said: np.ndarray, labels: bool) -> Floats:
    """Return for each row the share of pairs of members with different labels.

    In regression it is the mean squared difference of two members. Shape (n, 1).
    """
    count = len(said)
    if labels:
        counts = np.array([(said == label).sum(axis=0) for label in np.unique(said)])
        alike = (counts * (counts - 1)).sum(axis=0) / (count * (count - 1))
        return np.asarray(1.0 - alike)[:, None]
    return np.asarray(2 * said.var(axis=0, ddof=1))[:, None]


def pairs(said: np.ndarray, labels: bool) -> Floats:
    """Return for all pairs the share of rows with different labels, or the root mean square."""
    if labels:
        return np.array([(said != one).mean(axis=1) for one in said])
    return np.array([np.sqrt(((said - one) ** 2).mean(axis=1)) for one in said])


def ambiguity(said: np.ndarray, truth: Floats) -> tuple[float, float, float]:
    """Return the squared error of the members' mean, their mean squared error, and the ambiguity.

    The first is exactly the second minus the third.

    References
    ----------
    Krogh and Vedelsby (1995), Neural network ensembles, cross validation, and active learning.
    """
    together = said.mean(axis=0)
    return (
        float(((together - truth) ** 2).mean()),
        float(((said - truth) ** 2).mean()),
        float(((said - together) ** 2).mean()),
    )
