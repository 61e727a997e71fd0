"""The registry: what each family of estimators assumes, what tests it, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass

from . import classes, independent, linear, near, practical, predictable
from .finding import Finding, untestable
from .rows import Rows

Test = Callable[[Rows], Finding]


@dataclass(frozen=True)
class Assumption:
    """One thing that a model takes for granted.

    Attributes
    ----------
    name
        In a few words.
    means
        What it means for the model when it does not hold.
    attempt
        What to try then.
    test
        Looks at the training rows; a text says why none can.
    """

    name: str
    means: str
    attempt: str
    test: Test | str

    def look(self, rows: Rows) -> Finding:
        """Test it, or say why it can't be tested."""
        return untestable(self.test) if isinstance(self.test, str) else self.test(rows)


EVERY = {
    "prediction": Assumption(
        "Prediction: the features tell of the target",
        "no model of these features can do much better than the zero rule",
        "other features, or a target that they can tell of",
        predictable.possible,
    ),
    "order": Assumption(
        "Independent: errors don't go on from row to row",
        "intervals are too narrow, and shuffled folds flatter the model",
        "split.method time or group in conf/data.yaml; features that say what goes on",
        independent.in_order,
    ),
    "once": Assumption(
        "Independent: no row stands twice",
        "the model sees some rows more often, and copies in two folds flatter it",
        "remove the copies, or tie them by split.method group",
        independent.once,
    ),
    "alike": Assumption(
        "Identically distributed: rows to come are like these",
        "figures of today say little of tomorrow",
        "`make diff` when there are new rows",
        "the rows to come are not here",
    ),
    "smooth": Assumption(
        "Smoothness: alike rows have alike targets",
        "the model can't fill in what lies between the rows that it has seen",
        "features in which alike means alike; more rows",
        near.smooth,
    ),
    "complete": Assumption(
        "Numeric values, none missing",
        "the estimator refuses the rows, or guesses",
        "mend the preprocessing in src/project/models/pipeline.py",
        practical.complete,
    ),
    "silent": Assumption(
        "Missing data: that a cell is missing says nothing",
        "what is filled in is biased",
        "a feature that says whether a cell is missing",
        "it depends on the values that are not there",
    ),
}
SOME = {
    "scale": Assumption(
        "Scale: quantities spread alike",
        "quantities with large numbers count for more, whatever they mean",
        "model.preprocessing.scale=standard",
        practical.one_scale,
    ),
    "tractable": Assumption(
        "Tractability: the fit comes to its end",
        "coefficients are those of wherever it stopped",
        "a larger max_iter, scaled features, or more regularisation",
        practical.reached,
    ),
    "straight": Assumption(
        "Linearity: the target goes straight with the features",
        "predictions are biased where the relation bends",
        "transformed features, or a model that bends: boosting, forest",
        linear.straight,
    ),
    "even": Assumption(
        "Even spread of errors",
        "predictions stay unbiased, but are surer in some places than in others",
        "a transformed target (its logarithm), or weights",
        linear.even,
    ),
    "normal": Assumption(
        "Normally distributed errors",
        "little: predictions and the intervals here (by the bootstrap) don't need it; textbook "
        "intervals of coefficients do",
        "a transformed target, or nothing",
        linear.normal,
    ),
    "separate": Assumption(
        "No feature is given by the others",
        "coefficients can't be told apart and mean nothing one by one; predictions suffer little",
        "drop one of each pair that `make profile` names, or more regularisation",
        linear.separate,
    ),
    "enough": Assumption(
        "Enough rows for the features",
        "coefficients follow the noise",
        "more rows, fewer features or rarer categories together, more regularisation",
        linear.enough,
    ),
    "boundaries": Assumption(
        "Linear boundaries",
        "a model that bends would predict better",
        "model=boosting or model=forest, or features that bend",
        predictable.straight_enough,
    ),
    "steps": Assumption(
        "Boundaries parallel to the axes",
        "many steps are spent on what one slope would say",
        "model=logistic, or features that combine others",
        predictable.steps_enough,
    ),
    "overlap": Assumption(
        "No plane parts the classes",
        "only the penalty keeps coefficients finite: probabilities depend on it",
        "mind C; or be glad, and look for a leak (a feature that follows from the target)",
        classes.overlapping,
    ),
    "conditional": Assumption(
        "Conditional independence: features are independent within a class",
        "what several features say together is counted several times: probabilities are extreme",
        "drop features that say the same, calibrate, or model=logistic",
        classes.apart,
    ),
    "bells": Assumption(
        "Normally distributed within each class",
        "probabilities are off where the tails are",
        "transformed features",
        classes.bell_shaped,
    ),
    "distances": Assumption(
        "Distances tell near from far",
        "neighbours are no nearer than any other rows",
        "fewer features, or a model without distances",
        near.near_and_far,
    ),
    "clean": Assumption(
        "Labels are right",
        "boosting goes after rows that are labelled wrongly",
        "a smaller learning rate or fewer stages; look at the rows with the largest loss",
        "it takes labels that are surely right to compare with",
    ),
    "nothing": Assumption(
        "The features tell nothing of the target",
        "there is something to learn, and this model learns nothing",
        "any other model",
        predictable.nothing_to_learn,
    ),
}

_SHARED = list(EVERY)
FAMILIES = {
    "linear": [
        *(*_SHARED, "straight", "boundaries", "even", "normal"),
        *("separate", "enough", "scale", "tractable"),
    ],
    "logistic": [*_SHARED, "boundaries", "overlap", "separate", "enough", "scale", "tractable"],
    "naive Bayes": [*_SHARED, "conditional", "enough"],
    "normal naive Bayes": [*_SHARED, "conditional", "bells", "enough"],
    "trees": [*_SHARED, "steps"],
    "boosting": [*_SHARED, "steps", "clean"],
    "neighbours": [*_SHARED, "distances", "scale"],
    "support vectors": [*_SHARED, "scale", "distances", "tractable"],
    "linear support vectors": [*_SHARED, "boundaries", "scale", "enough", "tractable"],
    "neural network": [*_SHARED, "scale", "enough", "tractable"],
    "dummy": ["nothing", "once", "alike"],
}
