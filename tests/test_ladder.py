"""The ladder and the models of extras, from a fresh render in an image that has them built in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine import inside, make, succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
FEW = "evaluation.folds=5 evaluation.repeats=1"


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without extras."""
    return render(tmp_path_factory.mktemp("ladder"))


@pytest.fixture(scope="module")
def extras(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose image has XGBoost and LightGBM."""
    made = render(tmp_path_factory.mktemp("extras"))
    with (made / "requirements/extras.txt").open("a") as names:
        names.write("xgboost\nlightgbm\n")
    return made


def report(project: Path) -> dict[str, Any]:
    """Return what the last ladder found."""
    found: dict[str, Any] = json.loads((project / "reports/ladder.json").read_text())
    return found


def test_the_ladder_says_where_complexity_stops_paying(project: Path) -> None:
    chosen = f"ladder.models=[dummy,rule,logistic,tree,xgboost] {FEW}"
    out = succeed(project, "ladder", f"ARGS={chosen}")
    found = report(project)
    assert [rung["model"] for rung in found["rungs"]] == ["dummy", "rule", "logistic", "tree"]
    assert found["left_out"] == {"xgboost": "xgboost"}
    assert found["pays"] == "logistic"
    assert "→ logistic is where complexity stops paying" in out
    assert "model=logistic passes" in out
    assert "<svg" in (project / "reports/ladder.html").read_text()
    succeed(project, "ladder", f"ARGS={chosen} compute.workers=1")
    assert report(project)["fingerprint"] == found["fingerprint"]
    assert not (project / "runs").exists()


def test_a_model_that_does_not_beat_the_simplest_is_failed(project: Path) -> None:
    weak = "model=tree model.classification.max_depth=1 model.classification.min_samples_leaf=110"
    done = make(project, "ladder", f"ARGS={weak} ladder.models=[dummy] {FEW}")
    assert done.code == 2  # make's own, whatever its command ends with
    assert "Error 1" in done.err
    assert "model=tree does not pass" in done.out
    assert report(project)["gate"]["passed"] is False


def test_an_extra_that_is_not_built_in_is_told(project: Path) -> None:
    for command in ("train", "ladder"):
        assert "model=lightgbm needs the extra 'lightgbm': add the line lightgbm" in (
            make(project, command, "ARGS=model=lightgbm tracking=disabled").sentence
        )


def test_people_stand_beside_the_model(project: Path) -> None:
    (project / "people.csv").write_text("row_id,prediction\n2,femal\n")
    given = "ARGS=experiment=debug evaluation.baselines.human=people.csv"
    assert make(project, "train", given).code == 2
    lines = [f"{row},{'male' if row % 2 else 'female'}" for row in range(344)]
    (project / "people.csv").write_text("\n".join(["row_id,prediction", *lines]) + "\n")
    out = succeed(project, "train", given)
    assert "The model beats 'human' on the 45 of 45 validation rows" in " ".join(out.split())
    assert "one rule:" in out
    (project / "people.csv").write_text("\n".join(["row_id,prediction", *lines[:100]]) + "\n")
    assert "shown again" not in succeed(project, "train", given)
    assert "identical" in succeed(project, "reproduce")


def test_xgboost_and_lightgbm_train_both_tasks_and_pass_the_tests_of_models(extras: Path) -> None:
    data = extras / "conf/data.yaml"
    for target, task in (("sex", "classification"), ("body_mass_g", "regression")):
        written = data.read_text().replace("target: sex", f"target: {target}")
        data.write_text(written.replace("task: classification", f"task: {task}"))
        (extras / "conf/schema.yaml").unlink(missing_ok=True)
        out = succeed(extras, "train", "ARGS=-m model=xgboost,lightgbm tracking=disabled")
        assert out.count("It beats the zero rule") == 2
    tests = (
        *("tests/models/test_models.py", "tests/models/test_iterations.py"),
        *("tests/test_conf.py", "tests/test_fingerprint.py"),
    )
    done = inside(extras, "pytest", "-q", *tests, "-k", "xgboost or lightgbm", TARGET="dev")
    assert done.code == 0, done.out + done.err
    assert "skipped" not in done.out
