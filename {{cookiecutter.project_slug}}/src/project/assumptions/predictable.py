"""Whether the features tell of the target at all, and whether another kind of border fits better.

All by skill over the same folds: the share of the zero rule's squared error (of Brier's score, for
classes) that a model takes away. The test respects that the folds' training rows overlap.
"""

import numpy as np

from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats
from ..evaluation.paired import Paired, compare
from .finding import Finding
from .rows import Rows

MARGIN = 0.05  # of skill: less is too little to choose another model for


def possible(rows: Rows) -> Finding:
    """Test that the target can be predicted: the better of model and boosted trees has some skill.

    The figure is the share of the zero rule's error that is left.
    """
    best = max((rows.skill, rows.boosted), key=lambda skills: float(skills.mean()))
    found = _compared(rows, best, np.zeros_like(best)).difference
    left = Estimate(1 - found.value, 1 - found.high, 1 - found.low)
    return Finding("share of the zero rule's error that is left", left, 1 - MARGIN)


def straight_enough(rows: Rows) -> Finding:
    """Test that trees, which bend, have no more skill than the model, which is straight."""
    return _behind(rows, rows.boosted, "boosted trees")


def steps_enough(rows: Rows) -> Finding:
    """Test that a linear model has no more skill than the model, whose borders are steps."""
    return _behind(rows, rows.linear, "a linear model")


def nothing_to_learn(rows: Rows) -> Finding:
    """Test that boosted trees have no more skill than a model that looks at no feature."""
    return _behind(rows, rows.boosted, "boosted trees")


def _behind(rows: Rows, reference: Floats, name: str) -> Finding:
    found = _compared(rows, reference, rows.skill)
    text = f"skill of {name} minus the model's"
    return Finding(text, found.difference, MARGIN, found.p_value)


def _compared(rows: Rows, one: Floats, two: Floats) -> Paired:
    share = float(np.mean([fold.test_share for fold in rows.folds]))
    return compare(one, two, test_share=share, confidence=rows.confidence)
