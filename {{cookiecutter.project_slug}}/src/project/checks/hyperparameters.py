"""Poor choice of hyperparameters: optimisers that stop early, settings worse than plain ones."""

import copy
import inspect
import math
from typing import Any

import numpy as np
from hydra.utils import get_class

from ..errors import ConfigError
from ..evaluation.paired import compare
from ..models.cautions import NOT_CONVERGED
from ..models.training import fit
from ..provenance import plain
from ..tuning.space import Side, load_space
from .case import Case, loss
from .result import CheckResult, Failure, decided, passed, unclear, weighed

FAILURE = Failure.hyperparameters
_SEEDS = 10
_MATTERS = 0.01  # share of the zero rule's loss


def converges(case: Case) -> CheckResult:
    """Look for optimisers that stopped at their limit, in every part of the fitted model."""
    heard = [w for w in case.fitted.warnings if w["code"] == NOT_CONVERGED]
    told = "; ".join(dict.fromkeys(w["message"].splitlines()[0] for w in heard))
    return decided(
        bool(heard),
        told or "no optimiser stopped at its limit",
        causes=(
            "too few iterations (max_iter)",
            "features of very different scale",
            "a step that is too large",
        ),
        next_step="raise max_iter in conf/model/, or scale the features",
    )


def is_not_beaten_by_the_defaults(case: Case) -> CheckResult:
    """Compare with the same estimator as its library sets it, on the same folds."""
    chosen = case.arguments
    known = inspect.signature(get_class(chosen["_target_"])).parameters
    kept = {k: v for k, v in chosen.items() if k == "random_state" or isinstance(v, dict | list)}
    moved = {
        k: v
        for k, v in chosen.items()
        if k != "_target_" and k not in kept and v != known[k].default
    }
    if not moved:
        return passed("no argument differs from the library's default")
    plain = case.with_arguments({"_target_": chosen["_target_"], **kept}).losses
    # In logarithms, so that one wild fold does not hide what all of them say; and no smaller than
    # what would matter, since a perfect fold has none.
    least = _MATTERS * float(case.zero_rule.mean())
    found = compare(
        np.log(np.maximum(case.losses, least)),
        np.log(np.maximum(plain, least)),
        test_share=case.folds[0].test_share,
        confidence=1 - case.config.checks.level,
    )
    one_sided = found.p_value / 2 if found.difference.value > 0 else 1 - found.p_value / 2
    settings = ", ".join(f"{key}={value}" for key, value in moved.items())
    return weighed(
        one_sided if math.isfinite(one_sided) else 1.0,
        f"loss {case.losses.mean():.4g} with {settings}, {plain.mean():.4g} with the defaults, "
        f"one-sided p {one_sided:.2g}",
        causes=(
            "too much or too little regularisation",
            "a learning rate that is off, or too few iterations",
            "a model that is too deep for so few rows, or too shallow",
        ),
        next_step="take the defaults, or search: `make tune`",
    )


def settings_lie_where_one_would_search(case: Case) -> CheckResult:
    """Hold the settings against the ranges that conf/tuning/space/ has for a search."""
    try:
        space = load_space(case.config, case.paths)
    except ConfigError as error:
        return unclear(str(error).partition(":")[0])
    tree, wrong = plain(case.config), []
    for key, one in space.items():
        value: Any = tree
        for step in key.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, int | float) and one.low is not None and one.high is not None:
            below = value < one.low and Side.low not in one.natural
            above = value > one.high and Side.high not in one.natural
            if below or above:
                wrong.append(f"{key} is {value}, beyond {one.low:g} to {one.high:g}")
    return decided(
        bool(wrong),
        "; ".join(wrong) or "each setting lies within its range",
        causes=("a number that is off by a factor", "a range that is too narrow for this table"),
        next_step="`make tune`, or widen the range in conf/tuning/space/",
    )


def is_more_than_luck_of_the_seed(case: Case) -> CheckResult:
    """Fit with other seeds: the spread must be small beside the gain over the zero rule."""
    losses: list[float] = []
    for seed in range(_SEEDS):
        other = case.with_arguments(_seeded(case.arguments, seed))
        fitted = fit(other.config, case.train)
        losses.append(loss(case.predict(case.valid, fitted.pipeline)))
        if seed == 1 and losses[0] == losses[1]:
            return passed("another seed changes nothing")
    base = float(case.zero_rule.mean())
    spread, gain = float(np.std(losses, ddof=1)), base - float(np.mean(losses))
    return decided(
        spread > max(abs(gain), 0.05 * base) / 2,
        f"{_SEEDS} seeds: standard deviation {spread:.3g}, gain over the zero rule {gain:.3g}",
        causes=("too few members or iterations to average over", "a step that is too large"),
        next_step="more members or iterations, and tell the mean over seeds",
    )


def _seeded(arguments: Any, seed: int) -> Any:
    """Set every random_state in an estimator's arguments, at any depth."""
    if isinstance(arguments, dict):
        return {
            key: seed if key == "random_state" else _seeded(value, seed)
            for key, value in arguments.items()
        }
    if isinstance(arguments, list):
        return [_seeded(value, seed) for value in arguments]
    return copy.copy(arguments)
