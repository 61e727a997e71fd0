"""Poor implementation: does the model see what it is judged by."""

import tempfile
from pathlib import Path

import numpy as np
from scipy import stats

from ..fingerprint import fingerprint
from ..models.crossval import cross_validate
from .case import Case, agreement
from .corruption import altered
from .result import CheckResult, Failure, decided, passed, weighed

FAILURE = Failure.implementation
_SHUFFLES = 20


def learns_nothing_from_shuffled_targets(case: Case) -> CheckResult:
    """Shuffle the targets and do all of it again: held-out rows must be predicted by chance."""
    draw, name = case.random("shuffled"), case.config.data.target
    half = case.folds[0]
    agreements = []
    for _ in range(_SHUFFLES):
        rows = case.train.copy()
        rows[name] = draw.permutation(rows[name].to_numpy())
        (result,) = cross_validate(case.config, rows, [half])
        agreements.append(agreement(result.predictions))
    if np.ptp(agreements) == 0.0:
        return passed("predictions don't depend on the rows at all")
    p_value = float(stats.ttest_1samp(agreements, 0.0, alternative="greater").pvalue)
    return weighed(
        p_value,
        f"agreement with shuffled targets {np.mean(agreements):.2g} on held-out rows, "
        f"{_SHUFFLES} shuffles, p {p_value:.2g}",
        causes=(
            "something is fitted on the held-out rows too: an encoder, a selection of features",
            "rows of the held-out part are among those learnt from",
        ),
        next_step="move what is fitted into the pipeline of src/project/models/pipeline.py",
    )


def does_not_see_validation(case: Case) -> CheckResult:
    """Alter every validation row and every held-out row: the fitted model must not change."""
    with tempfile.TemporaryDirectory() as folder:
        other = Case(case.config, altered(case, Path(folder)))
        seen = (
            []
            if fingerprint(other.fitted.pipeline) == fingerprint(case.fitted.pipeline)
            else ["validation rows"]
        )
        fold = case.folds[0]
        rows, strange = case.train.copy(), other.valid
        take = np.arange(len(fold.test)) % len(strange)
        for column in rows.columns:
            cells = rows[column].to_numpy(copy=True)
            cells[fold.test] = strange[column].to_numpy()[take]
            rows[column] = cells
    pair = [next(cross_validate(case.config, r, [fold])) for r in (case.train, rows)]
    prints = {fingerprint(vars(result.train_predictions)) for result in pair}
    seen += ["held-out rows of a fold"] if len(prints) > 1 else []
    return decided(
        bool(seen),
        f"the fitted model depends on {' and '.join(seen) or 'no row that it is judged by'}",
        causes=(
            "a scaler, an encoder or a selection is fitted before the split",
            "rows of one split are read into the other",
        ),
        next_step="move what is fitted into the pipeline of src/project/models/pipeline.py",
    )
