"""What a study is said to have found is what its folds say, and no more."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from wandb.apis.public import sweeps

from project.data.config import Data
from project.data.load import load
from project.errors import ConfigError
from project.paths import PROJECT, Paths
from project.report.trials import write_trials
from project.report.tuning import remarks, show, write
from project.tune import repeating, searched
from project.tuning.objective import Piece, score_fold
from project.tuning.space import applied
from project.tuning.store import Store
from project.tuning.study import Family, enter, study
from project.tuning.sweep import sweep, unsupported
from project.tuning.verdict import verdict

from ..conftest import configure

QUICK = (
    *("tuning.trials=6", "tuning.batch=3", "compute.workers=1", "tuning.pruner=none"),
    *("evaluation.folds=3", "evaluation.repeats=1", "tuning.outer_folds=2"),
)
TASK = pytest.mark.parametrize("task", ["regression"], indirect=True)


def quiet(_: int) -> None:
    """Show nothing."""


@pytest.fixture
def family(data: Data, paths: Paths, tmp_path: Path) -> Family:
    """The shipped ridge regression, searched within outer folds too."""
    shutil.copytree(PROJECT.conf / "tuning", paths.conf / "tuning")
    rows = load(data, paths, "train")["train"]
    with Store(tmp_path / "study") as store:
        return study(enter(configure(data, *QUICK), paths), store, rows, None, quiet)


@TASK
def test_the_honest_estimate_is_of_rows_that_its_search_has_not_seen(family: Family) -> None:
    outer, rows = family.outer, family.problem.rows
    assert outer is not None
    tested = np.concatenate([fold.test for fold in outer.folds])
    assert sorted(tested) == list(range(len(rows)))
    for fold, params, score in zip(outer.folds, outer.params, outer.tuned, strict=True):
        again = score_fold(Piece(applied(family.problem.config, params), rows, fold))
        assert again.score == score
    assert outer.tuned != outer.untuned


@TASK
def test_what_the_rows_of_an_outer_fold_hold_does_not_reach_its_search(
    family: Family, data: Data, paths: Paths, tmp_path: Path
) -> None:
    before = family.outer
    assert before is not None
    rows = family.problem.rows.copy()
    held = rows.index[before.folds[0].test]
    rows.loc[held, data.target] = np.random.default_rng(0).normal(scale=1e3, size=len(held))
    with Store(tmp_path / "other") as store:
        after = study(enter(configure(data, *QUICK), paths), store, rows, None, quiet).outer
    assert after is not None
    assert after.params[0] == before.params[0]
    assert after.params[1] != before.params[1]
    assert after.tuned[0] > 10 * before.tuned[0]


@TASK
def test_the_page_the_table_and_the_terminal_tell_the_same_study(
    family: Family, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    config = family.problem.config
    found = {"study": "s", **verdict([family]), "search": searched(config)}
    params = found["families"][0]["best"]["params"]
    found["overrides"] = repeating(config, config, ["seed=0", "model.regression.alpha=9"], params)
    assert [one.partition("=")[0] for one in found["overrides"]] == ["model", "seed", *params]
    write_trials([family], paths.tuning / "s")
    write(found, paths)
    show(found, paths)
    shown = capsys.readouterr().out
    page = (paths.reports / "tuning.html").read_text()
    assert "honest estimate" in shown.lower()
    assert "Honest estimate" in page
    assert "too few trials to tell: 6" in page
    stored = json.loads((paths.reports / "tuning.json").read_text())
    assert stored["families"][0]["best"]["value"] == pytest.approx(family.best.value)
    assert min(trial.value or 0.0 for trial in family.trials) == family.best.value


@TASK
def test_no_gain_is_too_little_data_to_tell_and_a_steady_one_is_told(family: Family) -> None:
    scores = family.best.user_attrs["folds"]["scores"]
    same = replace(family, shipped_scores=list(scores))
    found = {**verdict([same]), "search": searched(family.problem.config)}
    told = remarks(found["families"][0], found)
    assert "by 0 [0, 0] in MAE, p = 1.00: too little data to tell" in told[0]
    # MAE: a model as shipped that is worse by one on each fold is one that tuning has improved.
    worse = replace(family, shipped_scores=[s + 1 + i / 100 for i, s in enumerate(scores)])
    found = {**verdict([worse]), "search": searched(family.problem.config)}
    assert found["families"][0]["gain"]["value"] == pytest.approx(1.01)
    assert "tuning is better by" in remarks(found["families"][0], found)[0]


@TASK
def test_a_best_value_next_to_an_end_is_told(family: Family) -> None:
    family.best.params = {**family.best.params, "model.regression.alpha": 900.0}
    (bound,) = [
        one
        for one in verdict([family])["families"][0]["bounds"]
        if one["key"] == "model.regression.alpha"
    ]
    assert bound["side"] == "high"


@TASK
def test_a_sweep_holds_to_what_its_own_library_checks(data: Data, paths: Paths) -> None:
    shutil.copytree(PROJECT.conf / "tuning", paths.conf / "tuning")
    entry = enter(configure(data, "model=boosting"), paths)
    made = sweep(entry.config, entry.space)
    # The check that the library makes before it sends a sweep; it raises on what it refuses.
    checked = sweeps._validate_config_and_fill_distribution(json.loads(json.dumps(made)))
    assert checked["parameters"] == made["parameters"]
    assert made["metric"] == {"name": "valid/model/MAE", "goal": "minimize"}
    assert unsupported(entry.config) is None
    assert "cmaes" in str(unsupported(configure(data, "tuning.sampler=cmaes")))


@TASK
def test_a_refused_value_names_its_range(data: Data, paths: Paths, tmp_path: Path) -> None:
    folder = paths.conf / "tuning" / "space"
    folder.mkdir(parents=True)
    (folder / "logistic.yaml").write_text("regression: {alpha: {type: float, low: -2, high: -1}}")
    rows = load(data, paths, "train")["train"]
    entry = enter(configure(data, *QUICK), paths)
    with (
        Store(tmp_path / "study") as store,
        pytest.raises(ConfigError, match=r"space/logistic\.yaml lets the search try .*'alpha'"),
    ):
        study(entry, store, rows, None, quiet)
