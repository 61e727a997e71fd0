"""The ladder finds where complexity stops paying; its gate lets through what surely is better."""

import numpy as np
import pytest

from project.evaluation.ladder import Verdict, climb, gate
from project.evaluation.metrics import CLASSIFICATION, REGRESSION, Floats
from project.evaluation.multiple import holm
from project.evaluation.paired import compare

ACCURACY, MAE = CLASSIFICATION[0], REGRESSION[0]
DRAW = np.random.default_rng(0)
NOISE = DRAW.normal(scale=0.01, size=(4, 10))
SCORES = {
    "zero": 0.5 + NOISE[0],
    "line": 0.8 + NOISE[1],
    "tree": 0.6 + NOISE[2],
    "net": 0.802 + NOISE[3],
}


def verdicts(scores: dict[str, Floats]) -> list[Verdict]:
    ladder = climb(scores, ACCURACY, test_share=0.25, confidence=0.95)
    return [rung.verdict for rung in ladder.rungs]


def test_each_rung_is_held_against_the_best_of_those_before_it() -> None:
    ladder = climb(SCORES, ACCURACY, test_share=0.25, confidence=0.95)
    others = [rung.best_simpler.other for rung in ladder.rungs if rung.best_simpler]
    assert others == ["zero", "line", "line"]
    assert verdicts(SCORES) == [
        Verdict.simplest,
        Verdict.better,
        Verdict.worse,
        Verdict.unclear,
    ]
    assert ladder.pays.model == "line"


def test_the_figures_are_those_of_the_corrected_test_and_of_holm() -> None:
    ladder = climb(SCORES, ACCURACY, test_share=0.25, confidence=0.95)
    raw = [
        compare(SCORES[name], SCORES["zero"], test_share=0.25, confidence=0.95).p_value
        for name in ("line", "tree", "net")
    ]
    assert [r.simplest.p_value for r in ladder.rungs if r.simplest] == holm(raw)
    mean = float(np.mean(SCORES["tree"]))
    assert ladder.rungs[2].score.value == pytest.approx(mean)
    assert ladder.rungs[2].score.low < mean < ladder.rungs[2].score.high


def test_less_is_better_where_the_metric_says_so() -> None:
    errors = {name: 1.0 - scores for name, scores in SCORES.items()}
    more, less = (
        climb(scores, metric, test_share=0.25, confidence=0.95)
        for scores, metric in ((SCORES, ACCURACY), (errors, MAE))
    )
    assert less.pays.model == "line"
    for one, other in zip(more.rungs[1:], less.rungs[1:], strict=True):
        assert one.verdict == other.verdict
        assert one.simplest and other.simplest
        assert one.simplest.gain.value == pytest.approx(other.simplest.gain.value)


def test_more_models_need_more_evidence() -> None:
    weak = SCORES["zero"] + 0.02 + DRAW.normal(scale=0.015, size=10)
    two = {"zero": SCORES["zero"], "weak": weak}
    noise = {f"model {i}": SCORES["zero"] + DRAW.normal(scale=0.05, size=10) for i in range(20)}
    assert verdicts(two)[1] is Verdict.better
    assert verdicts(two | noise)[1] is Verdict.unclear


def test_without_signal_the_simplest_is_where_it_stops() -> None:
    stops = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        scores = {f"model {i}": 0.5 + draw.normal(scale=0.05, size=10) for i in range(8)}
        ladder = climb(scores, ACCURACY, test_share=0.25, confidence=0.95)
        stops += ladder.pays.model == "model 0"
    assert stops >= 37


@pytest.mark.parametrize(
    ("model", "passed", "words"),
    [
        ("line", True, "line beats zero"),
        ("zero", False, "simplest model itself"),
        ("same", False, "too little data to tell whether same beats zero"),
        ("bad", False, "bad is worse than zero: worse by 0."),
    ],
)
def test_the_gate_says_whether_a_model_surely_beats_the_simplest(
    model: str, passed: bool, words: str
) -> None:
    scores = {**SCORES, "same": SCORES["zero"] + NOISE[1], "bad": SCORES["zero"] - 0.2 + NOISE[2]}
    ladder = climb(scores, ACCURACY, test_share=0.25, confidence=0.95)
    found = gate(ladder, model, confidence=0.95)
    assert found.passed is passed
    assert words in found.sentence


def test_a_ladder_of_one_rung_stands() -> None:
    ladder = climb({"zero": SCORES["zero"]}, ACCURACY, test_share=0.25, confidence=0.95)
    assert ladder.pays.model == "zero"
