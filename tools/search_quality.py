"""Tune on a table within outer folds, by the project and by scikit-learn's halving search.

python search_quality.py TABLE.csv TARGET TASK FOLDS TRIALS

Run in a project's container. Both search logistic or ridge regression and boosting over the
project's own spaces. The halving search fits as many rows in all as the project's search would
without its pruner. Prints JSON: for each outer fold the positions of its test rows, both scores and
both times.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, "src")

import numpy as np
import pandas as pd
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from project.config import Config, validate
from project.data.config import Data, MissingTarget, Split, SplitMethod, Task
from project.data.load import features, target
from project.data.schema import Column, ColumnType, Role
from project.evaluation.metrics import metrics_of
from project.models.folds import Fold, cut
from project.models.pipeline import build_pipeline
from project.paths import PROJECT
from project.tuning.families import families
from project.tuning.objective import Piece, score_fold
from project.tuning.samplers import distributions
from project.tuning.space import applied
from project.tuning.store import Store
from project.tuning.study import Entry, enter, study
from scipy import stats
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 -- makes the next import work
from sklearn.model_selection import HalvingRandomSearchCV

STEPS, FACTOR = 3, 3  # rungs of the halving search, and what is left of each


def configured(rows: pd.DataFrame, goal: str, task: str, trials: int) -> list[Entry]:
    """Return what is to be searched: a linear model and boosting, over the shipped spaces."""
    kinds = {
        name: ColumnType.number
        if pd.api.types.is_numeric_dtype(rows[name])
        else ColumnType.category
        for name in rows
    }
    columns = {
        name: Column(type=kind, role=Role.target if name == goal else Role.feature)
        for name, kind in kinds.items()
    }
    chosen = [
        *(f"tuning.trials={trials}", "tuning.models=[logistic,boosting]"),
        *("compute.workers=1", "evaluation.folds=3", "evaluation.repeats=1"),
    ]
    with initialize_config_dir(str(PROJECT.conf), version_base="1.3"):
        tree = compose("config", chosen)
    OmegaConf.resolve(tree)
    config: Config = validate(tree)
    split = Split(valid=0.15, test=0.15, method=SplitMethod.hash, seed=0)
    config.data = Data(goal, goal, Task(task), MissingTarget.drop, split, [], columns)
    return [enter(one, PROJECT) for one in families(config)]


def quiet(_: int) -> None:
    """Show nothing."""


def ours(entries: list[Entry], rows: pd.DataFrame, fold: Fold) -> float:
    """Tune on a fold's rows for training, and score the best on the others."""
    part = rows.iloc[fold.train]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        found = [study(entry, store, part, None, quiet) for entry in entries]
    sign = 1 if found[0].problem.direction == "maximize" else -1
    best = max(found, key=lambda one: sign * (one.best.value or 0.0))
    config = applied(best.problem.config, best.best.params)
    return float(score_fold(Piece(config, rows, fold)).score)


def halving(entries: list[Entry], rows: pd.DataFrame, fold: Fold, trials: int) -> float:
    """Do the same by scikit-learn's search, each model by its own, as equal budgets demand."""
    part, data = rows.iloc[fold.train], entries[0].config.data
    x, y = features(part, data), target(part, data)
    first = metrics_of(data.task)[0]
    scoring = "accuracy" if first.higher_is_better else "neg_mean_absolute_error"
    found = []
    for entry in entries:
        search = HalvingRandomSearchCV(
            build_pipeline(entry.config.model, data),
            {_step(key): _drawn(one) for key, one in distributions(entry.space).items()},
            n_candidates=trials * FACTOR ** (STEPS - 1) // STEPS,
            factor=FACTOR,
            min_resources=max(len(x) // FACTOR ** (STEPS - 1), 20),
            cv=3,
            scoring=scoring,
            random_state=0,
            n_jobs=1,
            error_score=np.nan,
        )
        found.append(search.fit(x, y))
    best = max(found, key=lambda one: one.best_score_)
    rest = rows.iloc[fold.test]
    said, true = best.predict(features(rest, data)), target(rest, data)
    return float(np.mean(said == true) if scoring == "accuracy" else np.abs(said - true).mean())


def _step(key: str) -> str:
    _, section, name = key.split(".", 2)
    if section == "preprocessing":
        return f"prepare__category__encode__{name}"
    return f"model__{name.replace('.', '__')}"


def _drawn(one: Any) -> Any:
    if isinstance(one, CategoricalDistribution):
        return list(one.choices)
    if isinstance(one, IntDistribution):
        if not one.log:
            return list(range(one.low, one.high + 1))
        return sorted({round(v) for v in np.geomspace(one.low, one.high, 50)})
    if not isinstance(one, FloatDistribution):
        raise TypeError(f"{one} is no range")
    return (
        stats.loguniform(one.low, one.high)
        if one.log
        else stats.uniform(one.low, one.high - one.low)
    )


def main() -> None:
    """Tune within each outer fold, and print what came of it."""
    file, goal, task, folds, trials = sys.argv[1:]
    rows = pd.read_csv(file).dropna(subset=[goal]).reset_index(drop=True)
    texts = [name for name in rows if not pd.api.types.is_numeric_dtype(rows[name])]
    rows[texts] = rows[texts].astype(object)
    if task == "classification":
        rows[goal] = rows[goal].astype(str).astype(object)
    entries = configured(rows, goal, task, int(trials))
    found = []
    for fold in cut(rows, entries[0].config.data, None, count=int(folds), repeats=1, seed=0):
        start = time.perf_counter()
        one = ours(entries, rows, fold)
        middle = time.perf_counter()
        other = halving(entries, rows, fold, int(trials))
        end = time.perf_counter()
        found.append(
            {
                "test": fold.test.tolist(),
                "ours": one,
                "ours_s": middle - start,
                "halving": other,
                "halving_s": end - middle,
            }
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
