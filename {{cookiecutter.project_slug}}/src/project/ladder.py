"""Cross-validate models in order of simplicity, and say where more complexity stops paying.

    make ladder                                 the models of conf/ladder/default.yaml
    make ladder ARGS="model=forest"             the gate is for forest
    make ladder ARGS="ladder.models=[dummy,logistic,forest]"

Reads conf/ and the data stages' outputs, of which the training split alone; writes
reports/ladder.html and reports/ladder.json. Ends with 1 where the configured model (`model=`) does
not surely beat the first of the list: the gate that a model must pass.
"""

import math
import sys
import time
from dataclasses import dataclass, field

import numpy as np

from . import app
from .compute import pin
from .config import Config
from .data.stages import ensure
from .evaluation.costs import metrics_for
from .evaluation.ladder import Gate, Ladder, climb, gate
from .evaluation.metrics import Floats
from .locks import reading
from .models.catalog import check_built_in, lacking, with_model
from .paths import PROJECT, Paths


@dataclass
class Climbed:
    """A ladder with what it took: nothing here moves a figure of `ladder`.

    Attributes
    ----------
    ladder, gate
        The comparison, and whether the configured model passes.
    rows, folds
        Training rows, and folds that each model was fitted on.
    fit_s, wall_s
        Model to the seconds that its fits took together, and those that passed on the clock.
    warnings
        Model to the number of warnings of its fits.
    left_out
        Model to the extra that it needs and the image lacks.
    """

    ladder: Ladder
    gate: Gate
    rows: int
    folds: int
    fit_s: dict[str, float]
    wall_s: dict[str, float]
    warnings: dict[str, int]
    left_out: dict[str, str] = field(default_factory=dict)


def rungs(config: Config, paths: Paths) -> tuple[dict[str, Config], dict[str, str]]:
    """Return the configuration of each model of the ladder, and what had to be left out.

    Returns
    -------
    tuple of dict
        Model to its configuration, in order; the configured model as ARGS have it, and last where
        the list does not name it. Model to the extra that it needs.

    Raises
    ------
    ConfigError
        When a name is no model's, or the configured model needs an extra.
    """
    chosen = config.model.name
    check_built_in([config.model.classification, config.model.regression], f"model={chosen}")
    found, left_out = {}, {}
    for name in dict.fromkeys([*config.ladder.models, chosen]):
        one = with_model(config, name, paths, "ladder.models")
        package = lacking([one.model.classification, one.model.regression])
        if package is None:
            found[name] = one
        else:
            left_out[name] = package
    return found, left_out


def measure(config: Config, paths: Paths) -> Climbed:
    """Cross-validate the models on the same folds of the training split, and compare them.

    A model that takes longer than the budget is fitted to the end all the same: a result must not
    depend on how busy a machine is.
    """
    # Imported here, so that a refusal needs none of scikit-learn.
    from .data.load import along, load
    from .models.crossval import cross_validate
    from .models.deciding import by_costs
    from .models.folds import configured
    from .report.ladder import working

    models, left_out = rungs(config, paths)
    rows = load(config.data, paths, "train")["train"]
    folds = configured(config, rows, along(config.data, paths, "train"))
    metric = metrics_for(config)[0]
    scores: dict[str, Floats] = {}
    fit_s, wall_s, warnings = {}, {}, {}
    for name, one in working(models):
        start = time.perf_counter()
        results = list(cross_validate(one, rows, folds))
        wall_s[name] = time.perf_counter() - start
        scores[name] = np.array([metric.value(by_costs(r.predictions, config)) for r in results])
        fit_s[name] = math.fsum(result.fit_s for result in results)
        warnings[name] = sum(len(result.warnings) for result in results)
    ladder = climb(
        scores,
        metric,
        test_share=float(np.mean([fold.test_share for fold in folds])),
        confidence=config.evaluation.confidence,
    )
    passed = gate(ladder, config.model.name, confidence=config.evaluation.confidence)
    return Climbed(ladder, passed, len(rows), len(folds), fit_s, wall_s, warnings, left_out)


def _main(config: Config) -> None:
    with reading(PROJECT):
        pin(config.compute)
        config.data = ensure(PROJECT)
        climbed = measure(config, PROJECT)
    from .report.ladder import tell

    tell(climbed, config, PROJECT.reports)
    if not climbed.gate.passed:
        sys.exit(1)


if __name__ == "__main__":
    app.run(_main)
