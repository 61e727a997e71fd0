"""A search goes on after a kill and ends as it would have; its best is a run like any other."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from breaking import kill_when
from engine import inside, make, succeed, tracked

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
QUICK = (
    "tracking=disabled evaluation.resamples=100 evaluation.folds=3 evaluation.repeats=1 "
    "tuning.trials=12"
)


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on the bundled table."""
    made = render(tmp_path_factory.mktemp("tune"))
    succeed(made, "data")
    return made


def tune(project: Path, arguments: str = "") -> str:
    """Search, and return what was printed."""
    return succeed(project, "tune", f"ARGS={QUICK} {arguments}")


def told(project: Path) -> dict[str, Any]:
    """Return what the last search found, but for the seconds it took."""
    found: dict[str, Any] = json.loads((project / "reports/tuning.json").read_text())
    for family in found["families"]:
        del family["seconds"]
    return found


def trials(project: Path, study: str) -> list[Any]:
    """Return what a study holds of each trial: values, parameters, how it ended."""
    with sqlite3.connect(project / "tuning" / study / "study.db") as file:
        return file.execute(
            "select t.number, t.state, v.value, p.param_name, p.param_value from trials t "
            "join trial_values v using (trial_id) join trial_params p using (trial_id) "
            "order by t.study_id, t.number, p.param_name"
        ).fetchall()


def written(file: Path) -> int:
    """Count the trials in a study that somebody is writing."""
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as read:
            return int(read.execute("select count(*) from trials").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_a_killed_search_goes_on_and_ends_as_one_that_was_not(project: Path) -> None:
    arguments = ("tune", f"ARGS={QUICK} compute.workers=2")
    kill_when(project, lambda: any(map(written, project.glob("tuning/*/study.db"))), *arguments)
    (study,) = (project / "tuning").iterdir()
    assert 0 < written(study / "study.db") < 12
    out = tune(project, "compute.workers=1")
    interrupted, after = told(project), trials(project, study.name)
    assert f"study {study.name}" in out
    shutil.rmtree(project / "tuning")
    tune(project, "compute.workers=2")
    assert told(project) == interrupted
    assert trials(project, study.name) == after
    assert len({number for number, *_ in after}) == 12


def test_the_best_is_a_run_that_the_printed_command_makes_again(project: Path) -> None:
    out = tune(project)
    found = told(project)
    (run,) = (project / "runs").glob("*/manifest.json")
    assert json.loads(run.read_text())["circumstances"]["study"] == found["study"]
    command = next(line.strip() for line in out.splitlines() if "make train ARGS" in line)
    arguments = command.removeprefix('make train ARGS="').removesuffix('"')
    assert arguments.split() == found["overrides"]
    again = succeed(project, "train", f"ARGS={arguments} tracking=disabled")
    assert f"nothing has changed since run {run.parent.name}" in again
    page = (project / "reports/tuning.html").read_text()
    assert found["study"] in page
    assert page.count("<svg") >= 2


def test_a_sweep_is_written_whose_command_trains(project: Path) -> None:
    succeed(project, "sweep", "ARGS=model=boosting")
    sweep = yaml.safe_load((project / "reports/sweep.yaml").read_text())
    assert sweep["metric"] == {"name": "valid/model/accuracy", "goal": "maximize"}
    # As an agent fills in its command.
    values = [
        f"{key}={one['values'][0] if 'values' in one else one['min']}"
        for key, one in sweep["parameters"].items()
    ]
    (at,) = (i for i, part in enumerate(sweep["command"]) if part == "${args_no_hyphens}")
    command = [*sweep["command"][:at], *values, "tracking=disabled", *sweep["command"][at + 1 :]]
    command.remove("tracking=online")
    done = inside(project, *command)
    assert done.code == 0, done.out + done.err
    assert "boosting predicts sex" in done.out


def test_cma_es_searches_the_same_whoever_works_on_it(project: Path, tmp_path: Path) -> None:
    made = Path(shutil.copytree(project, tmp_path / "project", symlinks=True))
    with (made / "requirements/extras.txt").open("a") as names:
        names.write("cmaes\n")
    seen = []
    for sampler, workers in (("cmaes", 1), ("cmaes", 2), ("random", 1)):
        shutil.rmtree(made / "tuning", ignore_errors=True)
        tune(made, f"model=boosting tuning.sampler={sampler} compute.workers={workers}")
        seen.append(trials(made, told(made)["study"]))
    assert seen[0] == seen[1]
    assert len({number for number, *_ in seen[0]}) == 12
    # From the second trial on it draws by what it has seen.
    assert [row for row in seen[0] if row[0]] != [row for row in seen[2] if row[0]]


def test_a_tracker_is_told_of_every_trial_once(project: Path) -> None:
    arguments = f"{QUICK} seed=4".replace("tracking=disabled", "tracking=offline")
    for _ in range(2):
        succeed(project, "tune", f"ARGS={arguments}")
        (kept,) = (project / "wandb").glob("offline-run-*-tune-*")
    seen, (family,) = tracked(project, kept)["summary"], told(project)["families"]
    assert seen["tune/logistic/best_accuracy"] == family["best"]["value"]
    assert seen["table/trials"]["nrows"] == seen["tune/logistic/trials"] == 12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("model=dummy", "there is no conf/tuning/space/dummy.yaml"),
        ("tuning.models=[nope]", "there is no conf/model/nope.yaml"),
        ("tuning.sampler=cmaes", "needs the extra 'cmaes'"),
        ("tuning.sampler=best", "tuning.sampler"),
        ("tuning.trials=0", "tuning.trials is 0"),
    ],
)
def test_what_cannot_be_searched_is_one_sentence(project: Path, arguments: str, words: str) -> None:
    done = make(project, "tune", f"ARGS={QUICK} {arguments}")
    assert done.code == 2
    assert words in done.sentence


def test_a_value_that_the_estimator_refuses_is_told_with_its_range(project: Path) -> None:
    file = project / "conf/tuning/space/logistic.yaml"
    before = file.read_text()
    try:
        file.write_text("classification: {C: {type: float, low: -2, high: -1}}\n")
        done = make(project, "tune", f"ARGS={QUICK}")
    finally:
        file.write_text(before)
    assert done.code == 2
    assert "conf/tuning/space/logistic.yaml" in done.sentence
    assert "'C' parameter" in done.sentence
