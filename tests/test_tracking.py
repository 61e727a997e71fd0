"""Runs reach a server, once and whole, or stay here whole; the SDK is the real one."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from engine import make, succeed
from wandb_server import KEY, Kept, serving

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
# What is promised is ten; without a limit of ours the SDK tries for ninety.
GENEROUS_S = 30
QUICK = "experiment=debug compute.workers=1"


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose data stages have run."""
    made = render(tmp_path_factory.mktemp("tracking"))
    succeed(made, "data")
    return made


@pytest.fixture
def server() -> Iterator[Kept]:
    """A server that keeps what it is sent."""
    with serving() as kept:
        yield kept
        assert kept.unknown == []


def at(server: Kept, key: str = KEY) -> dict[str, str]:
    """Return the environment that leads to a server, by the host's loopback."""
    return {"NETWORK": "host", "WANDB_BASE_URL": server.url, "WANDB_API_KEY": key}


def train(project: Path, seed: int, tracking: str, env: dict[str, str]) -> tuple[Path, str, float]:
    """Train; return the run's folder, what was said beside the table, and the seconds."""
    before = set((project / "runs").glob("*"))
    start = time.monotonic()
    done = make(project, "train", f"ARGS={QUICK} tracking={tracking} seed={seed}", env=env)
    assert done.code == 0, done.out + done.err
    (run,) = set((project / "runs").glob("*")) - before
    return run, done.err, time.monotonic() - start


def compare(run: Path, server: Kept) -> None:
    """Compare what a server has of a run with the run's folder, value by value."""
    name = run.name
    metrics, manifest = (
        json.loads((run / f).read_text()) for f in ("metrics.json", "manifest.json")
    )
    summary, history = server.summary(name), server.lines(name, "wandb-history.jsonl")
    for split, entry in metrics["splits"].items():
        for model, figures in entry["figures"].items():
            for metric, estimate in figures.items():
                key = f"{split}/{model}/{metric}".replace(" ", "_")
                assert summary[key] == pytest.approx(estimate["value"]), key
    assert summary["fingerprint"] == manifest["outputs"]["fingerprint"]
    config = json.loads(server.runs[name]["config"])
    for key, value in manifest["inputs"]["config"].items():
        assert config[key]["value"] == value
    folds = json.loads((run / "folds.json").read_text())["metrics"]["accuracy"]
    sent = [(line["fold"], line["fold/accuracy"]) for line in history if "fold/accuracy" in line]
    assert sent == [pytest.approx(pair) for pair in enumerate(folds, start=1)]
    steps = [line["_step"] for line in history]
    assert steps == list(range(len(steps)))
    assert set(server.runs[name]["ended"]) == {0}
    artifacts(run, server)


def artifacts(run: Path, server: Kept) -> None:
    """Compare the artifacts of a run, and see that the model descends from the data."""
    made = {i: a for i, a in server.artifacts.items() if a["runName"] == run.name}
    assert {a["state"] for a in made.values()} == {"COMMITTED"}
    (model,) = (i for i, a in made.items() if a["artifactTypeName"] == "model")
    assert server.blobs[f"{model}/model.skops"] == (run / "model.skops").read_bytes()
    used = [server.artifacts[i] for i in server.used[run.name]]
    assert [a["artifactTypeName"] for a in used] == ["dataset"]
    tables = [
        blob for key, blob in server.blobs.items() if key.startswith(f"{run.name}/media/table/")
    ]
    rows = [t for t in map(json.loads, tables) if "row_id" in t.get("columns", [])]
    assert sum(len(table["data"]) for table in rows) > 200


def test_sync_sends_what_is_missing_once_and_tells_what_did_not_arrive(
    project: Path, server: Kept
) -> None:
    run, _, _ = train(project, 1, "offline", {})
    server.behaviour = "lose"
    lost = make(project, "sync", env=at(server))
    assert lost.code != 0
    assert "not arrived" in lost.err
    assert run.name in lost.err
    server.behaviour = "answer"
    assert "1 runs sent" in succeed(project, "sync", env=at(server))
    compare(run, server)
    count = len(server.operations)
    assert "0 runs sent" in succeed(project, "sync", env=at(server))
    assert set(server.operations[count:]) <= {"Viewer"}


def test_an_online_run_arrives_as_it_is_and_sync_has_nothing_left_to_do(
    project: Path, server: Kept
) -> None:
    run, told, _ = train(project, 2, "online", at(server))
    assert "Weights" not in told
    assert "note:" not in told
    compare(run, server)
    assert "0 runs sent" in succeed(project, "sync", env=at(server))
    for file in (p for p in project.rglob("*") if p.is_file() and p.stat().st_size < 1e7):
        assert KEY.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("behaviour", ["hang", "refuse", "gone"])
def test_a_server_that_does_not_serve_costs_ten_seconds_and_no_run(
    project: Path, behaviour: str
) -> None:
    seed = {"hang": 3, "refuse": 4, "gone": 5}[behaviour]
    _, _, offline = train(project, 10 + seed, "offline", {})
    with ExitStack() as stack:
        kept = stack.enter_context(serving())
        env = at(kept)
        kept.behaviour = behaviour
        if behaviour == "gone":
            stack.close()
        run, told, seconds = train(project, seed, "online", env)
        refused = make(project, "sync", env=env)
    assert seconds < offline + GENEROUS_S
    assert told.count("Weights & Biases can't be reached") == 1
    assert refused.code == 2
    assert "Traceback" not in told + refused.err
    (local,) = (project / "wandb").glob(f"offline-run-*-{run.name}")
    with serving() as later:
        succeed(project, "sync", env=at(later))
        compare(run, later)
    assert (local / "arrived").exists()


@pytest.mark.parametrize("after", ["the first lines", "the model was announced"])
def test_a_server_that_dies_in_the_middle_costs_no_value(project: Path, after: str) -> None:
    seed = {"the first lines": 6, "the model was announced": 7}[after]
    with serving() as kept:
        stopped = threading.Event()

        def reached() -> bool:
            if after == "the first lines":
                return any(run["files"] for run in kept.runs.values())
            return "CreateArtifactManifest" in kept.operations

        def stop() -> None:
            while not stopped.wait(0.02):
                if reached():
                    kept.behaviour = "hang"
                    return

        watcher = threading.Thread(target=stop)
        watcher.start()
        run, told, _ = train(project, seed, "online", at(kept))
        stopped.set()
        watcher.join()
        assert kept.behaviour == "hang"
    assert told.count("wandb stopped answering") == 1
    with serving() as later:
        succeed(project, "sync", env=at(later))
        compare(run, later)


def test_mlflow_and_sacred_keep_the_contract_where_they_are_built_in(
    render: Render, tmp_path: Path
) -> None:
    project = render(tmp_path)
    (project / "requirements" / "extras.txt").write_text("mlflow\nsacred\n")
    said = succeed(project, "test", "ARGS=-q tests/tracking --ignore=tests/tracking/test_wandb.py")
    assert " passed" in said
    assert "skipped" not in said
    quick = "experiment=debug tracking.tools=[wandb,mlflow,sacred] tracking.mode=offline"
    succeed(project, "train", f"ARGS={quick}")
    for folder in ("wandb", "mlflow", "sacred"):
        assert any((project / folder).iterdir()), folder
