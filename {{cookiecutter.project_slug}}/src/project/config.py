"""The types of everything under `conf/`; values stand in the YAML only.

`validate` is the one door from Hydra's untyped tree into the program.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from omegaconf import MISSING, DictConfig

from .backtesting.config import Backtest, check_backtest
from .checks.config import Checks, check_checks
from .curves.config import Curves, check_curves
from .data.config import Data, check_data
from .errors import ConfigError
from .evaluation.config import Methods, check_methods
from .evaluation.cost_table import cost_table
from .tracking.config import Tracking
from .tuning.config import Tuning, check_tuning
from .typed import typed


class Kernel(Enum):
    """The instruction set that numerical libraries are pinned to."""

    haswell = "haswell"
    nehalem = "nehalem"


class Scale(Enum):
    """How numbers are brought to one scale: by mean and deviation, or by median and quartiles."""

    none = "none"
    standard = "standard"
    robust = "robust"


class Encode(Enum):
    """How a category becomes numbers: a column for each, or the mean target of its rows."""

    onehot = "onehot"
    target = "target"


class Impute(Enum):
    """What takes the place of a missing number."""

    median = "median"
    mean = "mean"
    most_frequent = "most_frequent"


class Backend(Enum):
    """Where independent pieces of work are done."""

    local = "local"
    dask = "dask"
    slurm = "slurm"
    ray = "ray"


@dataclass
class Preprocessing:
    """What comes before the estimator, inside the pipeline."""

    scale: Scale = MISSING
    encode: Encode = MISSING
    impute: Impute = MISSING
    indicator: bool = MISSING  # whether a column more tells which numbers were missing
    max_categories: int = MISSING  # of a one-hot encoded column; the rarest share one
    seed: int = MISSING  # of the folds that target encoding is fitted across


@dataclass
class Model:
    """conf/model/*.yaml: an estimator for each task, as `_target_` and its arguments."""

    name: str = MISSING  # of the file
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    classification: dict[str, Any] = MISSING  # the estimator where the task is classes
    regression: dict[str, Any] = MISSING  # and where it is a quantity


@dataclass
class Baselines:
    """Files of predictions to compare with, as src/project/data/answers.py tells; null for none."""

    human: str | None = MISSING
    existing: str | None = MISSING


@dataclass
class Evaluation:
    """conf/evaluation/*.yaml."""

    baselines: Baselines = field(default_factory=Baselines)

    confidence: float = MISSING
    resamples: int = MISSING
    folds: int = MISSING
    repeats: int = MISSING
    cross_validate_up_to_rows: int = MISSING
    costs: dict[Any, Any] | None = MISSING


@dataclass
class Ladder:
    """conf/ladder/*.yaml: models in order of simplicity, and seconds of fitting for each."""

    models: list[str] = MISSING
    budget_s: float = MISSING


@dataclass
class Compute:
    """conf/compute/*.yaml."""

    threads: int = MISSING
    kernel: Kernel = MISSING
    workers: int = MISSING
    backend: Backend = MISSING
    address: str = MISSING
    options: dict[str, Any] = MISSING
    # Of a container or a job; read by scripts/limits.sh too. Null for no limit, as runs of before
    # have it.
    memory_gb: float | None = None
    cpus: float | None = None


@dataclass
class Config:
    """conf/config.yaml and the groups that it names."""

    seed: int = MISSING
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    tracking: Tracking = field(default_factory=Tracking)
    evaluation: Evaluation = field(default_factory=Evaluation)
    methods: Methods = field(default_factory=Methods)
    compute: Compute = field(default_factory=Compute)
    checks: Checks = field(default_factory=Checks)
    ladder: Ladder = field(default_factory=Ladder)
    tuning: Tuning = field(default_factory=Tuning)
    curves: Curves = field(default_factory=Curves)
    backtest: Backtest = field(default_factory=Backtest)


def validate(tree: DictConfig) -> Config:
    """Turn Hydra's composed tree into a typed `Config`.

    Raises
    ------
    ConfigError
        When a key is unknown or missing, or a value has the wrong type or lies out of range.
    """
    config: Config = typed(Config, tree, where="conf/ or ARGS")
    categories = config.model.preprocessing.max_categories
    for key, value, low, high in (
        ("seed", config.seed, 0, 2**32 - 1),
        ("evaluation.resamples", config.evaluation.resamples, 100, 100_000),
        ("evaluation.folds", config.evaluation.folds, 2, 100),
        ("evaluation.repeats", config.evaluation.repeats, 1, 100),
        (
            "evaluation.cross_validate_up_to_rows",
            config.evaluation.cross_validate_up_to_rows,
            0,
            10**9,
        ),
        ("tracking.rows", config.tracking.rows, 0, 200_000),
        ("compute.threads", config.compute.threads, 1, 1024),
        ("compute.workers", config.compute.workers, 1, 1024),
        ("model.preprocessing.max_categories", categories, 2, 10_000),
    ):
        if not low <= value <= high:
            raise ConfigError(f"{key} is {value}: give a whole number from {low} to {high}")
    share = config.evaluation.confidence
    if not 0.5 <= share < 1:
        raise ConfigError(f"evaluation.confidence is {share}: give a share such as 0.95")
    if not config.ladder.models:
        raise ConfigError("ladder.models is empty: name models of conf/model/, the simplest first")
    if not config.ladder.budget_s > 0:
        raise ConfigError(f"ladder.budget_s is {config.ladder.budget_s}: give seconds above 0")
    for key in ("memory_gb", "cpus"):
        limit = getattr(config.compute, key)
        if limit is not None and not limit > 0:
            raise ConfigError(
                f"compute.{key} is {limit}: give a number above 0, or null for no limit"
            )
    check_methods(config.methods)
    config.evaluation.costs = cost_table(config.evaluation.costs)
    check_backtest(config.backtest)
    check_curves(config.curves)
    check_data(config.data)
    check_checks(config.checks)
    check_tuning(config.tuning)
    return config
