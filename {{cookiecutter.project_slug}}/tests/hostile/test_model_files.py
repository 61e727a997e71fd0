"""A model file that somebody forged is refused by name, and none of its code has run."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from project.errors import RunError
from project.models.store import load_model
from project.models.trusted import TRUSTED, refuse_foreign

from .forged import CODE, FILES, archive


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """What the forged code makes when it runs."""
    return tmp_path / "was-here"


@pytest.mark.parametrize("name", CODE)
def test_a_file_that_names_code_is_refused_by_name(name: str, tmp_path: Path, mark: Path) -> None:
    _, told, make = CODE[name]
    file = tmp_path / "runs" / "forged" / "model.skops"
    file.parent.mkdir(parents=True)
    archive(file, make(f"touch {mark}"))
    sys.modules.pop("antigravity", None)
    with pytest.raises(RunError) as refused:
        load_model(file)
    assert told in str(refused.value)
    assert str(refused.value).startswith("runs/forged/model.skops holds")
    assert "\n" not in str(refused.value)
    assert not mark.exists()
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("name", [name for name, (alive, _, _) in CODE.items() if alive])
def test_the_same_file_runs_its_code_where_everything_is_trusted(
    name: str, tmp_path: Path, mark: Path
) -> None:
    file = tmp_path / "model.skops"
    archive(file, CODE[name][2](f"touch {mark}"))
    # An object may not be what the reader wants in the end; by then it has run.
    try:
        skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
    except (TypeError, AttributeError, skops.io.exceptions.UnsupportedTypeException) as error:
        print(error)
    assert mark.exists()


@pytest.mark.parametrize("forge", FILES, ids=lambda forge: forge.__name__)
def test_a_file_that_is_no_model_is_refused(
    forge: Callable[[Path, str], None], tmp_path: Path, mark: Path
) -> None:
    file = tmp_path / "model.skops"
    forge(file, f"touch {mark}")
    kept = file.read_bytes()
    with pytest.raises(RunError) as refused:
        load_model(file)
    print(refused.value)
    assert FILES[forge] in str(refused.value)
    assert "model.skops" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not mark.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["model.skops"]
    assert file.read_bytes() == kept


def test_a_pipeline_that_calls_the_shell_when_it_predicts_is_refused(tmp_path: Path) -> None:
    import os

    file = tmp_path / "model.skops"
    skops.io.dump(make_pipeline(FunctionTransformer(os.system)), file)
    with pytest.raises(RunError, match=r"posix\.system"):
        load_model(file)
    # As a training would find out before there is a run.
    with pytest.raises(RunError, match=r"this run holds .* posix\.system.*TRUSTED"):
        refuse_foreign(file, "model.skops of this run")


def test_a_model_that_was_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.skops"
    skops.io.dump(make_pipeline(FunctionTransformer()), whole)
    content = whole.read_bytes()
    file = tmp_path / "model.skops"
    for length in range(0, len(content), 97):
        file.write_bytes(content[:length])
        with pytest.raises(RunError, match="no whole model file"):
            load_model(file)
    shutil.copy(whole, file)
    assert isinstance(load_model(file), BaseEstimator)


def test_every_type_that_is_trusted_is_a_class() -> None:
    """A function in the list could be called with whatever a file holds."""
    for name in sorted(TRUSTED):
        module, _, kind = name.rpartition(".")
        if module.partition(".")[0] in ("lightgbm", "xgboost"):
            continue  # extras
        assert isinstance(
            getattr(sys.modules.get(module) or __import__(module, fromlist=[kind]), kind), type
        )
