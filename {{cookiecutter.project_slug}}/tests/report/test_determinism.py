"""The matrix says for each cell whether the bits are the same, and why where they are not."""

import json
from pathlib import Path
from typing import Any

import pytest

from project.data.config import Task
from project.determinism import plan, takes_workers, train
from project.errors import ConfigError
from project.models.catalog import names
from project.paths import PROJECT
from project.report.determinism import ABSENT, DECLARED, DIFFERS, SAME, compare, remarks, report
from project.variations import VARIATIONS, unavailable

MODEL = ("forest", "regression")


def outputs(**other: str) -> dict[str, str]:
    """Return the fingerprints of a run; those that are named differ."""
    prints = {"model": "m", "predictions": "p", "metrics": "s"} | other
    return {"fingerprint": "".join(prints.values()), **prints}


def results(**variations: dict[str, Any]) -> dict[str, Any]:
    """Return what variations left of one model; one is its outputs, or a reason."""
    made = {"reference": outputs()} | variations
    return {
        name: cell if "whole" in cell else {"cells": {"regression": {"forest": cell}}}
        for name, cell in made.items()
    }


@pytest.mark.parametrize(
    ("name", "made", "sign", "words"),
    [
        ("again", outputs(), SAME, ""),
        ("again", outputs(predictions="q"), DIFFERS, "other predictions: a draw without a seed"),
        ("cores", outputs(model="n", metrics="t"), DIFFERS, "other model, metrics: a pin of"),
        ("cores", {"error": "error: it is broken"}, DIFFERS, "it did not run: it is broken"),
        ("workers", {"unavailable": "it has no workers"}, ABSENT, "it has no workers"),
        ("twothreads", outputs(model="n"), DECLARED, "as compute.threads=2 says"),
        ("twothreads", outputs(), SAME, ""),
    ],
)
def test_a_cell_says_what_it_is_and_why(
    name: str, made: dict[str, Any], sign: str, words: str, tmp_path: Path
) -> None:
    found = results(**{name: made})
    matrix = compare(found)
    assert matrix[MODEL][name].sign == sign
    assert words in matrix[MODEL][name].why
    assert any(words in line for line in remarks(matrix)) == bool(words)
    assert report(found, tmp_path) == (sign != DIFFERS)
    assert f"| forest | regression | {sign} |" in (tmp_path / "determinism.md").read_text()
    (cell,) = json.loads((tmp_path / "determinism.json").read_text())["cells"]
    assert (cell["model"], cell["variation"], cell["sign"]) == ("forest", name, sign)


def test_a_variation_is_compared_with_the_run_of_its_own_configuration() -> None:
    other = outputs(model="n")
    matrix = compare(results(portable=other, emulated=other))
    assert matrix[MODEL]["emulated"].sign == SAME
    matrix = compare(results(portable=other, emulated=outputs()))
    assert matrix[MODEL]["emulated"].sign == DIFFERS


def test_a_reference_that_did_not_run_makes_every_cell_red() -> None:
    matrix = compare(results(reference={"error": "error: broken"}, again={"error": "x"}))
    assert matrix[MODEL]["again"].sign == DIFFERS
    assert "reference did not run: broken" in matrix[MODEL]["again"].why


def test_what_this_machine_can_not_vary_is_not_available_for_any_model() -> None:
    found = results() | {"podman": {"unavailable": "podman is not installed"}}
    assert compare(found)[MODEL]["podman"].sign == ABSENT
    assert remarks(compare(found)) == ["– podman, all: podman is not installed"]


def test_the_table_fits_a_terminal_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    from project.report.determinism import show

    show(compare(results(**{name: outputs() for name in VARIATIONS})))
    table = capsys.readouterr().out.split(SAME + " same bits")[0].splitlines()
    assert max(map(len, table)) <= 80
    assert str(len(VARIATIONS) - 1) in table[0]


def test_a_plan_has_what_its_variations_are_compared_with_in_order() -> None:
    assert plan("", "emulated again", PROJECT) == ["reference", "again", "portable", "emulated"]
    assert plan("forest", "", PROJECT) == list(VARIATIONS)


@pytest.mark.parametrize(
    ("models", "only", "words"),
    [("oak", "", "MODELS: there is no 'oak'.*forest"), ("", "moon", "ONLY: .*'moon'.*hashseed")],
)
def test_a_name_that_is_not_there_is_told(models: str, only: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        plan(models, only, PROJECT)


def test_a_processor_that_can_not_do_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("project.variations.processor_flags", lambda: {"sse4_2"})
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert unavailable("nehalem") is None
    assert "the processor lacks avx512" in str(unavailable("skylakex"))
    assert train("skylakex", ["forest"], PROJECT) == {"unavailable": unavailable("skylakex")}
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert unavailable("emulated") == "only on x86-64"


def test_workers_are_asked_for_where_an_estimator_has_them() -> None:
    able = {m for m in names(PROJECT) if takes_workers(m, Task.regression, PROJECT)}
    mine = {"bagging", "forest", "neighbours", "stacking", "voting"}
    assert able == mine | {"lightgbm", "xgboost"}
