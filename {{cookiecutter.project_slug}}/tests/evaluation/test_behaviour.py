"""Perturbation, invariance, direction, explanation and cost: planted faults are found and named."""

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence, permutation_importance

from project.config import Config
from project.data.load import features, target
from project.evaluation import cost
from project.evaluation.config import Effect, Expectation
from project.evaluation.cost import measure, quantile_interval
from project.evaluation.direction import directions
from project.evaluation.importance import dependences, importances
from project.evaluation.invariance import FAILS, HOLDS, UNSEEN, invariants
from project.evaluation.perturbation import ALL, BEYOND, REACHED, crossing, perturb
from project.evaluation.probing import changed, probe
from project.evaluation.subject import ask, spreads

from ..conftest import table
from .models import fruit, subject

LABELS = np.array(["apple", "plum"])


class Rule:
    """A classifier that follows a formula of the features: log odds of plum."""

    classes_ = LABELS

    def __init__(self, formula: Any, busy_s: float = 0.0) -> None:
        self.formula, self.busy_s = formula, busy_s

    def predict_proba(self, x: pd.DataFrame) -> np.ndarray:
        end = time.perf_counter() + self.busy_s
        while time.perf_counter() < end:
            pass
        plum = 1.0 / (1.0 + np.exp(-self.formula(x)))
        return np.column_stack([1 - plum, plum])


def asked(formula: Any, config: Config, rows: int = 600) -> Any:
    frame = table(rows).drop(columns="name")
    frame[["colour", "kind"]] = frame[["colour", "kind"]].astype(object)
    return probe(Rule(formula), frame, config)


def test_a_model_that_ignores_a_declared_invariance_is_named() -> None:
    config = fruit("classification", "methods.invariance={columns: [colour], protected: [name]}")
    follows = asked(lambda x: np.where(x["colour"] == "blue", 2.0, -2.0), config)
    colour = next(one for one in invariants(follows, 1.0, config) if one.column == "colour")
    assert colour.verdict == FAILS
    # Every row with a colour is either blue, or can be turned blue.
    assert colour.changed.value == pytest.approx(follows.x["colour"].notna().mean())
    blind = invariants(asked(lambda x: 5 - x["size"].fillna(5.0), config), 1.0, config)
    assert [(one.column, one.protected, one.verdict) for one in blind] == [
        ("name", True, UNSEEN),
        ("colour", False, HOLDS),
    ]
    assert blind[1].changed.value == 0.0


def expecting(*expectations: Expectation) -> Config:
    config = fruit("classification")
    direction = replace(config.methods.direction, expectations=list(expectations))
    return replace(config, methods=replace(config.methods, direction=direction))


def test_rows_that_go_against_a_monotone_pair_are_counted_and_the_worst_is_named() -> None:
    config = expecting(
        Expectation("size", Effect.falls, "plum"), Expectation("weight", Effect.falls, "plum")
    )

    # Falls with size but for a bump that begins at 8.
    def formula(x: pd.DataFrame) -> Any:
        return (5 - x["size"] + 6 * (x["size"] > 8)).fillna(0.0)

    given = asked(formula, config)
    spread = {"size": 2.0, "weight": 3.0}
    size, weight = directions(given, spread, config)
    cells = given.x["size"]
    bumped = (cells <= 8) & (cells + 1.0 > 8)
    assert size.rows == cells.notna().sum()
    assert size.violations.value == pytest.approx(bumped.sum() / cells.notna().sum())
    assert size.verdict == FAILS
    assert {one.row_id for one in size.worst} <= set(cells.index[bumped])
    assert size.worst[0].after - size.worst[0].before == max(
        one.after - one.before for one in size.worst
    )
    assert (weight.violations.value, weight.worst, weight.verdict) == (0.0, [], HOLDS)


def test_noise_costs_what_theory_says() -> None:
    # A sign that is decided by x, with noise: a share of arctan(dose) / pi of them turns.
    draw = np.random.default_rng(40)
    config = fruit("classification", "evaluation.resamples=200")
    x = draw.normal(0.0, 3.0, size=5000)
    frame = pd.DataFrame({"size": x, "weight": 0.0, "colour": "red", "kind": "apple"})
    frame["kind"] = np.where(x > 0, "plum", "apple")
    given = probe(Rule(lambda x: 10 * x["size"]), frame, config)
    zero = replace(given.base, y_pred=np.full(5000, "apple"))
    found = perturb(given, zero, ["size", "weight"], {"size": 3.0, "weight": 1.0}, config)
    noise = {(one.column, one.kind): one for one in found}
    size = noise["size", "noise"]
    for dose, loss in zip(size.doses, size.losses, strict=True):
        assert loss.value == pytest.approx(math.atan(dose) / math.pi, abs=0.015)
    # A fifth of the gain of one half: tan(0.1 pi).
    assert size.verdict == REACHED
    assert size.limit.value == pytest.approx(math.tan(0.1 * math.pi), abs=0.05)
    assert size.limit.low <= size.limit.value <= size.limit.high
    assert noise["weight", "noise"].verdict == BEYOND
    assert noise["weight", "missing"].losses[-1].value == 0.0
    assert noise[ALL, "noise"].limit.value == pytest.approx(size.limit.value, abs=0.1)
    assert found[0].column in ("size", ALL)


def test_the_dose_is_interpolated_between_those_around_it() -> None:
    falls = np.array([[0.1, 0.3], [0.0, 0.1], [0.4, 0.2]])
    np.testing.assert_allclose(
        crossing([1.0, 2.0], falls, np.array([0.2, 0.2, 0.2])), [1.5, np.inf, 0.5]
    )


def test_importance_and_dependence_agree_with_scikit_learn() -> None:
    config = fruit("classification", "methods.explanation.repeats=20")
    given, rows = subject(config)
    frame = rows.rows
    x, y = features(frame, config.data), target(frame, config.data)
    one = probe(given.pipeline, frame, config)
    theirs = permutation_importance(
        given.pipeline, x, y, n_repeats=20, random_state=1, scoring="accuracy"
    )
    ours = importances(one, config)
    by_name = dict(zip(x.columns, theirs.importances_mean, strict=True))
    for found in ours:
        assert found.loss.value == pytest.approx(by_name[found.column], abs=0.015)
    losses = [found.loss.value for found in ours]
    assert losses == sorted(losses, reverse=True)
    dependence = dependences(one, ["size"], config)[0]
    assert dependence.of == "plum"
    exact = partial_dependence(
        given.pipeline, x, ["size"], method="brute", response_method="predict_proba",
        custom_values={"size": np.array(dependence.values)},
    )  # fmt: skip
    np.testing.assert_allclose([m.value for m in dependence.means], exact["average"][0])


def test_a_column_that_is_not_used_does_not_matter() -> None:
    config = fruit("classification")
    found = importances(asked(lambda x: 5 - x["size"].fillna(5.5), config), config)
    assert {one.column: one.matters for one in found} == {
        "size": True, "weight": False, "colour": False,
    }  # fmt: skip


def test_every_change_leaves_the_rows_it_was_given_alone_and_workers_move_no_bit() -> None:
    from project.evaluation.changes import Fixed, Lost, Noise, Permuted, Raised, Swapped, Turned

    config = fruit("classification")
    given, rows = subject(config, 300)
    x, y = features(rows.rows, config.data), target(rows.rows, config.data)
    before = x.copy()
    plan: list[Any] = [
        Noise({"size": 1.0}, 1), Lost("colour", 0.5, 2), Lost("weight", 0.5, 2),
        Swapped("colour", 0.5, 3), Permuted("size", 4), Fixed("colour", "red"),
        Fixed("size", 1.0), Raised("weight", 2.0), Turned("colour", ("blue", "green", "red"), 1),
    ]  # fmt: skip
    by_one, by_three = (
        changed(given.pipeline, x, y, plan, config.data.task, replace(config.compute, workers=n))
        for n in (1, 3)
    )
    pd.testing.assert_frame_equal(x, before)
    assert len({one.proba.tobytes() for one in by_one}) == len(plan)  # type: ignore[union-attr] # classes have probabilities
    for one, three in zip(by_one, by_three, strict=True):
        assert one.proba.tobytes() == three.proba.tobytes()  # type: ignore[union-attr] # classes have probabilities


def test_latency_is_what_a_model_of_known_speed_takes() -> None:
    config = fruit("classification")
    frame = table(50).drop(columns=["name", "kind"])
    found = measure(Rule(lambda x: x["weight"], 0.004), frame, {"artefact_bytes": 2e6}, config)
    for one in (*found.one_row_ms.values(), *found.batch_ms.values()):
        assert one.low >= 4.0
        assert one.low <= one.value <= one.high
    assert found.rows_per_s.value <= config.methods.cost.batch_rows / 0.004
    # A million rows at so many a second, at the price of an hour.
    hours = 1e6 / found.rows_per_s.value / 3600
    assert found.price_per_million.value == pytest.approx(0.05 * hours)
    assert found.artefact_mb == 2.0
    assert found.peak_mb > 10


def test_a_peak_that_can_not_be_counted_anew_is_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cost, "_CLEAR", tmp_path / "none" / "clear_refs")
    frame = table(50).drop(columns=["name", "kind"])
    found = measure(Rule(lambda x: x["weight"]), frame, {}, fruit("classification"))
    assert math.isnan(found.peak_mb)
    assert math.isnan(found.added_mb)


def test_intervals_of_quantiles_cover_as_often_as_they_say() -> None:
    draw = np.random.default_rng(41)
    hits = 0
    for _ in range(400):
        one = quantile_interval(draw.exponential(size=60), 0.5, 0.95)
        hits += one.low <= math.log(2) <= one.high
    assert hits >= 0.93 * 400


def test_spreads_are_those_of_training_and_leave_constants_out() -> None:
    config = fruit("classification")
    given, _ = subject(config)
    train = given.train.assign(weight=1.0)
    assert spreads(train, config.data) == {
        "size": pytest.approx(float(np.nanstd(train["size"].to_numpy())))
    }
    assert ask(given.pipeline, given.train, config.data).proba is not None
