"""Every file under conf/ composes, and what it describes can be made and fitted."""

from pathlib import Path

import pytest

from project.data.config import Data
from project.data.load import load
from project.models.catalog import built_in
from project.models.pipeline import build_pipeline
from project.models.training import train
from project.paths import PROJECT, Paths

from .conftest import configure

# The gates are no choice: `make promote` reads them by itself.
COMPOSED = (file for file in PROJECT.conf.glob("*/*.yaml") if file != PROJECT.gates)
FILES = sorted(file.relative_to(PROJECT.conf) for file in COMPOSED)
MODELS = built_in(PROJECT)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_shipped_file_composes_into_a_valid_configuration(file: Path, data: Data) -> None:
    config = configure(data, f"{file.parent}={file.stem}")
    assert config.seed == 0


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_shipped_file_says_at_its_top_how_to_select_it(file: Path) -> None:
    lines = (PROJECT.conf / file).read_text(encoding="utf-8").splitlines()
    # Hydra wants its own directive in line 1 where there is one.
    first = next(line for line in lines if not line.startswith("# @package"))
    assert first.startswith("#")
    assert f"{file.parent}={file.stem}" in first


@pytest.mark.parametrize("model", MODELS)
def test_every_shipped_model_fits_both_tasks(model: str, data: Data, paths: Paths) -> None:
    trained = train(configure(data, f"model={model}"), load(data, paths, "train")["train"])
    assert trained.warnings == []
    assert trained.fit_s > 0


@pytest.mark.parametrize("model", MODELS)
def test_the_one_seed_reaches_every_estimator_that_takes_one(model: str, data: Data) -> None:
    config = configure(data, f"model={model}", "seed=41")
    given = build_pipeline(config.model, data).get_params()
    seeds = [value for name, value in given.items() if name.split("__")[-1] == "random_state"]
    assert set(seeds) <= {41}
