"""A model answers for tables and over HTTP, and its image keeps SageMaker's contract."""

import csv
import io
import json
import os
import random
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pyarrow.parquet as pq
import pytest
from docker.models.containers import Container
from engine import make, succeed
from images import layers_holding
from repository import git
from servers import free_port

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
FEATURES = [
    *("species", "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"),
    "year",
]
PATIENCE_S = 120
LIMITS = "compute.memory_gb=1.5 compute.cpus=1"
# Small where size shows nothing here.
QUICK = (
    "ARGS=methods.perturbation.noise_sd=[1.0] methods.perturbation.cell_shares=[0.5] "
    "methods.cost.calls=50 methods.explanation.repeats=2 methods.explanation.drawn=1"
)
TOKEN = uuid4().hex  # which the image must not hold


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project after `make train`, with a secret beside its code."""
    found = render(tmp_path_factory.mktemp("served"))
    (found / ".env").write_text(f"WANDB_API_KEY={TOKEN}\n")
    succeed(found, "train")
    return found


@pytest.fixture(scope="module")
def image(project: Path) -> Iterator[str]:
    """The release image of its run."""
    name = succeed(project, "release", "RUN=latest").strip()
    yield name
    docker.from_env().images.remove(name, force=True)


@pytest.fixture(scope="module")
def answered(project: Path) -> list[dict[str, str]]:
    """What `make predict` says of the bundled table."""
    out = succeed(project, "predict", "IN=data/sample/penguins.csv", "OUT=out.csv", "RUN=latest")
    assert "344 rows answered by run" in out
    with (project / "out.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@contextmanager
def running(image: str, **more: Any) -> Iterator[tuple[Container, int]]:
    """Run `serve` as a stranger who may do nothing, and give the container and its port."""
    options: dict[str, Any] = {
        "user": "12345:12345",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "tmpfs": {"/tmp": ""},  # noqa: S108 -- the container's own
        "ports": {"8080/tcp": ("127.0.0.1", None)},
        **more,
    }
    container = docker.from_env().containers.run(image, "serve", detach=True, **options)
    try:
        container.reload()
        (published,) = container.ports["8080/tcp"] or []
        port = int(published["HostPort"])
        wait(port, container)
        yield container, port
    finally:
        container.remove(force=True)


def wait(port: int, container: Container | None = None) -> None:
    """Wait until a service answers."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with suppress(OSError):  # nobody listens yet
            if ask(port, "GET", "/ping")[0] == 200:
                return
        time.sleep(0.1)
    pytest.fail(str(container.logs() if container else "nobody answers"))


def ask(
    port: int, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
) -> tuple[int, str]:
    """Ask once, and return the status and the text."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        found = connection.getresponse()
        return found.status, found.read().decode()
    finally:
        connection.close()


def cells(row: dict[str, str]) -> dict[str, Any]:
    """Return a row's features as JSON has them: numbers, texts, null."""
    words = ("species", "island")
    return {
        name: (row[name] or None) if name in words or not row[name] else float(row[name])
        for name in FEATURES
    }


def test_nothing_is_promoted_yet_and_mistakes_are_one_sentence(project: Path) -> None:
    table = "IN=data/sample/penguins.csv"
    none = make(project, "predict", table, "OUT=out.parquet")
    assert none.code == 2
    assert "no model was promoted yet" in none.sentence
    assert "no model was promoted yet" in make(project, "release").sentence
    bad = (project / "data" / "sample" / "penguins.csv").read_text().replace("39.1", "-39.1", 1)
    (project / "bad.csv").write_text(bad)
    refused = make(project, "predict", "IN=bad.csv", "OUT=out.parquet", "RUN=latest")
    assert refused.code == 2
    assert "column 'bill_length_mm' breaks the rule 'is at least 10' in row 1" in refused.sentence
    assert not (project / "out.parquet").exists()
    quoted = make(project, "predict", "IN=it's.csv", "OUT=out.parquet", "RUN=latest")
    assert "IN=it's.csv: there is no such file" in quoted.sentence


def test_the_service_says_what_the_table_got_in_every_form(
    image: str, answered: list[dict[str, str]]
) -> None:
    asked = [cells(row) for row in answered]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerows([row[name] for name in FEATURES] for row in answered)
    with running(image) as (_, port):
        plain = json.dumps({"instances": asked}).encode()
        status, text = ask(port, "POST", "/invocations", plain)
        assert status == 200
        by_json = json.loads(text)["predictions"]
        lines = "\n".join(map(json.dumps, asked)).encode()
        _, text = ask(port, "POST", "/invocations", lines, "application/jsonlines")
        assert [json.loads(line) for line in text.splitlines()] == by_json
        _, text = ask(port, "POST", "/invocations", table.getvalue().encode(), "text/csv")
        by_csv = list(csv.reader(io.StringIO(text)))
    for said, row, line in zip(by_json, answered, by_csv, strict=True):
        assert said["prediction"] == row["said.prediction"] == line[0]
        assert said["set"] == json.loads(row["said.set"])
        for label, p in said["probabilities"].items():
            assert p == pytest.approx(float(row[f"said.p_{label}"]), abs=1e-12)


def test_mistakes_are_told_by_column_and_row_and_counted(
    image: str, answered: list[dict[str, str]]
) -> None:
    good = cells(answered[0])
    with running(image) as (container, port):
        for wrong, sentence in (
            (
                [good, {**good, "year": "soon"}],
                "column 'year' breaks the rule 'is a number' in row 2",
            ),
            (
                [{**good, "bill_depth_mm": -1}],
                "'bill_depth_mm' breaks the rule 'is at least 8' in row 1",
            ),
            ([{**good, "species": None}], "'species' breaks the rule 'is not missing' in row 1"),
            ([{k: v for k, v in good.items() if k != "year"}], "row 1 has no column 'year'"),
        ):
            status, text = ask(port, "POST", "/invocations", json.dumps(wrong).encode())
            assert status == 400
            assert sentence in json.loads(text)["error"]
        assert ask(port, "POST", "/invocations", b"x", "image/png")[0] == 415
        assert ask(port, "GET", "/invocations")[0] == 405
        _, metrics = ask(port, "GET", "/metrics")
        assert 'requests_total{path="/invocations",status="400"} 4' in metrics
        assert "refused_total 4" in metrics
        container.stop(timeout=30)
        logs = [json.loads(line) for line in container.logs(stderr=False).decode().splitlines()]
        # Each connection has a thread of its own, which writes its line after its answer.
        refused = sorted(one["status"] for one in logs if one.get("status", 200) >= 400)
        assert refused == [400] * 4 + [405, 415]


def test_the_seconds_that_the_service_counts_are_those_of_an_independent_client(
    image: str, answered: list[dict[str, str]]
) -> None:
    """Each counts less than the client waited, and most of it: what is left is the way."""
    body = json.dumps([cells(answered[0])]).encode()
    with running(image) as (container, port):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        waited = []
        for _ in range(200):
            start = time.perf_counter()
            connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
            connection.getresponse().read()
            waited.append((time.perf_counter() - start) * 1000)
        _, metrics = ask(port, "GET", "/metrics")
        connection.close()
        # The engine takes lines over some time; all of them by the end.
        container.stop(timeout=30)
        logs = [json.loads(line) for line in container.logs(stderr=False).decode().splitlines()]
    counted = [one["ms"] for one in logs if one.get("path") == "/invocations"]
    left = [ms - own for ms, own in zip(waited, counted, strict=True)]
    assert min(left) > 0
    assert statistics.median(left) < 0.5 * statistics.median(waited)
    figures = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line[0] != "#")
    assert figures['request_seconds_count{path="/invocations"}'] == "200"
    total = float(figures['request_seconds_sum{path="/invocations"}'])
    assert total * 1000 == pytest.approx(sum(counted), rel=1e-3)
    for edge in (0.005, 0.01, 0.025, 0.05, 0.1):
        below = int(figures[f'request_seconds_bucket{{path="/invocations",le="{edge}"}}'])
        assert below == sum(ms <= edge * 1000 for ms in counted)


def test_the_image_holds_code_and_model_and_no_secret_and_no_row(image: str, project: Path) -> None:
    client = docker.from_env()
    listing = client.containers.run(image, entrypoint=["find", "/project"], remove=True).decode()
    names = {name.removeprefix("/project/") for name in listing.splitlines()[1:]}
    assert {name.split("/")[0] for name in names} == {
        *(".dvc", "conf", "dvc.yaml", "requirements", "served", "src")
    }
    assert not [name for name in names if name.endswith((".parquet", ".csv", ".env", ".pyc"))]
    assert layers_holding(client.images.get(image), {"the token": TOKEN.encode()}) == []
    run = next((project / "runs").iterdir()).name
    assert image == f"ml-release:{run}"


def test_a_file_that_changed_within_its_size_and_date_is_not_mistaken_for_the_old_one(
    image: str, project: Path
) -> None:
    file = project / "src" / "project" / "serving" / "__init__.py"
    before, old = file.stat(), file.read_text()
    new = old.replace("Answer", "answer")
    assert new != old
    file.write_text(new)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    try:
        assert succeed(project, "release", "RUN=latest").strip() == image
        inside = f"/project/{file.relative_to(project)}"
        said = docker.from_env().containers.run(image, [inside], entrypoint="cat", remove=True)
        assert said.decode() == new
    finally:
        file.write_text(old)
        succeed(project, "release", "RUN=latest")


def laid_out(folder: Path, project: Path, **hyperparameters: str) -> Path:
    """Lay out /opt/ml for a training job on the bundled table."""
    for name in ("input/config", "input/data/training", "model", "output"):
        (folder / name).mkdir(parents=True)
    table = (project / "data" / "sample" / "penguins.csv").read_bytes()
    (folder / "input" / "data" / "training" / "penguins.csv").write_bytes(table)
    file = folder / "input" / "config" / "hyperparameters.json"
    file.write_text(json.dumps(hyperparameters))
    return folder


def job(image: str, ml: Path) -> tuple[int, str]:
    """Run a training job as SageMaker does: as root, with /opt/ml mounted."""
    container = docker.from_env().containers.run(
        image, "train", detach=True, network_mode="none", volumes={str(ml): {"bind": "/opt/ml"}}
    )
    try:
        return int(container.wait(timeout=600)["StatusCode"]), container.logs().decode()
    finally:
        container.remove(force=True)


def test_a_training_job_leaves_a_model_that_serves(
    image: str, project: Path, tmp_path: Path, answered: list[dict[str, str]]
) -> None:
    ml = laid_out(tmp_path / "ml", project, model='"boosting"', seed="3")
    code, logs = job(image, ml)
    assert code == 0, logs
    assert not (ml / "output" / "failure").exists()
    manifest = json.loads((ml / "model" / "manifest.json").read_text())
    assert manifest["inputs"]["config"]["model"]["name"] == "boosting"
    assert manifest["inputs"]["config"]["seed"] == 3
    with running(image, volumes={str(ml): {"bind": "/opt/ml", "mode": "ro"}}) as (_, port):
        health = json.loads(ask(port, "GET", "/health")[1])
        assert health["run"] == manifest["run_id"]
        status, text = ask(port, "POST", "/invocations", json.dumps([cells(answered[0])]).encode())
        assert status == 200
        assert json.loads(text)["run"] == manifest["run_id"]


def test_a_training_job_that_fails_writes_why(image: str, project: Path, tmp_path: Path) -> None:
    ml = laid_out(tmp_path / "ml", project, model="florest")
    code, _ = job(image, ml)
    assert code == 2
    failure = (ml / "output" / "failure").read_text()
    assert failure.startswith("error: model=florest: there is no conf/model/florest.yaml")
    assert list((ml / "model").iterdir()) == []
    table = ml / "input" / "data" / "training" / "penguins.csv"
    (ml / "input" / "config" / "hyperparameters.json").write_text("{}")
    table.write_text(table.read_text().replace("39.1", "many", 1))
    code, _ = job(image, ml)
    assert code == 2
    assert (
        "column 'bill_length_mm' breaks the rule 'is a number' in row 1"
        in (ml / "output" / "failure").read_text()
    )


def test_both_commands_end_on_sigterm(image: str, project: Path, tmp_path: Path) -> None:
    with running(image) as (container, _):
        start = time.monotonic()
        container.stop(timeout=30)
        assert time.monotonic() - start < 10
        assert container.wait()["StatusCode"] == 0
        assert json.loads(container.logs(stderr=False).splitlines()[-1]) == {"event": "ended"}
    ml = laid_out(tmp_path / "ml", project)
    container = docker.from_env().containers.run(
        image, "train", detach=True, volumes={str(ml): {"bind": "/opt/ml"}}
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while b"split by hash" not in container.logs():  # what follows is the training
            assert time.monotonic() < deadline, container.logs()
            time.sleep(0.05)
        container.stop(timeout=60)
        assert container.wait()["StatusCode"] == 143
        assert "the job was stopped" in (ml / "output" / "failure").read_text()
        assert list((ml / "model").iterdir()) == []
    finally:
        container.remove(force=True)


def test_the_image_knows_two_commands(image: str) -> None:
    done = subprocess.run(
        [*os.environ["ENGINE"].split(), "run", "--rm", image, "dance"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "error: this image knows two commands: serve, and train\n"


@contextmanager
def serving(project: Path) -> Iterator[int]:
    """Run `make serve` until the block ends, and give its port."""
    port = free_port()
    with subprocess.Popen(
        ["make", "serve", "RUN=latest", f"PORT={port}", f"ARGS={LIMITS}"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            wait(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGINT)


def test_make_serve_answers_on_loopback_and_keeps_what_it_said(
    project: Path, answered: list[dict[str, str]]
) -> None:
    log = project / "logs" / "predictions.jsonl"
    log.unlink(missing_ok=True)
    with serving(project) as port:
        rows = json.dumps([cells(row) for row in answered[:3]]).encode()
        status, text = ask(port, "POST", "/invocations", rows)
        assert status == 200
        (served,) = docker.from_env().containers.list(filters={"publish": str(port)})
        limits = served.attrs["HostConfig"]
        assert (limits["Memory"], limits["NanoCpus"]) == (1_500_000_000, 1_000_000_000)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    said = [one["prediction"] for one in json.loads(text)["predictions"]]
    assert [line["said.prediction"] for line in lines] == said
    assert [line["species"] for line in lines] == ["Adelie"] * 3
    assert log.stat().st_uid == project.stat().st_uid
    assert git(project, "check-ignore", "logs/predictions.jsonl") == "logs/predictions.jsonl"


def held(project: Path, log: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Hold a log to the run; return how the command ended, and what it found by name."""
    code = make(project, "backtest", f"LOG={log}", "RUN=latest", QUICK).code
    (file,) = (project / "reports").glob("backtest-*.json")
    content = json.loads(file.read_text())
    return code, {one["name"]: one for one in content["findings"]}


def test_what_the_service_and_predict_log_goes_through_the_backtest_once_truth_is_there(
    project: Path, answered: list[dict[str, str]]
) -> None:
    """Both logs are the commands' own; of every tenth row the truth has not come yet."""
    known = [row for row in answered if row["sex"]]
    # The table goes by species, which production would not.
    random.Random(0).shuffle(known)  # noqa: S311 -- no secret
    truths = [row["sex"] if at % 10 else None for at, row in enumerate(known)]
    log = project / "logs" / "predictions.jsonl"
    log.unlink(missing_ok=True)
    with serving(project) as port:
        for at in range(0, len(known), 50):
            rows = json.dumps([cells(row) for row in known[at : at + 50]]).encode()
            assert ask(port, "POST", "/invocations", rows)[0] == 200
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    lines = [line | {"sex": truth} for line, truth in zip(lines, truths, strict=True)]
    with (project / "new.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([FEATURES, *([row[name] for name in FEATURES] for row in known)])
    succeed(project, "predict", "IN=new.csv", "OUT=logs/answers.parquet", "RUN=latest")
    answers = pq.read_table(project / "logs" / "answers.parquet")
    pq.write_table(answers.append_column("sex", [truths]), project / "logs" / "answers.parquet")
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for name in ("predictions.jsonl", "answers.parquet"):
        code, found = held(project, f"logs/{name}")
        assert not [one["evidence"] for one in found.values() if one["verdict"] == "fail"]
        assert code == 0
        assert f"all {len(known)} answers are the model's own" in found["skew"]["evidence"]
        assert f"{len(known)} sets" in found["uncertainty"]["evidence"]
        assert found["uncertainty"]["verdict"] == "pass"
        came = sum(truth is not None for truth in truths)
        assert f"{came} of {len(known)} rows have truth" in found["arrival"]["evidence"]
    # One probability is another, and one set lacks its classes: each is told by its row.
    lines[4]["said.p_female"] -= 0.01
    lines[6]["said.set"] = json.dumps([] if lines[6]["said.set"] != "[]" else ["female"])
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, found = held(project, "logs/predictions.jsonl")
    assert code == 2  # of make itself; the command's own is 1
    assert "1 of 333 answers are not the model's own, from row 5" in found["skew"]["evidence"]
    assert found["uncertainty"]["verdict"] == "fail"
    assert "1 of 333 sets are not" in found["uncertainty"]["evidence"]
    assert "from row 7 on" in found["uncertainty"]["evidence"]
