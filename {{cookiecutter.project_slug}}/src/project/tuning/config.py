"""conf/tuning/*.yaml: how hyperparameters are searched, and within which budget."""

from dataclasses import dataclass, field
from enum import Enum

from omegaconf import MISSING

from ..errors import ConfigError


class Sampler(Enum):
    """What proposes the next trial."""

    tpe = "tpe"
    random = "random"
    grid = "grid"
    cmaes = "cmaes"


class Pruner(Enum):
    """What gives up a trial before all its folds are known."""

    none = "none"
    median = "median"
    halving = "halving"


@dataclass
class Tuning:
    """The search of `make tune`; no run's identity depends on it."""

    models: list[str] = field(default_factory=list)
    sampler: Sampler = MISSING
    pruner: Pruner = MISSING
    trials: int = MISSING
    budget_s: float | None = None
    batch: int = MISSING
    levels: int = MISSING
    outer_folds: int = MISSING


def check_tuning(tuning: Tuning) -> None:
    """Refuse a budget or a size that makes no search.

    Raises
    ------
    ConfigError
        When a value lies out of range.
    """
    for key, value, low, high in (
        ("trials", tuning.trials, 1, 100_000),
        ("batch", tuning.batch, 1, 1024),
        ("levels", tuning.levels, 2, 1000),
    ):
        if not low <= value <= high:
            raise ConfigError(f"tuning.{key} is {value}: give a whole number from {low} to {high}")
    if tuning.outer_folds and not 2 <= tuning.outer_folds <= 20:
        raise ConfigError(
            f"tuning.outer_folds is {tuning.outer_folds}: give 0 for none, or 2 to 20"
        )
    if tuning.budget_s is not None and not 0 < tuning.budget_s < 1e9:
        raise ConfigError(
            f"tuning.budget_s is {tuning.budget_s}: give seconds above 0, or null for a budget by "
            "tuning.trials alone"
        )
    if len(set(tuning.models)) < len(tuning.models):
        raise ConfigError(f"tuning.models names a model twice: {', '.join(tuning.models)}")
