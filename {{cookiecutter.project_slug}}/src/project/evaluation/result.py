"""The result of an evaluation, whose fingerprint covers all but what predictions cost."""

from dataclasses import asdict, dataclass
from typing import Any

from ..provenance import canonical_hash
from ..runs import finite
from .calibration import Reliability
from .confidence import Confident
from .conformal import Conformal
from .cost import Cost
from .direction import Directed
from .distribution import Distributions
from .importance import Dependence, Importance
from .intervals import Estimate
from .invariance import Invariant
from .perturbation import DoseCurve
from .slices import SliceTest

MODEL = "model"


@dataclass(frozen=True)
class Evaluation:
    """All that was found; None or empty where a method does not apply, or has too few rows.

    Attributes
    ----------
    rows, fresh_rows, calibration_rows, sample_rows
        Rows evaluated; those among them that no calibrator has seen; those that calibrate; those
        that the model was asked about again and again.
    figures, gains
        By model and metric; gains are the model's over each baseline, positive where it is better.
    notes
        What was left out, and why.
    """

    rows: int
    fresh_rows: int
    calibration_rows: int
    sample_rows: int
    figures: dict[str, dict[str, Estimate]]
    gains: dict[str, dict[str, Estimate]]
    perturbation: list[DoseCurve]
    invariance: list[Invariant]
    direction: list[Directed]
    reliability: list[Reliability]
    distribution: Distributions | None
    conformal: Conformal | None
    confidence: Confident | None
    slices: SliceTest
    importance: list[Importance]
    dependence: list[Dependence]
    notes: list[str]
    cost: Cost

    @property
    def fingerprint(self) -> str:
        """The hash of all figures but those of cost."""
        return canonical_hash({k: v for k, v in self.plain().items() if k != "cost"})

    def plain(self) -> dict[str, Any]:
        """Return all of it as plain values for JSON."""
        found: dict[str, Any] = finite(asdict(self))
        return found
