"""A space is typed, and what is wrong in it is one sentence that names the file and the key."""

import math
import shutil

import pytest

from project.config import Config
from project.data.config import Data
from project.errors import ConfigError
from project.models.catalog import built_in
from project.models.pipeline import build_pipeline
from project.paths import PROJECT, Paths
from project.tuning.space import Kind, Parameter, Side, applied, at_bound, levels, load_space
from project.tuning.study import enter

from ..conftest import configure

SHIPPED = sorted(file.stem for file in (PROJECT.conf / "tuning" / "space").glob("*.yaml"))
MODELS = built_in(PROJECT)


def write(paths: Paths, task: str, text: str) -> None:
    """Make the space of the logistic model."""
    folder = paths.conf / "tuning" / "space"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logistic.yaml").write_text(f"{task}:\n  {text}\n")


@pytest.fixture
def config(data: Data) -> Config:
    """The configuration as shipped."""
    return configure(data)


@pytest.mark.parametrize("model", SHIPPED)
def test_every_shipped_space_is_one_that_its_model_takes(
    model: str, data: Data, paths: Paths
) -> None:
    shutil.copytree(PROJECT.conf / "tuning", paths.conf / "tuning")
    if model not in MODELS:
        config = configure(data)
        config.model.name = model
        assert load_space(config, paths)
        return
    config = configure(data, f"model={model}")
    entry = enter(config, paths)
    assert set(entry.shipped) == set(entry.space)
    for key, one in entry.space.items():
        for value in levels(one, 2):
            pipeline = build_pipeline(applied(config, {key: value}).model, data)
            name = key.split(".", 2)[2]
            if name in pipeline["model"].get_params():
                assert pipeline["model"].get_params()[name] == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: {type: real, low: 1, high: 2}", "real"),
        ("x: {type: float, low: 1}", "classification.x is a number: give `low` and `high`"),
        ("x: {type: float, low: 2, high: 1}", "low is 2 and high 1"),
        ("x: {type: float, low: 1, high: .inf}", "low must be below"),
        ("x: {type: float, low: 0, high: 1, log: true}", "must begin above 0"),
        ("x: {type: float, low: 1, high: 9, log: true, step: 1}", "`step`"),
        ("x: {type: int, low: 1.5, high: 3}", "give whole numbers"),
        ("x: {type: categorical, choices: [a]}", "two or more `choices`"),
        ("x: {type: categorical, choices: [[a], [b]]}", "must be a text, a number or null"),
        ("x: {type: float, low: 1, high: 2, lgo: true}", "lgo"),
        ("x: {type: float, low: one, high: 2}", "one"),
        ("D: {type: float, low: 1, high: 2}", "D is no parameter of logistic"),
        ("max_itre: {type: int, low: 1, high: 2}", "did you mean 'max_iter'?"),
        ("C.x: {type: float, low: 1, high: 2}", "C.x is no parameter"),
    ],
)
@pytest.mark.parametrize("task", ["classification"], indirect=True)
def test_what_is_wrong_in_a_space_is_told_by_file_and_key(
    config: Config, paths: Paths, task: str, text: str, words: str
) -> None:
    write(paths, task, text)
    with pytest.raises(ConfigError) as refused:
        enter(config, paths)
    assert words in str(refused.value)
    assert "conf/tuning/space/logistic.yaml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_space_and_an_empty_one_are_told(config: Config, paths: Paths, task: str) -> None:
    with pytest.raises(ConfigError, match=r"there is no conf/tuning/space/logistic\.yaml"):
        load_space(config, paths)
    other = {"classification": "regression", "regression": "classification"}[task]
    write(paths, other, "a: {type: int, low: 1, high: 2}")
    with pytest.raises(ConfigError, match=f"names nothing to search under {task}"):
        load_space(config, paths)


def test_a_grid_spreads_over_the_scale_that_is_searched() -> None:
    assert levels(Parameter(Kind.float, low=0.01, high=100, log=True), 5) == pytest.approx(
        [0.01, 0.1, 1, 10, 100]
    )
    assert levels(Parameter(Kind.float, low=0, high=1), 3) == [0, 0.5, 1]
    assert levels(Parameter(Kind.int, low=1, high=3), 9) == [1, 2, 3]
    assert levels(Parameter(Kind.float, low=0, high=1, step=0.4), 9) == [0, 0.4, 0.8]
    assert levels(Parameter(Kind.categorical, choices=["a", "b"]), 9) == ["a", "b"]


def test_next_to_an_end_is_the_outer_tenth_of_the_searched_scale() -> None:
    wide = Parameter(Kind.float, low=1e-3, high=1e3, log=True)
    assert at_bound(wide, 10**-2.5) is Side.low
    assert at_bound(wide, 10**-2.3) is None
    assert at_bound(wide, 10**2.5) is Side.high
    assert at_bound(wide, 500) is Side.high
    assert at_bound(wide, 100) is None
    linear = Parameter(Kind.float, low=0, high=1000)
    assert at_bound(linear, 100.1) is None
    assert at_bound(linear, 99) is Side.low
    natural = Parameter(Kind.int, low=1, high=30, log=True, natural=[Side.low])
    assert at_bound(natural, 1) is None
    assert at_bound(natural, 30) is Side.high
    assert math.isclose(levels(natural, 2)[0], 1)


def test_a_value_is_set_without_touching_the_configuration_it_came_from(
    config: Config, task: str
) -> None:
    other = applied(config, {f"model.{task}.max_iter": 7, "model.preprocessing.max_categories": 3})
    assert getattr(other.model, task)["max_iter"] == 7
    assert other.model.preprocessing.max_categories == 3
    assert getattr(config.model, task).get("max_iter") != 7
    assert config.model.preprocessing.max_categories == 30
