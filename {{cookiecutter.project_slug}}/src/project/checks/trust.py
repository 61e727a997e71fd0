"""Theoretical constraints: can what the model says of its own sureness be believed, everywhere."""

import numpy as np

from ..data.config import Task
from ..evaluation.calibration import as_large, resampling, spiegelhalter, told
from ..evaluation.conformal import outside
from ..evaluation.declared import with_beside
from ..evaluation.exact import covered, fewest, rank, smallest
from ..evaluation.slices import losses, max_statistic
from ..evaluation.slicing import cut
from .case import Case
from .result import CheckResult, Failure, passed, unclear, weighed

FAILURE = Failure.theory
_DRAWN = 9999  # so many that a small p-value can be told once it is corrected for the whole list
_BINS = 10


def probabilities_come_true(case: Case) -> CheckResult:
    """Draw the truth from what was said, and compare the calibration errors; Spiegelhalter's z."""
    if case.task is Task.regression:
        return passed("quantities come without probabilities; `make evaluate` judges intervals")
    said, true = told(case.predict(case.valid))
    order = np.argsort(said, kind="stable")
    draw = case.random("probabilities_come_true")
    error, null = resampling(said[order], true[order], _BINS, _DRAWN, draw)
    by_z = float(np.nan_to_num(spiegelhalter(said, true), nan=1.0))
    p_value = min(1.0, 2 * min(as_large(error, null), by_z))
    return weighed(
        p_value,
        f"calibration error {error:.3f}, {null.mean():.3f} on average if all were exact; p "
        f"{p_value:.2g}",
        causes=(
            "a model that is too sure of what it has learnt by heart",
            "classes weighed or rows drawn so that their shares are not those of the table",
        ),
        next_step="`make evaluate` shows what calibrating would change",
    )


def promised_coverage_is_kept(case: Case) -> CheckResult:
    """Choose a conformal threshold on one half of validation, and count on the other half."""
    promise = case.config.methods.conformal.coverage
    order = case.random("promised_coverage_is_kept").permutation(len(case.valid))
    halves = np.array_split(order, 2)
    scores, others = (outside(case.predict(case.valid.iloc[np.sort(half)])) for half in halves)
    k = rank(len(scores), promise)
    if not k:
        return unclear("too few validation rows", rows_needed=2 * fewest(promise))
    inside = int((others <= smallest(scores, k)).sum())
    # One-sided: ties only ever cover more.
    p_value = covered(len(scores), k, len(others)).cdf(inside)
    return weighed(
        p_value,
        f"{inside / len(others):.1%} of {len(others)} rows are covered, {promise:.0%} promised, "
        f"exact p {p_value:.2g}",
        causes=("predictions follow from the order or the company of rows",),
        next_step="see whether `predicts each row alone` passes",
    )


def no_part_is_served_worse(case: Case) -> CheckResult:
    """Compare the loss within each slice with that of all rows (max-statistic permutation test)."""
    config = with_beside(case.config, [])
    config.methods.slices.permutations = _DRAWN
    found = cut(case.valid, config, paired=False).slices
    if not found:
        return unclear(f"no slice has {config.methods.slices.min_rows} validation rows")
    loss, name = losses(case.predict(case.valid), case.task)
    deviations, p_values = max_statistic(loss, found, config)
    worst = int(np.argmax(deviations))
    inside = loss[found[worst].mask]
    return weighed(
        float(p_values[worst]),
        f"worst of {len(found)} slices is {found[worst].name}: {name} {inside.mean():.3g} in "
        f"{len(inside)} rows, {loss.mean():.3g} in all, p {p_values[worst]:.2g}",
        causes=(
            "labels or units of that part are other than elsewhere",
            "too few rows of it to learn from, or a feature that means something else there",
        ),
        next_step="`make evaluate` shows all slices; look at twenty rows of the worst",
    )
