"""What is wrong in conf/ or in ARGS is refused in one sentence."""

import re
from pathlib import Path

import pytest
from hydra.errors import HydraException
from omegaconf import OmegaConf

from project.app import explain, refuse_data_overrides
from project.config import validate
from project.data.config import Data, load_data
from project.errors import ConfigError
from project.paths import PROJECT

from .conftest import compose_tree, configure

GOOD = {
    "source": "t.csv",
    "target": "y",
    "task": "regression",
    "missing_target": "refuse",
    "split": {"valid": 0.2, "test": 0.2, "method": "hash", "seed": 0},
}


def refusal(*overrides: str) -> str:
    """Compose as a command does and return the sentence that the user gets."""
    try:
        tree = compose_tree(*overrides)
    except HydraException as error:
        return explain(error, list(overrides), PROJECT.conf)
    OmegaConf.update(tree, "data", GOOD, merge=False, force_add=True)
    with pytest.raises(ConfigError) as raised:
        validate(tree)
    return str(raised.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("sed=3", ["'sed'", "did you mean 'seed'"]),
        ("zzz=3", ["'zzz'", "--cfg job"]),
        ("model.preprocesing.scale=false", ["did you mean 'model.preprocessing"]),
        ("model=forrest", ["model=forrest", "conf/model/forrest.yaml", "boosting, dummy, forest"]),
        ("seed=abc", ["seed", "'abc'", "Integer"]),
        ("seed=-1", ["seed is -1", "from 0"]),
        ("model.preprocessing.scale=maybe", ["model.preprocessing.scale", "'maybe'"]),
        ("evaluation.confidence=95", ["evaluation.confidence", "0.95"]),
        ("tracking.mode=sometimes", ["tracking.mode", "'sometimes'"]),
        ("compute.threads=0", ["compute.threads is 0", "from 1"]),
        ("+tracking.colour=red", ["tracking.colour"]),
        ("seed=[", ["seed=["]),
        ("compute.memory_gb=0", ["compute.memory_gb is 0", "null for no limit"]),
        ("compute.cpus=-1", ["compute.cpus is -1", "above 0"]),
    ],
)
def test_a_bad_override_is_named_with_the_way_to_mend_it(override: str, words: list[str]) -> None:
    sentence = refusal(override)
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


@pytest.mark.parametrize("override", ["data.target=x", "+data.x=1", "~data.columns", "data=other"])
def test_an_override_of_the_data_is_sent_to_the_file(override: str) -> None:
    with pytest.raises(ConfigError, match=r"edit that file"):
        refuse_data_overrides(["seed=1", override])


def test_other_overrides_are_let_through() -> None:
    refuse_data_overrides(["seed=1", "model=forest", "--cfg", "job"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("task: classification", "task: ranking", "task.*ranking"),
        ("task: classification", "task: regression", "is category, but the task is regression"),
        ("valid: 0.25", "valid: 1.0", "split.valid 1.0"),
        ("target: kind", "target: kin", "target 'kin' is not among the columns"),
        ("target: kind", "target: colour", "target to kind, but .* names 'colour'"),
        ("method: hash", "method: group", "no column .* has that role"),
        ("method: hash", "method: random", "split.method.*random"),
        ("source: table.csv", "sauce: table.csv", "sauce"),
        ("source: table.csv", "source: [", "YAML"),
        ("source: table.csv", "source: ../other/table.csv", "lies outside of the project"),
        ("source: table.csv", "source: data/../../t.csv", "lies outside of the project"),
        ("source: table.csv", "source: /etc/passwd", "lies outside .* into data/source/"),
        ("source: table.csv", "columns: {a: {type: text}}\nsource: x", "belong into .*schema"),
    ],
)
@pytest.mark.parametrize("task", ["classification"])
def test_a_bad_data_file_is_refused_by_its_key(
    tmp_path: Path, data: Data, old: str, new: str, words: str
) -> None:
    assert re.search(words, edited(tmp_path / "conf" / "data.yaml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("size: {type: number}", "size: {type: numeric}", "columns.size.type.*numeric"),
        ("size: {type: number}", "size: {typ: number}", "'size' has 'typ', which is no rule"),
        ("size: {type: number}", "size: {role: feature}", "columns.size.type"),
        ("size: {type: number}", "size: {type: number, min: 3, max: 1}", "'size' has min 3 above"),
        ("size: {type: number}", "size: {type: text}", "'size' is text, which no model"),
        ("size: {type: number}", "size: {type: text, role: id, max: 1}", "'size' has a min or max"),
        (
            "size: {type: number}",
            "size: {type: number, categories: [a]}",
            "'size' lists categories",
        ),
        ("size: {type: number}", "size: {type: category, unseen: 2}", "'size' has unseen 2"),
        ("size: {type: number}", "size: {type: number, format: '%d'}", "'size' has a format"),
        (
            "colour: {type: category}",
            "colour: {type: category, role: time}",
            "'colour' has the role",
        ),
        ("key: []", "key: [nome]", "key names 'nome'"),
        ("key: []", "- key", "`key: value` lines"),
    ],
)
@pytest.mark.parametrize("task", ["classification"])
def test_a_bad_schema_is_refused_by_its_column(
    tmp_path: Path, data: Data, old: str, new: str, words: str
) -> None:
    text = edited(tmp_path / "conf" / "schema.yaml", old, new)
    assert re.search(words, text)
    assert "conf/schema.yaml" in text


def edited(file: Path, old: str, new: str) -> str:
    """Edit a file of the data's configuration, and return what is said of it."""
    assert old in file.read_text()
    file.write_text(
        file.read_text().replace(old, new) if old != "key: []" or new[0] != "-" else new
    )
    with pytest.raises(ConfigError) as raised:
        load_data(file.with_name("data.yaml"))
    assert "\n" not in str(raised.value)
    assert "conf/" in str(raised.value)
    return str(raised.value)


def test_a_seed_in_args_reaches_the_configuration(data: Data) -> None:
    assert configure(data, "seed=7").seed == 7
