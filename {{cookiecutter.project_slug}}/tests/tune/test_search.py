"""A search gives the same bits whoever works on it and however often it is interrupted."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from optuna.trial import FrozenTrial, TrialState

from project.data.config import Data
from project.data.load import load
from project.models.folds import cut
from project.models.training import fit
from project.paths import Paths
from project.tuning.config import Sampler
from project.tuning.search import FOLDS, Problem, search
from project.tuning.space import Kind, Parameter, Parameters, applied
from project.tuning.store import Store

from ..conftest import configure

COSTS = "evaluation.costs={plum: {apple: 6}, apple: {plum: 1}}"
QUICK = ("tuning.trials=9", "tuning.batch=4", "compute.workers=1", "evaluation.folds=3")


def quiet(_: int) -> None:
    """Show nothing."""


@pytest.fixture
def space(task: str) -> Parameters:
    """The regularisation, and the number of categories."""
    name = "C" if task == "classification" else "alpha"
    return {
        f"model.{task}.{name}": Parameter(Kind.float, low=1e-3, high=1e2, log=True),
        "model.preprocessing.max_categories": Parameter(Kind.int, low=2, high=5),
    }


def problem(data: Data, paths: Paths, space: Parameters, *overrides: str) -> Problem:
    """A search of the model of `overrides` over the tiny table."""
    config = configure(data, *QUICK, *overrides)
    rows = load(data, paths, "train")["train"]
    folds = cut(rows, data, None, count=config.evaluation.folds, repeats=1, seed=0)
    return Problem("p", config, space, rows, folds)


def searched(given: Problem, folder: Path) -> list[FrozenTrial]:
    """Search as a process of its own would, from what lies in a folder."""
    with Store(folder) as store:
        return search(given, store, quiet)


def kept(given: Problem, folder: Path) -> list[FrozenTrial]:
    """What is on disk."""
    with Store(folder) as store:
        return store.trials("p", given.direction)


@pytest.mark.parametrize("task", ["classification"])
def test_where_errors_cost_a_trial_is_scored_by_what_its_cheapest_decisions_cost(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path
) -> None:
    given = problem(data, paths, space, COSTS, "tuning.trials=1", "tuning.pruner=none")
    assert given.direction == "minimize"
    (trial,) = searched(given, tmp_path)
    config, costs = applied(given.config, trial.params), []
    for fold in given.folds:
        model = fit(config, given.rows.iloc[fold.train]).pipeline
        proba = pd.DataFrame(
            model.predict_proba(given.rows.iloc[fold.test].drop(columns="kind")),
            columns=model.classes_,
        )
        plum = proba["apple"] < 6 * proba["plum"]
        true = given.rows.iloc[fold.test]["kind"].to_numpy() == "plum"
        costs.append(np.where(true, 6 * ~plum, plum).mean())
    assert trial.user_attrs[FOLDS]["scores"] == pytest.approx(costs)
    assert trial.value == pytest.approx(np.mean(costs))


def told(trials: list[FrozenTrial]) -> list[Any]:
    """All of some trials but the times."""
    return [
        (t.number, t.params, t.state, t.value, t.intermediate_values, t.user_attrs[FOLDS]["scores"])
        for t in trials
    ]


@pytest.mark.parametrize(
    ("sampler", "pruner"), [("tpe", "median"), ("random", "none"), ("grid", "halving")]
)
@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_what_was_interrupted_ends_as_what_was_not(
    data: Data,
    paths: Paths,
    space: Parameters,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sampler: str,
    pruner: str,
) -> None:
    wanted = (f"tuning.sampler={sampler}", f"tuning.pruner={pruner}")
    given = problem(data, paths, space, *wanted)
    whole = told(searched(given, tmp_path / "whole"))
    # It ends in the second batch, when two of its trials are written and two are not.
    original = Store.keep

    def cut_short(self: Store, name: str, trials: list[FrozenTrial]) -> None:
        original(self, name, trials if trials[0].number == 0 else trials[:2])
        if trials[0].number:
            raise KeyboardInterrupt

    monkeypatch.setattr(Store, "keep", cut_short)
    with pytest.raises(KeyboardInterrupt):
        searched(given, tmp_path / "parts")
    monkeypatch.undo()
    assert len(kept(given, tmp_path / "parts")) == 6
    again = told(searched(given, tmp_path / "parts"))
    assert again == whole
    assert len(whole) == 9
    assert told(kept(given, tmp_path / "parts")) == whole
    assert len({str(params) for _, params, *_ in whole}) > 5


@pytest.mark.parametrize("pruner", ["none", "median"])
@pytest.mark.parametrize("task", ["classification"], indirect=True)
def test_any_number_of_workers_gives_the_same_trials(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path, pruner: str
) -> None:
    found = []
    for workers in (1, 3):
        extra = (f"compute.workers={workers}", f"tuning.pruner={pruner}")
        given = problem(data, paths, space, *extra)
        found.append(told(searched(given, tmp_path / str(workers))))
    assert found[0] == found[1]


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_another_seed_searches_elsewhere(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path
) -> None:
    one, two = (
        searched(problem(data, paths, space, f"seed={s}"), tmp_path / str(s)) for s in (0, 1)
    )
    assert [t.params for t in one] != [t.params for t in two]
    # Within a study, too, no batch repeats another.
    assert len({str(t.params) for t in one}) == len(one)


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_pruned_trials_have_fewer_folds_and_the_others_all(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path
) -> None:
    given = problem(data, paths, space, "tuning.trials=24", "tuning.pruner=median")
    trials = searched(given, tmp_path)
    lengths = {
        s: {len(t.user_attrs[FOLDS]["scores"]) for t in trials if t.state is s} for s in TrialState
    }
    assert lengths[TrialState.COMPLETE] == {3}
    assert lengths[TrialState.PRUNED] <= {1, 2}
    assert lengths[TrialState.PRUNED]
    assert all(
        t.value
        == pytest.approx(sum(t.user_attrs[FOLDS]["scores"]) / len(t.user_attrs[FOLDS]["scores"]))
        for t in trials
    )


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_a_grid_ends_where_it_has_no_more_points(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path
) -> None:
    given = problem(
        data, paths, space, "tuning.trials=99", "tuning.sampler=grid", "tuning.levels=3"
    )
    trials = searched(given, tmp_path)
    assert given.config.tuning.sampler is Sampler.grid
    assert len(trials) == 9 == len({str(t.params) for t in trials})


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_a_budget_of_time_ends_between_two_batches(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path
) -> None:
    given = problem(data, paths, space, "tuning.budget_s=1e-6", "tuning.trials=50")
    assert len(searched(given, tmp_path)) == 4
    # What is spent stays spent.
    assert len(searched(given, tmp_path)) == 4


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_progress_counts_every_trial_once(
    data: Data, paths: Paths, space: Parameters, tmp_path: Path
) -> None:
    given = problem(data, paths, space)
    counted, again = list[int](), list[int]()
    with Store(tmp_path) as store:
        search(given, store, counted.append)
        search(given, store, again.append)
    assert sum(counted) == sum(again) == 9
    assert again == [9]
