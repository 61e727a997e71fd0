"""A gate and its verdict, and the model that serves as it was examined."""

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from ..config import Config
from ..evaluation.metrics import Metric, Predictions, metrics_of
from ..evaluation.result import Evaluation
from .config import Gates, metric_name


class Verdict(Enum):
    """What becomes of a model at a gate."""

    passes = "passes"
    fails = "fails"
    unknown = "too little data to tell"


@dataclass(frozen=True)
class Gate:
    """A gate, and what it said.

    Attributes
    ----------
    name
        As waivers name it.
    asked, found
        What must hold, and the figures.
    verdict
        Before any waiver.
    waiver
        Why the verdict does not matter here; empty where it does.
    """

    name: str
    asked: str
    found: str
    verdict: Verdict
    waiver: str = ""

    @property
    def stops(self) -> bool:
        """Whether the model may not pass."""
        return self.verdict is not Verdict.passes and not self.waiver


@dataclass(frozen=True)
class Incumbent:
    """The model that serves, as it was examined on the same rows.

    Attributes
    ----------
    version
        Such as "v3".
    found
        Its evaluation; None where it can't answer for these rows.
    made
        Its predictions, the model's and the zero rule's, on the rows that it did not learn from.
    learnt
        How many rows were left out, since it learnt from them.
    note
        Why it can't be compared, if it can't.
    """

    version: str
    found: Evaluation | None
    made: dict[str, Predictions]
    learnt: int = 0
    note: str = ""


def metric_of(gates: Gates, config: Config) -> Metric:
    """Return the metric that models are compared by."""
    name = metric_name(gates, config.data.task)
    return next(one for one in metrics_of(config.data.task) if one.name == name)


def plain(judged: list[Gate], run: str, split: str, found: Evaluation) -> dict[str, Any]:
    """Return what the gates said as plain values, for promotion.json."""
    return {
        "run": run,
        "split": split,
        "rows": found.rows,
        "evaluation": found.fingerprint,
        "gates": [asdict(one) | {"verdict": one.verdict.value} for one in judged],
    }
