"""conf/evaluation/gates.yaml: what a run must reach to be promoted; types and ranges.

A file of its own beside the choices of `evaluation=`: those are part of a run's id and may be
overridden in ARGS, and a gate is neither.
"""

import math
from dataclasses import dataclass, field

from omegaconf import MISSING

from ..data.config import Task
from ..errors import ConfigError
from ..paths import Paths
from ..typed import read

WHERE = "conf/evaluation/gates.yaml"
INCUMBENT, CALIBRATION, SLICE, LATENCY = "incumbent", "calibration", "worst slice", "latency"


@dataclass
class Compared:
    """The metric that models are compared by, for each task."""

    classification: str = MISSING
    regression: str = MISSING


@dataclass
class Calibrated:
    """How far probabilities or quantiles may be off."""

    tolerance: float = MISSING
    least_rows: int = MISSING


@dataclass
class WorstSlice:
    """How much worse a slice may be."""

    times: float = MISSING


@dataclass
class Latency:
    """How long an answer may take."""

    one_row_p95_ms: float = MISSING


@dataclass
class Gates:
    """All of the file."""

    purpose: str | None = MISSING
    level: float = MISSING
    metric: Compared = field(default_factory=Compared)
    lost_share: float = MISSING
    calibration: Calibrated = field(default_factory=Calibrated)
    worst_slice: WorstSlice = field(default_factory=WorstSlice)
    latency: Latency = field(default_factory=Latency)
    waivers: dict[str, str] = MISSING


def load_gates(task: Task, paths: Paths) -> Gates:
    """Read the gates.

    Raises
    ------
    ConfigError
        When the file is not there, or holds what makes no sense.
    """
    if not paths.gates.is_file():
        raise ConfigError(f"{WHERE} is not there: bring it back from git")
    gates: Gates = read(Gates, paths.gates, WHERE)
    # Imported here, since numpy must not come before the pins.
    from ..evaluation.metrics import metrics_of

    known = [one.name for one in metrics_of(task)]
    if metric_name(gates, task) not in known:
        raise ConfigError(
            f"{WHERE}: metric.{task.value} is '{metric_name(gates, task)}': "
            f"give one of {', '.join(known)}"
        )
    for key, value, low, high in (
        ("level", gates.level, 0.0, 1.0),
        ("lost_share", gates.lost_share, 0.0, 1.0),
        ("calibration.tolerance", gates.calibration.tolerance, -1e-9, 1.0),
        ("calibration.least_rows", gates.calibration.least_rows, 0, math.inf),
        ("worst_slice.times", gates.worst_slice.times, 0.0, math.inf),
        ("latency.one_row_p95_ms", gates.latency.one_row_p95_ms, 0.0, math.inf),
    ):
        if not low < value < high:
            most = f" and below {high:g}" if high < math.inf else ""
            raise ConfigError(f"{WHERE}: {key} is {value}: give a number above {low:.0f}{most}")
    return gates


def metric_name(gates: Gates, task: Task) -> str:
    """Return the name of the metric that models of a task are compared by."""
    metric = gates.metric
    return metric.classification if task is Task.classification else metric.regression


def check_waivers(gates: Gates, baselines: list[str]) -> None:
    """See that what is waived is a gate, and for a reason.

    Raises
    ------
    ConfigError
        When it is not.
    """
    known = [*baselines, INCUMBENT, CALIBRATION, SLICE, LATENCY]
    for name, reason in gates.waivers.items():
        if name not in known:
            raise ConfigError(
                f"{WHERE}: waivers names '{name}', which is no gate: "
                f"the gates are {', '.join(known)}"
            )
        if not reason.strip():
            raise ConfigError(f"{WHERE}: '{name}' is waived without a reason: write one behind it")
