"""Promotion as a user meets it: gates, a version with its card, the way back, other clones."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from engine import at_once, make, succeed, watched
from repository import commit, git

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
# Small where size shows nothing here.
QUICK = (
    "ARGS=methods.perturbation.noise_sd=[1.0] methods.perturbation.cell_shares=[0.5] "
    "methods.cost.calls=50 methods.explanation.repeats=2 methods.explanation.drawn=1"
)
PLAIN = "tracking=disabled evaluation.cross_validate_up_to_rows=0"


def train(project: Path, model: str) -> str:
    """Train a model, and return its run's id."""
    said = succeed(project, "train", f"ARGS={PLAIN} model={model}")
    found = re.search(r"run ([0-9a-f]{12})\b", said)
    assert found
    return found[1]


def waive(project: Path) -> None:
    """Say why it does not matter that slices are small, and that forests are slow here."""
    file = project / "conf/evaluation/gates.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("waivers:"))
    waived = "waivers: {worst slice: a sample, latency: this machine is busy}"
    file.write_text(text.replace(line, waived), encoding="utf-8")


def history(project: Path) -> list[tuple[str, str | None]]:
    """Return what was done, and what served then."""
    lines = (project / "models/history.jsonl").read_text(encoding="utf-8").splitlines()
    return [(one["action"], one["version"]) for one in map(json.loads, lines)]


def content(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a promoted model, committed."""
    folder = render(tmp_path_factory.mktemp("promotion") / "out")
    run = train(folder, "logistic")
    commit(folder)
    stopped = make(folder, "promote", QUICK)
    assert "Error 1" in stopped.err
    assert re.search(r"worst slice too little data to tell: .* 0 slices tested", stopped.out)
    assert not (folder / "models").exists()
    waive(folder)
    with watched(folder) as containers:
        said = succeed(folder, "promote", QUICK)
    assert {one.attributes["HostConfig"]["NetworkMode"] for one in containers} == {"none"}
    assert "v1 serves" in said
    assert content(folder / "runs" / run).items() <= content(folder / "models/v1").items()
    commit(folder)
    return folder


def test_git_keeps_the_card_and_dvc_the_folder(project: Path) -> None:
    kept = set(git(project, "ls-files", "models").splitlines())
    assert kept == {f"models/{n}" for n in ("CHANGELOG.md", "history.jsonl", "v1.dvc", "v1.md")}
    card = (project / "models/v1.md").read_text(encoding="utf-8")
    assert "# v1: logistic predicts sex" in card
    assert "waived: a sample" in card
    tests = re.findall(r"^\[\^[\w-]+\]: guarded by `([^:`]+)::(\w+)`$", card, re.MULTILINE)
    assert len(tests) > 10
    for file, name in tests:
        assert f"def {name}(" in (project / file).read_text(encoding="utf-8")
    assert "**[v1](v1.md)**" in (project / "models/CHANGELOG.md").read_text(encoding="utf-8")


def test_a_worse_model_is_refused_by_the_gates_name_and_figures(project: Path) -> None:
    before = content(project / "models")
    run = train(project, "dummy")
    stopped = make(project, "promote", f"RUN={run}", QUICK)
    assert stopped.code == 2
    assert "Error 1" in stopped.err  # make's own word for it
    for gate, found in {"zero rule": r"better by 0\.00", "incumbent": r"worse by 0\.\d\d"}.items():
        assert re.search(rf"  {gate} fails: .* found was {found} \[", stopped.out)
    assert content(project / "models") == before


def test_the_same_model_is_refused_by_a_sentence(project: Path) -> None:
    known = make(project, "promote", f"RUN={train(project, 'logistic')}", QUICK)
    assert "serves already, as v1" in known.sentence
    assert "no version served before" in make(project, "rollback").sentence
    assert "TO=v7 is no version" in make(project, "rollback", "TO=v7").sentence


def test_what_the_promoted_model_answers_goes_through_its_backtest(project: Path) -> None:
    said = succeed(project, "predict", "IN=data/sample/penguins.csv", "OUT=logs/answers.csv")
    (run,) = {one.name for one in (project / "runs").iterdir()} & set(re.findall(r"\w{12}", said))
    assert json.loads((project / "models/v1/manifest.json").read_text())["run_id"] == run
    # The answers are the model's, wherever its run is.
    shutil.move(project / "runs" / run, project / "aside")
    try:
        told = succeed(project, "backtest", "LOG=logs/answers.csv", QUICK)
    finally:
        shutil.move(project / "aside", project / "runs" / run)
    assert "0 wrong" in told
    content = json.loads((project / f"reports/backtest-{run}.json").read_text())
    found = {one["name"]: one for one in content["findings"]}
    assert content["rows"] == 344
    assert "all 344 answers are the model's own" in found["skew"]["evidence"]
    assert found["uncertainty"]["verdict"] == "pass"


def test_models_travel_and_an_earlier_one_comes_back(project: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(project, work, symlinks=True)
    (tmp_path / "store").mkdir()
    succeed(work, "remote", "URL=../store")
    train(work, "forest")
    said = succeed(work, "promote", "SPLIT=test", QUICK)
    assert "v2 serves in place of v1" in said
    assert len((work / "test-openings.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert "not worse than v1" in (work / "models/v2.md").read_text(encoding="utf-8")
    succeed(work, "push")
    commit(work)
    git(work, "clone", "--quiet", str(work), str(tmp_path / "other"))
    other = tmp_path / "other"
    assert "make pull" in make(other, "rollback").sentence
    # A clone that lacks the models can still send what it has made.
    succeed(other, "push")
    succeed(other, "pull")
    for version in ("v1", "v2"):
        assert content(other / "models" / version) == content(work / "models" / version)
    assert "v1 serves again in place of v2" in succeed(other, "rollback")
    assert history(other) == [("promote", "v1"), ("promote", "v2"), ("rollback", "v1")]
    assert git(other, "status", "--porcelain", "models").splitlines() == [
        "M models/CHANGELOG.md",
        " M models/history.jsonl",
    ]


def test_two_promotions_at_once_become_two_versions(project: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(project, work, symlinks=True)
    shutil.rmtree(work / "models")
    runs = [train(work, model) for model in ("logistic", "forest")]
    both = at_once(work, *[("promote", QUICK, f"RUN={run}") for run in runs])
    assert [one.code for one in both] == [0, 0], both
    assert history(work) == [("promote", "v1"), ("promote", "v2")]
    assert {name for name in content(work / "models") if "/" not in name} == {
        *("v1.md", "v2.md", "v1.dvc", "v2.dvc", "CHANGELOG.md", "history.jsonl")
    }


def test_who_is_forgotten_is_forgotten_by_a_promoted_model(render: Render, tmp_path: Path) -> None:
    lines = [f"N-{i:05d},{i * 37 % 101 / 7:.3f},{'ba'[i * 37 % 101 > 55]}\n" for i in range(200)]
    (tmp_path / "t.csv").write_text("fruit_id,size,kind\n" + "".join(lines))
    work = render(tmp_path / "out", cwd=tmp_path, data_source="t.csv", target="kind")
    gates = work / "conf/evaluation/gates.yaml"
    names = ("one rule", "calibration", "worst slice", "latency")
    waived = ", ".join(f"{name}: planted" for name in names)
    text = gates.read_text(encoding="utf-8")
    gates.write_text(re.sub(r"(?m)^waivers:.*$", f"waivers: {{{waived}}}", text), encoding="utf-8")
    (tmp_path / "store").mkdir()
    succeed(work, "remote", f"URL={tmp_path / 'store'}")
    # A model that keeps its training rows.
    train(work, "neighbours")
    succeed(work, "promote", QUICK)
    succeed(work, "push")
    before = set(content(tmp_path / "store"))
    made = pq.read_table(work / "models/v1/predictions.parquet").to_pylist()
    learnt = next(one["row_id"] for one in made if one["split"] == "train")
    key = f"KEY=N-{learnt - 1:05d}"  # rows are counted from 1
    shown = succeed(work, "forget", key)
    assert re.search(r"models/v1 serves, and is withdrawn", shown)
    assert history(work) == [("promote", "v1")]
    assert "No trace is left" in succeed(work, "forget", key, "CONFIRM=yes")
    assert history(work) == [("promote", "v1"), ("withdraw", None)]
    folder = work / "models/v1"
    assert not (folder / "model.skops").exists()
    told = json.loads((folder / "forgotten.json").read_text(encoding="utf-8"))
    assert told["rows"] == 1
    # The old contents are gone from the remote, too.
    assert before - set(content(tmp_path / "store"))
    succeed(work, "push")
    shutil.rmtree(folder)
    succeed(work, "pull")
    assert (folder / "forgotten.json").exists()
    assert not (folder / "model.skops").exists()
    assert "learnt from rows that were forgotten" in make(work, "rollback", "TO=v1").sentence
