"""Explain an ensemble: how it does beside its members, why, and what it costs.

    make ensemble RUN=<id or latest>

Reads runs/<run id>/ and the rows that it was made of; writes reports/ensemble.html and .json.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import errors
from .compute import pin
from .locks import reading
from .paths import PROJECT, Paths
from .recorded import Recorded, open_run
from .runs import MODEL

if TYPE_CHECKING:
    from .evaluation.diversity import Diversity
    from .models.cost import Cost


@dataclass(frozen=True)
class Explained:
    """All that there is to tell of an ensemble.

    Attributes
    ----------
    run, model, target
        The run's id, the model's name, and what it predicts.
    rows
        Of the validation split, on which all is measured.
    combined
        How one answer is made of many.
    alike
        Whether all members are of one recipe.
    classes
        Number of labels; none in regression.
    confidence
        Of the intervals.
    found
        How it does beside its members.
    whole, one
        What the ensemble costs, and what a member costs when it is fitted alone.
    one_name
        Which member that is.
    """

    run: str
    model: str
    target: str
    rows: int
    combined: str
    alike: bool
    classes: int
    confidence: float
    found: "Diversity"
    whole: "Cost"
    one: "Cost"
    one_name: str


def explain(run: Recorded) -> Explained:
    """Compare a run's ensemble with its members, on the validation rows.

    Raises
    ------
    RunError
        When the run's model has no members with a vote.
    """
    from sklearn.pipeline import Pipeline

    from .data.config import Task
    from .data.load import features, load, target
    from .evaluation.diversity import study
    from .models.cost import measure
    from .models.ensembles import alike, combined, members, say
    from .models.store import load_model
    from .models.training import predict

    config, pipeline = run.config, load_model(run.folder / MODEL)
    names = [member.name for member in members(pipeline)]
    splits = load(config.data, run.paths, "train", "valid")
    valid = features(splits["valid"], config.data)
    whole = predict(pipeline, splits["valid"], config)
    classes = len(pipeline.classes_) if config.data.task is Task.classification else 0
    found = study(say(pipeline, valid), names, whole, classes, config)
    best = members(pipeline)[names.index(found.best)].estimator
    train = features(splits["train"], config.data), target(splits["train"], config.data)
    alone = Pipeline([*pipeline.steps[:-1], ("model", best)])
    return Explained(
        run=run.folder.name,
        model=config.model.name,
        target=config.data.target,
        rows=len(valid),
        combined=combined(pipeline),
        alike=alike(pipeline),
        classes=classes,
        confidence=config.evaluation.confidence,
        found=found,
        whole=measure(pipeline, *train, valid),
        one=measure(alone, *train, valid),
        one_name=found.best,
    )


def run(wanted: str, paths: Paths) -> None:
    """Explain the ensemble of a run on the terminal and in reports/."""
    recorded = open_run(wanted, paths)
    pin(recorded.config.compute)

    from .report.ensemble import tell

    tell(explain(recorded), paths.reports)


def _main() -> None:
    with reading(PROJECT):
        run((*sys.argv[1:], "latest")[0] or "latest", PROJECT)


if __name__ == "__main__":
    errors.run(_main)
