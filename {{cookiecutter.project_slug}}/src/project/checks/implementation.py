"""Poor implementation: does the program do what it says, row by row."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
from sklearn import metrics as independent

from ..data.config import Task
from ..evaluation.metrics import Predictions
from ..evaluation.scores import score
from ..fingerprint import fingerprint
from ..models.baselines import baselines
from ..models.training import fit
from .capacity import freed
from .case import Case, losses_by_row
from .result import CheckResult, Failure, decided, failed, passed

FAILURE = Failure.implementation
_BATCH = 32
_CLOSE = 1e-9


def overfits_a_batch(case: Case) -> CheckResult:
    """Fit a few rows with all that restrains the model taken away: it must memorise them."""
    rows = _batch(case)
    arguments = freed(case.arguments)
    able = arguments is not None
    model = fit(case.with_arguments(arguments or case.arguments).config, rows).pipeline
    made = case.predict(rows, model)
    rule = baselines(case.config)["zero rule"].fit(case.x(rows), case.y(rows))
    base = losses_by_row(case.predict(rows, rule)).mean()
    left = float(losses_by_row(made).mean() / base) if base else 0.0
    twins = float(case.x(rows).duplicated(keep=False).mean())
    allowed = 0.05 + twins if able else 1.0
    need = f"at most {allowed:.0%} may be" if able else "this kind must learn, and can't memorise"
    return decided(
        left >= allowed,
        f"{len(rows)} rows: {left:.1%} of the zero rule's loss is left on the very rows it was "
        f"fitted on; {need}",
        causes=(
            "features and targets of a row don't belong together when the model is fitted",
            "preprocessing throws away what tells the rows apart",
            "the learning rate or the number of iterations is far too small or too large",
        ),
        next_step="fit two rows by hand, and print what reaches the estimator",
    )


def _batch(case: Case) -> pd.DataFrame:
    """Draw a few rows, from each class as many."""
    y, draw = case.y(case.train), case.random("overfits_a_batch")
    if case.task is Task.regression:
        return case.train.iloc[draw.choice(len(y), min(_BATCH, len(y)), replace=False)]
    labels = np.unique(y)[:_BATCH]
    each = max(1, _BATCH // len(labels))
    parts = [draw.permutation(np.flatnonzero(y == label))[:each] for label in labels]
    return case.train.iloc[np.concatenate(parts)]


def needs_its_inputs(case: Case) -> CheckResult:
    """Give all rows the same inputs: all predictions must be the same."""
    same = case.train.copy()
    for column in case.x(same).columns:
        known = same[column].dropna()
        same[column] = known.iloc[0] if len(known) else np.nan
    fitted = fit(case.config, same)
    rows = case.valid.copy()
    for column in case.x(rows).columns:
        rows[column] = same[column].iloc[0]
    made = case.predict(rows, fitted.pipeline)
    values = made.y_pred if made.proba is None else made.proba
    spread = float(np.ptp(np.asarray(values, dtype=float), axis=0).max())
    return decided(
        spread > _CLOSE,
        f"predictions differ by at most {spread:.2g} between rows with equal inputs",
        causes=("the model sees the order or the names of the rows, or the target",),
        next_step="look for what reaches the estimator besides the features",
    )


def predicts_each_row_alone(case: Case) -> CheckResult:
    """Predict rows in another order, alone, and with columns in another order: same predictions."""
    rows = case.valid.iloc[:200]
    whole = _values(case.predict(rows))
    order = case.random("order").permutation(len(rows))
    shuffled = np.empty_like(whole)
    shuffled[order] = _values(case.predict(rows.iloc[order]))
    alone = np.vstack([_values(case.predict(rows.iloc[[i]])) for i in range(min(20, len(rows)))])
    columns = _values(case.predict(rows[rows.columns[::-1]]))
    moved = {
        "another order of rows": float(np.abs(shuffled - whole).max()),
        "one row at a time": float(np.abs(alone - whole[: len(alone)]).max()),
        "another order of columns": float(np.abs(columns - whole).max()),
    }
    worst = max(moved, key=lambda way: moved[way])
    return decided(
        moved[worst] > _CLOSE * max(1.0, float(np.abs(whole).max())),
        f"largest change {moved[worst]:.2g}, by {worst}",
        causes=(
            "a statistic of the batch goes into the prediction, such as its mean",
            "columns are taken by place and not by name",
        ),
        next_step="let transformers learn in fit and only apply in transform",
    )


def _values(made: Predictions) -> np.ndarray:
    """Return predictions as numbers, shape (n, classes or 1)."""
    values = made.y_pred[:, None] if made.proba is None else made.proba
    return np.asarray(values, dtype=float)


def survives_being_stored(case: Case) -> CheckResult:
    """Store the model and load it again: same predictions, bit for bit."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.skops"
        skops.io.dump(case.fitted.pipeline, file)
        # Made here and now, so that its types need no list.
        again = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
    one, two = (vars(case.predict(case.valid, m)) for m in (case.fitted.pipeline, again))
    same = fingerprint(one) == fingerprint(two)
    return decided(
        not same,
        "the loaded model predicts the same bits"
        if same
        else "the loaded model predicts otherwise",
        causes=(
            "the model keeps something outside of its attributes, such as a global or a cache",
        ),
        next_step="keep everything that fit learns in attributes that end with _",
    )


def computes_its_metrics_right(case: Case) -> CheckResult:
    """Compute the validation metrics once more, by scikit-learn and from the table itself."""
    rule = baselines(case.config)["zero rule"]
    rule.fit(case.x(case.train), case.y(case.train))
    predictions = {
        "valid": {"model": case.predict(case.valid), "zero rule": case.predict(case.valid, rule)}
    }
    few = replace(case.config, evaluation=replace(case.config.evaluation, resamples=100))
    said = score(predictions, few)["splits"]["valid"]["figures"]["model"]
    pipeline, x, y = case.fitted.pipeline, case.x(case.valid), case.y(case.valid)
    if case.task is Task.classification:
        known = {
            "accuracy": independent.accuracy_score(y, pipeline.predict(x)),
            "balanced accuracy": independent.recall_score(
                y, pipeline.predict(x), average="macro", zero_division=0.0, labels=np.unique(y)
            ),
        }
    else:
        known = {
            "MAE": independent.mean_absolute_error(y, pipeline.predict(x)),
            "R2": independent.r2_score(y, pipeline.predict(x)),
        }
    wrong = [
        f"{name} is {known[name]:.6g}, but {said[name]['value']:.6g} is told"
        for name in known
        if not np.isclose(said[name]["value"], known[name], rtol=1e-9, atol=1e-12)
    ]
    if wrong:
        return failed(
            "; ".join(wrong),
            causes=("the metric is taken of other rows", "truth and prediction are swapped or cut"),
            next_step="compare src/project/evaluation/scores.py with its last version in git",
        )
    return passed(f"{', '.join(known)}: the same by scikit-learn")
