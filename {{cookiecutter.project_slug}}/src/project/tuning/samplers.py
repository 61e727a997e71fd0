"""Optuna's samplers and pruners, as conf/tuning/ names them."""

import importlib.util
import itertools
import math
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from .. import extras
from ..errors import ConfigError
from .config import Pruner, Sampler, Tuning
from .space import Kind, Parameter, Parameters, levels

_STARTUP = 5  # trials whose folds are all known before any other is given up


def distributions(space: Parameters) -> dict[str, BaseDistribution]:
    """Return a space in Optuna's terms."""
    return {key: _distribution(one) for key, one in space.items()}


def _distribution(one: Parameter) -> BaseDistribution:
    if one.type is Kind.categorical:
        return CategoricalDistribution(tuple(one.choices or ()))
    if one.low is None or one.high is None:
        raise TypeError("a number without a range")  # load_space has refused it
    if one.type is Kind.int:
        step = int(one.step or 1)
        return IntDistribution(int(one.low), int(one.high), log=one.log, step=step)
    return FloatDistribution(one.low, one.high, log=one.log, step=one.step)


def sampler(tuning: Tuning, seed: int, known: int) -> optuna.samplers.BaseSampler:
    """Make the sampler of the next batch.

    Parameters
    ----------
    tuning, seed
        Of the configuration.
    known
        How many trials are known. Each batch has a sampler of its own, seeded by this number, so
        that what it draws follows from the trials before it and not from what the process did.
    """
    number = int(np.random.SeedSequence([seed, known]).generate_state(1)[0])
    if tuning.sampler is Sampler.tpe:
        return optuna.samplers.TPESampler(seed=number)
    if tuning.sampler is Sampler.cmaes:
        return optuna.samplers.CmaEsSampler(seed=number, warn_independent_sampling=False)
    return optuna.samplers.RandomSampler(seed=number)


def check_sampler(tuning: Tuning, space: Parameters, model: str) -> None:
    """Refuse CMA-ES where it is not installed, or has too little to work on.

    Raises
    ------
    ConfigError
        With the way to another sampler.
    """
    if tuning.sampler is not Sampler.cmaes:
        return
    if importlib.util.find_spec("cmaes") is None:
        raise extras.missing("cmaes", "tuning.sampler=cmaes")
    if sum(one.type is not Kind.categorical for one in space.values()) < 2:
        raise ConfigError(
            f"tuning.sampler=cmaes needs two numbers or more to search, which "
            f"conf/tuning/space/{model}.yaml lacks: use tuning.sampler=tpe"
        )


def pruner(tuning: Tuning) -> optuna.pruners.BasePruner:
    """Make the pruner; a trial reports the mean of its folds so far, after each of them."""
    if tuning.pruner is Pruner.median:
        return optuna.pruners.MedianPruner(n_startup_trials=_STARTUP, n_warmup_steps=1)
    if tuning.pruner is Pruner.halving:
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=2, reduction_factor=2)
    return optuna.pruners.NopPruner()


def trial_count(tuning: Tuning, space: Parameters) -> int:
    """Return how many trials there are to be, where time does not end it sooner."""
    if tuning.sampler is not Sampler.grid:
        return tuning.trials
    points = math.prod(len(levels(one, tuning.levels)) for one in space.values())
    return min(tuning.trials, points)


def grid(tuning: Tuning, space: Parameters, seed: int) -> list[dict[str, Any]]:
    """Return the points of a grid, shuffled, so that a budget that ends early saw all of it.

    Raises
    ------
    ConfigError
        When there are too many to hold.
    """
    values = [levels(one, tuning.levels) for one in space.values()]
    size = math.prod(len(some) for some in values)
    if size > 1_000_000:
        raise ConfigError(
            f"the grid has {size:,} points: lower tuning.levels, or use tuning.sampler=tpe"
        )
    points = [dict(zip(space, point, strict=True)) for point in itertools.product(*values)]
    order = np.random.default_rng(seed).permutation(len(points))
    return [points[i] for i in order]
