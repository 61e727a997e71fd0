"""Gates let through and stop as often as they promise, and each finds the fault that it is for."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from scipy import stats

from project.config import Config
from project.data.config import Task
from project.errors import ConfigError
from project.evaluation.intervals import estimate
from project.evaluation.metrics import REGRESSION, Predictions
from project.evaluation.result import MODEL, Evaluation
from project.evaluation.scores import ZERO_RULE
from project.paths import PROJECT, Paths
from project.promotion import gates as judging
from project.promotion.config import (
    CALIBRATION,
    INCUMBENT,
    LATENCY,
    SLICE,
    check_waivers,
    load_gates,
)
from project.promotion.gate import Incumbent, Verdict
from project.promotion.gates import judge
from project.promotion.noninferior import OTHER, kept_lead

from ..evaluation.models import fruit
from .planted import examined, shipped

MAE = REGRESSION[0]


def off(draw: np.random.Generator, rows: int, mean: float) -> Predictions:
    """Predict rows whose truth is 0, with errors of a mean size."""
    errors = draw.normal(scale=mean * np.sqrt(np.pi / 2), size=rows)
    return Predictions(np.zeros(rows), errors)


def verdict(made: dict[str, Predictions], config: Config, level: float) -> Verdict:
    """Judge predictions of a quantity against one baseline alone."""
    _, gains = estimate(
        [MAE], made, reference=ZERO_RULE, resamples=100, confidence=0.95, seed=config.seed
    )
    gain = gains[MODEL]["MAE"]
    turned = replace(gain, value=-gain.value, low=-gain.high, high=-gain.low)
    found = cast(Evaluation, SimpleNamespace(gains={ZERO_RULE: {"MAE": turned}}))
    gates = shipped(config, level=level)
    (gate,) = judging._baselines(found, made, MAE, 1, gates, config)
    return gate.verdict


def test_a_model_that_is_no_better_passes_as_seldom_as_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("project.evaluation.permutation.SWAPS", 499)
    draw, config = np.random.default_rng(50), fruit("regression")
    rounds, level = 300, 0.2
    seen = [
        verdict({MODEL: off(draw, 25, 1.0), ZERO_RULE: off(draw, 25, 1.0)}, config, level)
        for _ in range(rounds)
    ]
    passed, failed = seen.count(Verdict.passes), seen.count(Verdict.fails)
    # Half of the level on either side; not far less either, or good models would not pass.
    for count in (passed, failed):
        assert stats.binomtest(count, rounds, level / 2, "greater").pvalue > 0.001
        assert stats.binomtest(count, rounds, level / 2, "less").pvalue > 0.001
    better = {MODEL: off(draw, 60, 0.5), ZERO_RULE: off(draw, 60, 1.0)}
    assert verdict(better, config, 0.05) is Verdict.passes
    worse = {MODEL: better[ZERO_RULE], ZERO_RULE: better[MODEL]}
    assert verdict(worse, config, 0.05) is Verdict.fails


@pytest.mark.parametrize("rows", [40, 200])
def test_a_model_that_loses_too_much_passes_as_seldom_as_promised(rows: int) -> None:
    draw, config = np.random.default_rng(51), fruit("regression", "evaluation.resamples=400")
    rounds, level, lost = 300, 0.1, 0.2
    sides = []
    for _ in range(rounds):
        # The model loses just that share of what the incumbent gains.
        made = {
            MODEL: off(draw, rows, 1.0 + lost * 1.0),
            OTHER: off(draw, rows, 1.0),
            ZERO_RULE: off(draw, rows, 2.0),
        }
        _, slack = kept_lead(MAE, made, lost_share=lost, level=level, config=config)
        sides.append((slack.low > 0) - (slack.high < 0))
    for side in (1, -1):
        assert stats.binomtest(sides.count(side), rounds, level, "greater").pvalue > 0.001


def test_an_equal_model_passes_where_rows_are_many_and_is_open_where_they_are_few() -> None:
    draw, config = np.random.default_rng(52), fruit("regression")
    for rows, wanted in ((10, Verdict.unknown), (3000, Verdict.passes)):
        made = {OTHER: off(draw, rows, 1.0), ZERO_RULE: off(draw, rows, 2.0)}
        # The same errors, but of other rows.
        made[MODEL] = replace(made[OTHER], y_pred=made[OTHER].y_pred[::-1])
        gate = judging._incumbent(Incumbent("v1", None, made), MAE, 4, shipped(config), config)
        assert gate.verdict is wanted
    made[MODEL] = off(draw, 3000, 1.8)
    gate = judging._incumbent(Incumbent("v1", None, made), MAE, 4, shipped(config), config)
    assert gate.verdict is Verdict.fails


def test_the_lead_and_its_bound_are_those_of_a_plain_computation() -> None:
    draw, config = np.random.default_rng(53), fruit("regression")
    made = {name: off(draw, 50, size) for name, size in ((MODEL, 1), (OTHER, 1.1), (ZERO_RULE, 2))}
    lead, slack = kept_lead(MAE, made, lost_share=0.25, level=0.01, config=config)
    ours, theirs, zero = (
        float(np.abs(np.asarray(made[name].y_pred, float)).mean())
        for name in (MODEL, OTHER, ZERO_RULE)
    )
    assert lead.value == pytest.approx(theirs - ours)
    assert slack.value == pytest.approx((theirs - ours) + 0.25 * (zero - theirs))
    assert lead.low < lead.value < lead.high


@pytest.mark.parametrize(
    ("task", "fault", "gate"),
    [
        ("classification", "", ""),
        ("classification", "unsure", CALIBRATION),
        ("classification", "slice", SLICE),
        ("classification", "slow", LATENCY),
        ("regression", "", ""),
        ("regression", "slice", SLICE),
        ("regression", "slow", LATENCY),
    ],
)
def test_a_planted_fault_stops_a_model_at_its_gate(task: str, fault: str, gate: str) -> None:
    config, given, _, found, made = examined(task, fault)
    latency = replace(shipped(config).latency, one_row_p95_ms=25.0 if fault == "slow" else 1000.0)
    judged = judge(found, made, None, shipped(config, latency=latency), config)
    assert [one.name for one in judged] == [*given.baselines, CALIBRATION, SLICE, LATENCY]
    stopping = {one.name for one in judged if one.verdict is Verdict.fails}
    if fault == "slice":
        # Who answers a whole slice wrong is neither exact in what it says nor as good as before.
        stopping -= {CALIBRATION, *given.baselines}
        assert "colour = green" in next(one.found for one in judged if one.name == SLICE)
    assert stopping == ({gate} if gate else set())


def test_a_level_that_the_permutations_of_slices_can_not_reach_is_open() -> None:
    config, _, _, found, made = examined("classification", "slice")
    for level, wanted in ((0.05, Verdict.fails), (0.001, Verdict.unknown)):
        judged = {g.name: g for g in judge(found, made, None, shipped(config, level=level), config)}
        assert judged[SLICE].verdict is wanted
    assert "methods.slices.permutations" in judged[SLICE].found


def test_quantiles_that_are_surely_off_stop_a_model() -> None:
    config, given, table, _, made = examined("regression")
    shifted = replace(given, calibration=given.calibration.assign(
        weight=given.calibration["weight"] + 4.0))  # fmt: skip
    from project.evaluation.evaluate import evaluate

    found = evaluate(shifted, table, config)
    judged = {one.name: one for one in judge(found, made, None, shipped(config), config)}
    assert judged[CALIBRATION].verdict is Verdict.fails


def test_too_little_data_is_a_verdict_that_stops() -> None:
    config, _, _, found, made = examined("classification", "", 60)
    assert found.rows == 20
    judged = {one.name: one for one in judge(found, made, None, shipped(config), config)}
    assert judged[SLICE].verdict is Verdict.unknown
    assert judged[SLICE].stops
    limits = replace(shipped(config).calibration, least_rows=21)
    judged = {
        one.name: one
        for one in judge(found, made, None, shipped(config, calibration=limits), config)
    }
    assert judged[CALIBRATION].verdict is Verdict.unknown


def test_what_can_not_be_compared_with_the_incumbent_is_open() -> None:
    config, _, _, found, made = examined("classification", "", 300)
    other = Incumbent("v1", None, {}, note="it needs the column mass, which is gone")
    judged = {one.name: one for one in judge(found, made, other, shipped(config), config)}
    assert judged[INCUMBENT].verdict is Verdict.unknown
    assert "the column mass" in judged[INCUMBENT].found


def test_a_gate_is_waived_for_a_reason_and_by_its_name_alone() -> None:
    config, given, _, found, made = examined("classification", "slice")
    waived = shipped(config, waivers={SLICE: "green ones are sold elsewhere"})
    judged = {one.name: one for one in judge(found, made, None, waived, config)}
    assert judged[SLICE].verdict is Verdict.fails
    assert not judged[SLICE].stops
    assert judged[SLICE].waiver == "green ones are sold elsewhere"
    assert not judged[LATENCY].waiver
    names = [*given.baselines]
    check_waivers(waived, names)
    for waivers, words in (({"slices": "why"}, "is no gate"), ({SLICE: " "}, "without a reason")):
        with pytest.raises(ConfigError, match=words):
            check_waivers(shipped(config, waivers=waivers), names)


def test_a_gate_asks_for_what_the_file_says() -> None:
    config, _, _, found, made = examined("classification", "", 300)
    gates = shipped(
        config,
        lost_share=0.37,
        metric=replace(shipped(config).metric, classification="accuracy"),
        calibration=replace(shipped(config).calibration, tolerance=0.0123),
        worst_slice=replace(shipped(config).worst_slice, times=1.7),
        latency=replace(shipped(config).latency, one_row_p95_ms=4321.0),
    )
    other = Incumbent("v7", None, {MODEL: made[MODEL], OTHER: made[MODEL],
                                   ZERO_RULE: made[ZERO_RULE]})  # fmt: skip
    asked = {one.name: one.asked for one in judge(found, made, other, gates, config)}
    for name, word in (
        (ZERO_RULE, "accuracy"),
        (INCUMBENT, "37%"),
        (INCUMBENT, "v7"),
        (CALIBRATION, "0.0123"),
        (SLICE, "1.7"),
        (LATENCY, "4321"),
    ):
        assert word in asked[name]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("level: 2", "level is 2.0: give a number above 0 and below 1"),
        ("lost_share: 0", "lost_share is 0.0"),
        ("metric: {classification: AUC, regression: MAE}", "metric.classification is 'AUC'"),
        ("latency: {one_row_p95_ms: fast}", "latency.one_row_p95_ms"),
        ("leval: 0.1", "leval"),
    ],
)
def test_a_bad_file_is_refused_by_its_key(line: str, words: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    with pytest.raises(ConfigError, match="is not there"):
        load_gates(Task.classification, paths)
    text = PROJECT.gates.read_text(encoding="utf-8").splitlines()
    key = line.partition(":")[0]
    kept = []
    inside = False
    for one in text:
        inside = one.startswith(f"{key}:") or (inside and one.startswith(" "))
        if not inside:
            kept.append(one)
    paths.gates.parent.mkdir(parents=True)
    paths.gates.write_text("\n".join([*kept, line]), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"gates\.yaml") as refused:
        load_gates(Task.classification, paths)
    assert words in str(refused.value)
