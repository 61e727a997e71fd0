"""Look at all that a model assumes, and judge it together."""

from dataclasses import dataclass

from sklearn.base import BaseEstimator

from .families import families
from .finding import Finding, judge, untestable
from .registry import EVERY, FAMILIES, SOME, Assumption
from .rows import Rows

# Tests of ordinary least squares, which take a quantity for the target.
_QUANTITIES = {"straight", "even", "normal"}
_CLASSES = {"overlap", "conditional", "bells"}


@dataclass(frozen=True)
class Looked:
    """An assumption and what was found of it."""

    assumption: Assumption
    finding: Finding


@dataclass(frozen=True)
class Assumed:
    """What a model assumes.

    Attributes
    ----------
    families
        Those that the model is of, or is made of.
    unknown
        Estimators that the registry has no entry for.
    looked
        In the order of the registry.
    """

    families: list[str]
    unknown: list[str]
    looked: list[Looked]


def look(rows: Rows, estimator: BaseEstimator) -> Assumed:
    """Test every assumption of an estimator that can be tested on the training rows.

    Parameters
    ----------
    rows
        The training split and the configuration.
    estimator
        The last step of the pipeline. Of one that is not known only what every model assumes is
        looked at.
    """
    found = families(estimator)
    known = [name for name in found if name in FAMILIES]
    keys = dict.fromkeys(key for name in known for key in FAMILIES[name])
    if not known or len(known) < len(found):
        keys |= dict.fromkeys(EVERY)
    wrong = _QUANTITIES if rows.labels else _CLASSES
    chosen = {key: one for key, one in (EVERY | SOME).items() if key in keys and key not in wrong}
    findings = judge([_looked(one, rows) for one in chosen.values()])
    return Assumed(
        families=known,
        unknown=[name for name in found if name not in FAMILIES],
        looked=[Looked(a, f) for a, f in zip(chosen.values(), findings, strict=True)],
    )


def _looked(assumption: Assumption, rows: Rows) -> Finding:
    if not rows.design.shape[1] and not isinstance(assumption.test, str):
        return untestable("no feature varies")
    return assumption.look(rows)
