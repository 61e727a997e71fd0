"""Models are compared on the same folds, in order, and no figure depends on workers or time."""

import io
import json
import shutil

import numpy as np
import pytest
from rich.console import Console

from project.data.config import Data
from project.data.load import load
from project.errors import ConfigError
from project.ladder import measure, rungs
from project.models.catalog import names
from project.paths import PROJECT, Paths
from project.report.ladder import content, tell

from .conftest import compose_tree, configure

SMALL = ("ladder.models=[dummy,rule,logistic]", "evaluation.folds=3", "evaluation.repeats=1")


@pytest.fixture
def project(paths: Paths) -> Paths:
    """The project with the shipped models."""
    for group in ("model", "ladder"):
        (paths.conf / group).symlink_to(PROJECT.conf / group)
    return paths


def test_the_shipped_ladder_names_every_model() -> None:
    assert sorted(compose_tree().ladder.models) == names(PROJECT)


@pytest.mark.parametrize("task", ["classification"])
def test_two_workers_give_the_same_bits(data: Data, project: Paths) -> None:
    prints = []
    for workers in (1, 2):
        config = configure(data, *SMALL, f"compute.workers={workers}")
        prints.append(content(measure(config, project), config)["fingerprint"])
    assert prints[0] == prints[1]


@pytest.mark.parametrize("task", ["classification"])
def test_where_errors_cost_models_are_compared_by_their_cost(data: Data, project: Paths) -> None:
    costs = "evaluation.costs={plum: {apple: 6}, apple: {plum: 1}}"
    found = content(measure(configure(data, *SMALL, costs), project), configure(data, *SMALL))
    assert (found["metric"], found["higher_is_better"]) == ("mean cost", False)
    # To predict the dearer class for all costs the share of the other.
    rows = load(data, project, "train")["train"]
    assert np.mean(found["rungs"][0]["scores"]) == pytest.approx(
        (rows["kind"] == "apple").mean(), abs=0.05
    )


def test_page_figures_and_terminal_say_the_same(data: Data, project: Paths) -> None:
    config = configure(data, *SMALL, "compute.workers=1", "ladder.budget_s=1e-9")
    climbed = measure(config, project)
    paper = io.StringIO()
    tell(climbed, config, project.reports, Console(file=paper, width=80))
    shown = paper.getvalue()
    page = (project.reports / "ladder.html").read_text(encoding="utf-8")
    found = json.loads((project.reports / "ladder.json").read_text())
    assert [rung["model"] for rung in found["rungs"]] == ["dummy", "rule", "logistic"]
    assert all(len(rung["scores"]) == 3 for rung in found["rungs"])
    assert found["over_budget"] == ["dummy", "rule", "logistic"]
    assert found["gate"]["model"] == "logistic"
    for text in (shown, page):
        assert found["pays"] in text
        assert "over budget" in text
        assert " ".join(found["gate"]["sentence"].split()[:3]) in " ".join(text.split())
    assert "<svg" in page
    assert "<script" not in page
    assert "src=" not in page


@pytest.mark.parametrize("task", ["regression"])
def test_the_budget_moves_no_figure(data: Data, project: Paths) -> None:
    short, long = (configure(data, *SMALL, f"ladder.budget_s={s}") for s in (1e-9, 1e9))
    one, other = (content(measure(config, project), config) for config in (short, long))
    assert one["fingerprint"] == other["fingerprint"]
    assert one["over_budget"] != other["over_budget"]


def test_the_configured_model_keeps_its_overrides_and_comes_last_where_unlisted(
    data: Data, project: Paths
) -> None:
    kind = data.task.value
    config = configure(data, "model=tree", f"model.{kind}.max_depth=2", "ladder.models=[dummy]")
    found, left_out = rungs(config, project)
    assert list(found) == ["dummy", "tree"]
    assert getattr(found["tree"].model, kind)["max_depth"] == 2
    assert left_out == {}


def test_the_seed_reaches_every_rung(data: Data, project: Paths) -> None:
    found, _ = rungs(configure(data, "seed=41", "model=dummy"), project)
    assert {config.model.preprocessing.seed for config in found.values()} == {41}
    assert getattr(found["forest"].model, data.task.value)["random_state"] == 41


def test_a_model_may_build_on_another(data: Data, paths: Paths) -> None:
    shutil.copytree(PROJECT.conf / "model", paths.conf / "model")
    kind = data.task.value
    text = f"defaults: [forest, _self_]\nname: small\n{kind}: {{n_estimators: 7}}\n"
    (paths.conf / "model/small.yaml").write_text(text)
    config = configure(data, "seed=41", "model=dummy", "ladder.models=[small]")
    arguments = getattr(rungs(config, paths)[0]["small"].model, kind)
    assert "RandomForest" in arguments["_target_"]
    assert (arguments["n_estimators"], arguments["random_state"]) == (7, 41)


@pytest.mark.parametrize("task", ["regression"])
def test_extras_that_are_not_built_in_are_left_out_and_a_wanted_one_is_told(
    data: Data, project: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found, left_out = rungs(configure(data), project)
    assert left_out == {"xgboost": "xgboost", "lightgbm": "lightgbm"}
    assert not set(found) & set(left_out)
    with pytest.raises(ConfigError, match="model=xgboost needs the extra 'xgboost'"):
        rungs(configure(data, "model=xgboost"), project)


@pytest.mark.parametrize("task", ["regression"])
@pytest.mark.parametrize(
    ("override", "words"),
    [
        (
            "ladder.models=[dummy,gradient]",
            "ladder.models: there is no conf/model/gradient.yaml: .*boosting",
        ),
        ("ladder.models=[]", "ladder.models is empty"),
        ("ladder.budget_s=0", "ladder.budget_s is 0"),
    ],
)
def test_a_bad_ladder_is_refused(override: str, words: str, data: Data, project: Paths) -> None:
    with pytest.raises(ConfigError, match=words):
        rungs(configure(data, override), project)
