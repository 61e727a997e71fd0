"""A service answers as the model does, logs what it answered, and never shows a traceback."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from project.data.load import features, load
from project.serving import log
from project.serving.journal import Journal
from project.serving.metrics import Metrics
from project.serving.service import Service

from .conftest import Made

ROW = {"size": 4.0, "weight": 16.0, "colour": "blue"}


def ask(service: Service, body: Any, kind: str = "application/json", **headers: str) -> Any:
    """Post a body, and return the response."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service.respond(
        "POST", "/invocations", {"Content-Type": kind, **headers}, sent, "request"
    )


def test_answers_are_those_of_the_run(service: Service, fruit: Made) -> None:
    """Row by row within 1e-12, since BLAS's last bits can follow from how many rows it is given."""
    recorded = pd.read_parquet(fruit.folder / "predictions.parquet")
    rows = features(load(fruit.config.data, fruit.paths, "valid")["valid"], fruit.config.data)
    recorded = recorded[recorded["split"] == "valid"]
    plain = json.loads(rows.to_json(orient="records"))
    said = [json.loads(ask(service, [row]).body)["predictions"][0] for row in plain]
    said_at_once = json.loads(ask(service, plain).body)["predictions"]
    for one, other, wanted in zip(said, said_at_once, recorded.to_dict("records"), strict=True):
        assert one["prediction"] == other["prediction"] == wanted["y_pred"]
        for label in ("apple", "plum"):
            assert one["probabilities"][label] == pytest.approx(wanted[f"p_{label}"], abs=1e-12)
            assert other["probabilities"][label] == pytest.approx(wanted[f"p_{label}"], abs=1e-12)
        reach = fruit.model.limits.reach
        assert reach is not None
        inside = [name for name, p in one["probabilities"].items() if 1.0 - p <= reach]
        assert one["set"] == inside


def test_a_quantity_has_an_interval(by_task: dict[str, Made]) -> None:
    made = by_task["regression"]
    service = Service(made.model, Journal(None))
    (said,) = json.loads(ask(service, [{"size": 4.0, "colour": "blue", "kind": "plum"}]).body)[
        "predictions"
    ]
    low, high = said["interval"]
    assert (high - low) / 2 == pytest.approx(made.model.limits.reach)
    assert (high + low) / 2 == pytest.approx(said["prediction"])


def test_every_form_says_the_same(service: Service) -> None:
    plain = json.loads(ask(service, [ROW]).body)["predictions"]
    lines = ask(service, ROW, "application/x-jsonlines")
    assert lines.kind == "application/jsonlines"
    assert [json.loads(line) for line in lines.body.splitlines()] == plain
    table = ask(service, b"size,weight,colour\n4,16,blue\n", "text/csv")
    (row,) = csv.DictReader(io.StringIO(table.body.decode()))
    assert row["prediction"] == plain[0]["prediction"]
    assert float(row["p_plum"]) == plain[0]["probabilities"]["plum"]
    assert json.loads(row["set"]) == plain[0]["set"]
    bare = ask(service, b"4,16,blue\n", "text/csv")
    assert table.body.endswith(bare.body)
    assert (
        ask(service, b"4,16,blue\n", "text/csv", Accept="application/json").body
        == ask(service, [ROW]).body
    )


def test_rows_that_break_the_schema_are_told_by_column_and_row(service: Service) -> None:
    found = ask(service, [ROW, {**ROW, "size": "big"}])
    assert found.status == 400
    said = json.loads(found.body)["error"]
    assert "column 'size' breaks the rule 'is a number' in row 2 with 'big'" in said
    assert "refused_total 1" in service.metrics.text()


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (404, "GET", "/nothing", {}),
        (405, "GET", "/invocations", {}),
        (405, "POST", "/ping", {}),
        (415, "POST", "/invocations", {"Content-Type": "image/png"}),
        (415, "POST", "/invocations", {}),
        (415, "POST", "/invocations", {"Content-Type": "text/csv", "Content-Encoding": "gzip"}),
        (406, "POST", "/invocations", {"Content-Type": "text/csv", "Accept": "image/png"}),
        (200, "GET", "/ping", {}),
        (200, "GET", "/health", {}),
        (200, "GET", "/metrics", {}),
    ],
)
def test_what_is_asked_wrongly_is_told(
    service: Service, status: int, method: str, path: str, headers: dict[str, str]
) -> None:
    found = service.respond(method, path, headers, b"", "request")
    assert found.status == status
    if status != 200:
        assert set(json.loads(found.body)) == {"error"}


def test_each_row_leaves_one_line_with_the_names_of_the_log(
    service: Service, tmp_path: Path, fruit: Made
) -> None:
    rows = [
        {**ROW, "name": "fruit 1", "kind": None},
        {**ROW, "colour": None, "name": "é\n", "kind": "plum"},
    ]
    assert ask(service, rows).status == 200
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line[log.ROW_ID] for line in lines] == ["request-1", "request-2"]
    assert lines[1]["name"] == "é\n"
    assert (lines[1]["kind"], lines[0]["kind"]) == ("plum", None)
    for line, row in zip(lines, rows, strict=True):
        assert {name: line[name] for name in row} == row
        assert line[log.RUN] == fruit.folder.name
        assert line[log.PREDICTION] in ("apple", "plum")
        assert line[f"{log.PROBABILITY}plum"] + line[f"{log.PROBABILITY}apple"] == pytest.approx(1)
        assert isinstance(json.loads(line[log.SET]), list)
        assert np.datetime64(line[log.TIME].removesuffix("+00:00")) > np.datetime64("2026-01-01")


def test_a_full_disk_stops_no_answer_and_is_told(
    fruit: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    service = Service(fruit.model, Journal("/dev/full"))
    for _ in range(3):
        assert ask(service, [ROW]).status == 200
    assert capfd.readouterr().err.count("No space left on device") == 1
    assert "log_failures_total 3" in service.metrics.text()
    health = service.respond("GET", "/health", {}, b"", "r")
    assert json.loads(health.body)["status"] == "the prediction log can't be written"


def test_half_a_line_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import os

    journal, write = Journal(str(tmp_path / "log")), os.write
    journal.write(b"one\n")
    monkeypatch.setattr("os.write", lambda file, lines: write(file, lines[:2]))
    journal.write(b"two\n")
    monkeypatch.undo()
    journal.write(b"three\n")
    assert (tmp_path / "log").read_bytes() == b"one\nthree\n"
    assert "no room" in capfd.readouterr().err


def test_a_defect_is_a_sentence_to_the_caller_and_a_traceback_in_the_log(
    service: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(type(service.model), "answer", broken)
    found = ask(service, [ROW])
    assert found.status == 500
    assert b"Traceback" not in found.body
    assert b"secret" not in found.body
    assert "RuntimeError: secret" in json.loads(capfd.readouterr().out)["traceback"]


def test_threads_that_ask_at_once_get_what_each_would_get_alone(service: Service) -> None:
    rows = [{**ROW, "size": size / 10} for size in range(64)]
    alone = [ask(service, [row]).body for row in rows]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda row: ask(service, [row]).body, rows * 3)) == alone * 3


def test_metrics_count_and_add_up() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.003, 0.003, 99.0):
        metrics.request("/invocations", 200, seconds)
    metrics.request("/odd", 404, 1.0)
    metrics.add("unseen_total", column='a"\n\\')
    text = metrics.text(up=1.0)
    assert 'requests_total{path="/invocations",status="200"} 4' in text
    assert 'requests_total{path="other",status="404"} 1' in text
    assert 'request_seconds_bucket{path="/invocations",le="0.001"} 1' in text
    assert 'request_seconds_bucket{path="/invocations",le="0.005"} 3' in text
    assert 'request_seconds_bucket{path="/invocations",le="10.0"} 3' in text
    assert 'request_seconds_bucket{path="/invocations",le="+Inf"} 4' in text
    assert 'request_seconds_count{path="/invocations"} 4' in text
    assert 'unseen_total{column="a\\"\\n\\\\"} 1' in text
    assert text.endswith("\n")
