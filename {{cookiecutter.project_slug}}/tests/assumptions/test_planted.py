"""Assumptions that are broken on purpose are found; on clean rows there are few alarms."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from project.assumptions import classes, independent, linear, near, practical, predictable
from project.assumptions.finding import Finding, Verdict, fact, judge, untestable
from project.assumptions.rows import Rows
from project.data.config import SplitMethod
from project.evaluation.intervals import Estimate

from .made import clean, kinds, rows_of

CLEAN_RUNS = 30
OF_QUANTITIES = [
    *(linear.straight, linear.even, linear.normal, linear.separate, linear.enough),
    *(independent.in_order, independent.once, practical.one_scale, practical.complete),
    practical.reached,
]
OF_CLASSES = [
    *(classes.overlapping, classes.apart, classes.bell_shaped, linear.separate, linear.enough),
    *(independent.in_order, independent.once),
]


def verdict(test: Callable[[Rows], Finding], rows: Rows) -> Verdict:
    """Make one test and judge it."""
    return judge([test(rows)])[0].verdict


@pytest.mark.parametrize(
    ("tests", "make"), [(OF_QUANTITIES, clean), (OF_CLASSES, kinds)], ids=["linear", "classes"]
)
def test_clean_rows_raise_few_alarms(
    tests: list[Callable[[Rows], Finding]], make: Callable[[int], pd.DataFrame]
) -> None:
    alarms = 0
    for seed in range(CLEAN_RUNS):
        rows = rows_of(make(seed))
        verdicts = [found.verdict for found in judge([test(rows) for test in tests])]
        alarms += Verdict.violated in verdicts
    # In 5% of all tables at most; more than this comes by chance once in a thousand times.
    assert alarms <= 6


def bent(frame: pd.DataFrame) -> None:
    frame["y"] += 1.5 * frame["x0"] ** 2


def uneven(frame: pd.DataFrame) -> None:
    draw = np.random.default_rng(1)
    frame["y"] += draw.normal(size=len(frame)) * np.clip(1 + 2 * frame["x0"], 0, None)


def skewed(frame: pd.DataFrame) -> None:
    frame["y"] += 3 * np.random.default_rng(1).exponential(size=len(frame))


def copied(frame: pd.DataFrame) -> None:
    frame["x2"] = frame["x0"] + frame["x1"]


def follows(frame: pd.DataFrame) -> None:
    walk = np.random.default_rng(1).normal(size=len(frame))
    for i in range(1, len(walk)):
        walk[i] += 0.8 * walk[i - 1]
    frame["y"] += walk


def twice(frame: pd.DataFrame) -> None:
    frame.loc[frame.index[:40]] = frame.loc[frame.index[40:80]].to_numpy()


@pytest.mark.parametrize(
    ("test", "breaking"),
    [
        (linear.straight, bent),
        (linear.even, uneven),
        (linear.normal, skewed),
        (linear.separate, copied),
        (independent.in_order, follows),
        (independent.once, twice),
    ],
)
def test_a_broken_assumption_of_linear_models_is_found(
    test: Callable[[Rows], Finding], breaking: Callable[[pd.DataFrame], None]
) -> None:
    found = []
    for seed in range(5):
        frame = clean(seed, rows=400)
        assert verdict(test, rows_of(frame)) is not Verdict.violated
        breaking(frame)
        found.append(verdict(test, rows_of(frame)))
    assert found.count(Verdict.violated) >= 4


def test_broken_assumptions_of_naive_bayes_are_found() -> None:
    frame = kinds(0)
    assert verdict(classes.apart, rows_of(frame)) is Verdict.holds
    frame["x1"] += 2 * frame["x0"]
    assert verdict(classes.apart, rows_of(frame)) is Verdict.violated
    frame["x2"] = np.exp(2 * frame["x2"])
    assert verdict(classes.bell_shaped, rows_of(frame)) is Verdict.violated


def test_rows_of_a_time_split_are_looked_at_in_time() -> None:
    frame = clean(0, rows=300)
    follows(frame)
    times = np.arange(300)
    mixed = np.random.default_rng(0).permutation(300)
    frame, times = frame.iloc[mixed].reset_index(drop=True), times[mixed]
    assert verdict(independent.in_order, rows_of(frame)) is not Verdict.violated
    rows = rows_of(frame, along=times, method=SplitMethod.time)
    assert verdict(independent.in_order, rows) is Verdict.violated


def test_a_table_sorted_by_its_target_says_nothing_by_its_order() -> None:
    for frame in (clean(0), kinds(0)):
        rows = rows_of(frame.sort_values("y", ignore_index=True))
        assert "sorted by its target" in independent.in_order(rows).reason


def test_copies_matter_between_groups_and_not_within_one() -> None:
    frame = clean(0, rows=100)
    frame.loc[frame.index[:20]] = frame.loc[frame.index[20:40]].to_numpy()
    apart = np.arange(100)
    together = np.concatenate([np.arange(20), np.arange(20), np.arange(40, 100)])
    for groups, count in ((apart, 40), (together, 0)):
        found = independent.once(rows_of(frame, along=groups, method=SplitMethod.group))
        assert found.evidence.startswith(f"{count} rows")


def test_equal_rows_of_few_values_are_no_copies() -> None:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.choice(["x", "z"], 200), "y": draw.choice(["p", "q"], 200)})
    assert "come about by chance" in independent.once(rows_of(frame)).reason


def test_a_border_that_bends_is_found_and_one_that_does_not_is_not() -> None:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"x0": draw.normal(size=400), "x1": draw.normal(size=400)})
    frame["y"] = np.where(frame["x0"] * frame["x1"] > 0, "a", "b")
    rows = rows_of(frame, "evaluation.folds=5")
    assert verdict(predictable.straight_enough, rows) is Verdict.violated
    assert verdict(predictable.possible, rows) is Verdict.holds
    assert verdict(near.smooth, rows) is Verdict.holds
    frame["y"] = np.where(frame["x0"] + frame["x1"] + draw.normal(size=400) > 0, "a", "b")
    rows = rows_of(frame, "evaluation.folds=5")
    assert verdict(predictable.straight_enough, rows) is not Verdict.violated
    shallow = rows_of(frame, "model=forest", "model.classification.n_estimators=1")
    assert verdict(predictable.steps_enough, shallow) is Verdict.violated
    lazy = rows_of(frame, "model=dummy")
    assert verdict(predictable.nothing_to_learn, lazy) is Verdict.violated


def test_noise_can_not_be_predicted() -> None:
    frame = clean(0, rows=600)
    frame["y"] = np.random.default_rng(5).normal(size=len(frame))
    rows = rows_of(frame, "evaluation.folds=5")
    assert verdict(predictable.possible, rows) is Verdict.violated
    assert "nothing to be smooth" in near.smooth(rows).reason


def test_distances_lose_their_meaning_with_many_columns() -> None:
    assert verdict(near.near_and_far, rows_of(clean(0))) is Verdict.holds
    assert verdict(near.near_and_far, rows_of(clean(0, count=60))) is Verdict.violated


def test_scales_and_an_end_too_early_are_seen() -> None:
    frame = clean(0)
    frame["x0"] *= 1000
    assert verdict(practical.one_scale, rows_of(frame)) is Verdict.holds
    raw = rows_of(frame, "model.preprocessing.scale=none")
    assert verdict(practical.one_scale, raw) is Verdict.violated
    early = rows_of(kinds(0), "model.classification.max_iter=1")
    assert verdict(practical.reached, early) is Verdict.violated
    assert verdict(linear.enough, rows_of(clean(0, rows=40, count=6))) is Verdict.violated


def test_verdicts_follow_from_effect_and_corrected_p() -> None:
    def finding(value: float, low: float, high: float, p: float) -> Finding:
        return Finding("", Estimate(value, low, high), 0.1, p)

    found = judge(
        [
            finding(0.2, 0.15, 0.25, 0.001),
            finding(0.2, 0.0, 0.4, 0.03),  # not surely there among so many
            finding(0.05, 0.04, 0.06, 1e-9),  # surely there, and too small to matter
            finding(0.05, 0.0, 0.3, 0.5),
            fact("", 0.2, 0.1),
            fact("", 0.05, 0.1),
            untestable("no reason"),
        ]
    )
    assert [one.verdict.value for one in found] == [
        *("violated", "too little data to tell", "holds", "too little data to tell"),
        *("violated", "holds", "not testable"),
    ]
    assert found[1].p_corrected == pytest.approx(0.06)
