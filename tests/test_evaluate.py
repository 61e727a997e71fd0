"""Evaluation as a user meets it: in containers, on the test split once and on purpose."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from engine import make, succeed, watched

pytestmark = pytest.mark.docker
# Small where size shows nothing here.
QUICK = (
    "methods.perturbation.noise_sd=[1.0] methods.perturbation.cell_shares=[0.5] "
    "methods.cost.calls=20 methods.explanation.repeats=2 methods.explanation.drawn=1 "
    "evaluation.resamples=100"
)


@pytest.fixture(scope="module")
def project(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has trained once."""
    folder = render(tmp_path_factory.mktemp("evaluate"))
    succeed(folder, "train", "ARGS=experiment=debug")
    return folder


def report(project: Path, split: str) -> dict[str, object]:
    """Read the JSON that an evaluation of the only run left."""
    (run,) = (one for one in (project / "runs").iterdir() if not one.name.startswith("."))
    found = project / "reports" / f"evaluation-{run.name}-{split}.json"
    assert found.with_suffix(".html").stat().st_size > 10_000
    content: dict[str, object] = json.loads(found.read_text(encoding="utf-8"))
    return content


def contents(project: Path) -> dict[str, bytes]:
    """Return all files of the runs."""
    files = sorted(path for path in (project / "runs").rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in files}


def test_a_run_is_evaluated_offline_and_left_as_it_was(project: Path) -> None:
    before = contents(project)
    with watched(project) as containers:
        shown = succeed(project, "evaluate", f"ARGS={QUICK}")
    assert {one.attributes["HostConfig"]["NetworkMode"] for one in containers} == {"none"}
    for method in ("Baselines:", "Perturbation:", "Calibration:", "Slices:", "Cost:"):
        assert method in shown
    assert contents(project) == before
    assert not (project / "test-openings.jsonl").exists()
    first = report(project, "valid")
    succeed(project, "evaluate", f"ARGS={QUICK} compute.workers=1")
    assert report(project, "valid")["fingerprint"] == first["fingerprint"]


def test_each_opening_of_the_test_split_is_counted_and_the_second_warns(project: Path) -> None:
    first = succeed(project, "evaluate", "SPLIT=test", f"ARGS={QUICK}")
    assert "opened for the first time" in first
    second = succeed(project, "evaluate", "SPLIT=test", f"ARGS={QUICK}")
    assert "has been opened 2 times" in second
    lines = (project / "test-openings.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0])["run"] == report(project, "test")["run"]
    assert "opened 2 times" in next((project / "reports").glob("*test.html")).read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("SPLIT=train",), "SPLIT=train: give valid"),
        (("RUN=000000000000",), "names no run"),
        (("SPLIT=test", "ARGS=methods.slices.columns=[sise]"), "names column 'sise'"),
        (("SPLIT=test", "ARGS=methods.slices.named=[{island:Bisco}]"), "no row has island"),
    ],
)
def test_what_can_not_be_evaluated_is_refused_before_any_test_row_is_seen(
    project: Path, arguments: tuple[str, ...], words: str
) -> None:
    openings = project / "test-openings.jsonl"
    before = openings.read_text(encoding="utf-8") if openings.exists() else ""
    outcome = make(project, "evaluate", *arguments)
    assert outcome.code == 2
    assert words in outcome.sentence
    assert (openings.read_text(encoding="utf-8") if openings.exists() else "") == before


def test_a_run_of_other_data_is_not_evaluated(project: Path) -> None:
    config = project / "conf" / "data.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("seed: 0}", "seed: 1}"), encoding="utf-8")
    try:
        outcome = make(project, "evaluate")
    finally:
        config.write_text(text, encoding="utf-8")
    assert outcome.code == 2
    assert "was made of another version of data/split" in outcome.sentence
