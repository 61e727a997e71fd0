"""conf/methods/*.yaml: how `make evaluate` examines a model; types and ranges."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from omegaconf import MISSING

from ..errors import ConfigError


class Effect(Enum):
    """What a prediction does when a column is raised."""

    rises = "rises"
    falls = "falls"


@dataclass
class Expectation:
    """A column, and where the prediction must not go against when it is raised."""

    column: str = MISSING
    effect: Effect = MISSING
    of: str | None = None  # the class whose probability is meant


@dataclass
class Perturbation:
    """Doses of noise and of lost cells."""

    noise_sd: list[float] = MISSING
    cell_shares: list[float] = MISSING
    lost_share: float = MISSING


@dataclass
class Invariance:
    """What decisions must not follow from."""

    columns: list[str] = MISSING
    protected: list[str] = MISSING
    allowed_share: float = MISSING
    tolerance_sd: float = MISSING


@dataclass
class Direction:
    """Monotone pairs of a column and the prediction."""

    expectations: list[Expectation] = MISSING
    step_sd: float = MISSING
    allowed_share: float = MISSING


@dataclass
class Calibration:
    """Whether probabilities are to be believed."""

    bins: int = MISSING
    resamples: int = MISSING


@dataclass
class Conformal:
    """Sets and intervals with a promised coverage."""

    coverage: float = MISSING
    bounds: float = MISSING


@dataclass
class Confidence:
    """When to abstain."""

    risk: float = MISSING
    surety: float = MISSING
    steps: int = MISSING


@dataclass
class Slices:
    """Parts of the table that may fare worse."""

    columns: list[str] = MISSING
    named: list[dict[str, str]] = MISSING
    pairs: bool = MISSING
    min_rows: int = MISSING
    permutations: int = MISSING
    shown: int = MISSING


@dataclass
class Explanation:
    """Importance and partial dependence."""

    repeats: int = MISSING
    grid: int = MISSING
    drawn: int = MISSING


@dataclass
class Cost:
    """How predictions are timed, and what an hour costs."""

    calls: int = MISSING
    batches: int = MISSING
    batch_rows: int = MISSING
    price_per_hour: float = MISSING
    currency: str = MISSING


@dataclass
class Methods:
    """conf/methods/*.yaml."""

    level: float = MISSING
    sample_rows: int = MISSING
    most_columns: int = MISSING
    perturbation: Perturbation = field(default_factory=Perturbation)
    invariance: Invariance = field(default_factory=Invariance)
    direction: Direction = field(default_factory=Direction)
    calibration: Calibration = field(default_factory=Calibration)
    conformal: Conformal = field(default_factory=Conformal)
    confidence: Confidence = field(default_factory=Confidence)
    slices: Slices = field(default_factory=Slices)
    explanation: Explanation = field(default_factory=Explanation)
    cost: Cost = field(default_factory=Cost)


def check_methods(methods: Methods) -> None:
    """Check that every number lies where it makes sense.

    Raises
    ------
    ConfigError
        When one does not.
    """
    for key, value, low, high in _whole(methods):
        if not low <= value <= high:
            raise ConfigError(f"methods.{key} is {value}: give a whole number from {low} to {high}")
    for key, share in _shares(methods):
        if not 0 < share < 1:
            raise ConfigError(f"methods.{key} is {share}: give a share above 0 and below 1")
    permutations, least = methods.slices.permutations, math.floor(1 / methods.level)
    if permutations < least:
        raise ConfigError(
            f"methods.slices.permutations is {permutations}, too few for any p-value below "
            f"methods.level, {methods.level:g}: give {least} or more"
        )
    for key, doses, most in (
        ("perturbation.noise_sd", methods.perturbation.noise_sd, float("inf")),
        ("perturbation.cell_shares", methods.perturbation.cell_shares, 1.0),
    ):
        if not doses or doses != sorted(set(doses)) or not 0 < doses[0] <= doses[-1] <= most:
            raise ConfigError(f"methods.{key} is {doses}: give rising doses, such as [0.1, 0.5, 1]")
    for key, number in (
        ("invariance.tolerance_sd", methods.invariance.tolerance_sd),
        ("cost.price_per_hour", methods.cost.price_per_hour),
    ):
        if not 0 <= number < float("inf"):
            raise ConfigError(f"methods.{key} is {number}: give a number from 0 on")
    step = methods.direction.step_sd
    if not 0 < step < float("inf"):
        raise ConfigError(f"methods.direction.step_sd is {step}: give a number above 0")


def _whole(methods: Methods) -> Iterator[tuple[str, int, int, int]]:
    yield "sample_rows", methods.sample_rows, 100, 1_000_000
    yield "most_columns", methods.most_columns, 1, 10_000
    yield "calibration.bins", methods.calibration.bins, 2, 100
    yield "calibration.resamples", methods.calibration.resamples, 99, 100_000
    yield "confidence.steps", methods.confidence.steps, 1, 1000
    yield "slices.min_rows", methods.slices.min_rows, 5, 1_000_000
    yield "slices.permutations", methods.slices.permutations, 99, 100_000
    yield "slices.shown", methods.slices.shown, 1, 1000
    yield "explanation.repeats", methods.explanation.repeats, 1, 100
    yield "explanation.grid", methods.explanation.grid, 2, 100
    yield "explanation.drawn", methods.explanation.drawn, 0, 100
    yield "cost.calls", methods.cost.calls, 20, 100_000
    yield "cost.batches", methods.cost.batches, 5, 10_000
    yield "cost.batch_rows", methods.cost.batch_rows, 1, 1_000_000


def _shares(methods: Methods) -> Iterator[tuple[str, float]]:
    yield "level", methods.level
    yield "perturbation.lost_share", methods.perturbation.lost_share
    yield "invariance.allowed_share", methods.invariance.allowed_share
    yield "direction.allowed_share", methods.direction.allowed_share
    yield "conformal.coverage", methods.conformal.coverage
    yield "conformal.bounds", methods.conformal.bounds
    yield "confidence.risk", methods.confidence.risk
    yield "confidence.surety", methods.confidence.surety
