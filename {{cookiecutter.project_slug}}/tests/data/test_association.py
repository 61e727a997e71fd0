"""Associations agree with known values, raise no false alarms and keep to their scale."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from project.data.association import (
    EPSILON,
    LEVEL,
    RHO,
    Association,
    V,
    Verdict,
    associate,
    with_target,
)
from project.data.contingency import MOST_CATEGORIES, coarse, code, cross, filled, resampled
from project.data.measures import chi_squared, kruskal_h
from project.data.redundant import MOST_MIXED, redundant

Draw = np.random.Generator
SIZES = st.integers(20, 120)
SEEDS = st.integers(0, 10_000)
LEISURELY = settings(deadline=None, max_examples=50)  # each draws hundreds of tables


def found(one: pd.Series, other: pd.Series) -> Association:
    """Measure two columns about which something can be said."""
    measured = associate(code(one), code(other))
    assert measured is not None
    return measured


def quantity(draw: Draw, rows: int) -> pd.Series:
    """Draw a quantity with ties and missing cells."""
    cells = draw.normal(size=rows).round(1)
    cells[draw.random(rows) < 0.05] = np.nan
    return pd.Series(cells)


def category(draw: Draw, rows: int, *shares: float) -> pd.Series:
    """Draw a category."""
    return pd.Series(draw.choice([f"c{i}" for i in range(len(shares))], rows, p=shares))


def test_rho_is_spearmans() -> None:
    draw = np.random.default_rng(1)
    x = quantity(draw, 200)
    y = -x + draw.normal(size=200)
    both = x.notna()
    known = stats.spearmanr(x[both], y[both])
    ours = found(x, y)
    assert (ours.measure, ours.falling, ours.rows) == (RHO, True, both.sum())
    assert ours.value == pytest.approx(-known.statistic, abs=1e-12)
    assert ours.p_value == pytest.approx(known.pvalue, rel=1e-6)


def test_h_is_kruskals_and_wallis() -> None:
    draw = np.random.default_rng(2)
    groups = category(draw, 150, 0.5, 0.3, 0.2)
    x = pd.Series(draw.normal(size=150).round(1)) + (groups == "c1") * 0.4
    known = stats.kruskal(*[x[groups == name] for name in groups.unique()])
    assert kruskal_h(cross(code(x), code(groups))) == pytest.approx(known.statistic)
    assert found(x, groups).p_value == pytest.approx(known.pvalue)


def test_chi_squared_is_pearsons() -> None:
    table = np.array([[20, 30, 10], [40, 15, 35]])
    known = stats.chi2_contingency(table, correction=False)
    assert chi_squared(table) == pytest.approx(known.statistic)


def test_v_is_bergsmas() -> None:
    # By hand: n 100, chi-squared 36, so phi^2 0.36 - 1/99; both sides have 2 - 1/99 categories.
    table = [[40, 10], [10, 40]]
    one = pd.Series(np.repeat(["a", "b"], [50, 50]))
    other = pd.Series(np.repeat(["x", "y", "x", "y"], [n for row in table for n in row]))
    expected = np.sqrt((0.36 - 1 / 99) / (1 - 1 / 99))
    assert found(one, other).value == pytest.approx(expected)
    assert found(one, other).measure == V


def test_epsilon_of_two_classes_is_the_rank_biserial_correlation() -> None:
    draw = np.random.default_rng(3)
    # One class in fifty, which a share of variance would hide.
    rare = pd.Series(np.where(np.arange(20_000) < 400, "yes", "no"))
    x = pd.Series(draw.normal(size=20_000)) + 1.5 * (rare == "yes")
    pairs = 400 * 19_600
    auc = stats.mannwhitneyu(x[rare == "yes"], x[rare == "no"]).statistic / pairs
    ours = found(x, rare)
    assert ours.measure == EPSILON
    assert ours.value == pytest.approx(2 * auc - 1, abs=2e-3)
    assert ours.low < 2 * auc - 1 < ours.high


def test_what_decides_a_category_alone_has_the_value_1() -> None:
    x = pd.Series(np.arange(60.0))
    groups = pd.Series(np.repeat(["low", "mid", "high"], [30, 20, 10]))
    for one, other in ((x, groups), (groups, x), (groups, groups.str.upper()), (x, x**3)):
        ours = found(one, other)
        assert ours.value == pytest.approx(1)
        assert ours.high == pytest.approx(1)
        assert ours.low > 0.85
        assert ours.verdict is Verdict.there


MAKERS: dict[str, Callable[[Draw, int], pd.Series]] = {
    "quantity": quantity,
    "skewed": lambda draw, rows: pd.Series(draw.lognormal(sigma=2, size=rows)),
    "two": lambda draw, rows: category(draw, rows, 0.9, 0.1),
    "many": lambda draw, rows: category(draw, rows, *np.arange(12, 0, -1) / 78),
}
KINDS = st.sampled_from(sorted(MAKERS))


@LEISURELY
@given(first=KINDS, other=KINDS, rows=SIZES, seed=SEEDS)
def test_all_stay_between_0_and_1_and_in_order(
    first: str, other: str, rows: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    one, two = MAKERS[first](draw, rows), MAKERS[other](draw, rows)
    measured = associate(code(one), code(two))
    if measured is not None:
        assert 0 <= measured.low <= measured.value <= measured.high <= 1
        assert 0 <= measured.p_value <= 1


@LEISURELY
@given(first=KINDS, other=KINDS, rows=SIZES, seed=SEEDS)
def test_neither_the_order_of_rows_nor_of_the_two_matters(
    first: str, other: str, rows: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    one, two = MAKERS[first](draw, rows), MAKERS[other](draw, rows)
    order = draw.permutation(rows)
    measured = associate(code(one), code(two))
    assert associate(code(one.iloc[order]), code(two.iloc[order])) == measured
    swapped = associate(code(two), code(one))
    assert (measured is None) == (swapped is None)
    if measured is not None and swapped is not None:
        assert swapped.measure == measured.measure
        assert swapped.value == pytest.approx(measured.value, abs=1e-9)


@LEISURELY
@given(rows=SIZES, seed=SEEDS, kind=st.sampled_from(["quantity", "two", "many"]))
def test_units_and_logarithms_change_nothing(rows: int, seed: int, kind: str) -> None:
    draw = np.random.default_rng(seed)
    x = pd.Series(draw.lognormal(size=rows))
    other = MAKERS[kind](draw, rows)
    measured = associate(code(x), code(other))
    for changed in (np.log(x), 1000 * x + 5, x.rank(), pd.to_datetime(x, unit="D")):
        assert associate(code(pd.Series(changed)), code(other)) == measured


def test_the_corrected_tests_raise_no_more_false_alarms_than_promised() -> None:
    draw = np.random.default_rng(4)
    alarms, tables = 0, 150
    for rows in draw.choice([40, 80, 200], tables):
        frame = pd.DataFrame(
            {f"{k} {i}": m(draw, rows) for k, m in MAKERS.items() for i in range(3)}
        )
        target = category(draw, rows, 0.85, 0.15) if rows % 3 else quantity(draw, rows)
        measured = with_target(frame.assign(target=target), "target").values()
        alarms += any(one is not None and one.p_value < LEVEL for one in measured)
    # A table without any association alarms at most once in a hundred, give or take chance.
    assert stats.binomtest(alarms, tables, LEVEL, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("kind", ["rho", "epsilon", "v"])
def test_the_intervals_hold_the_truth_as_often_as_promised(kind: str) -> None:
    def sample(draw: Draw, rows: int) -> tuple[pd.Series, pd.Series]:
        shift = category(draw, rows, 0.6, 0.4)
        noise = draw.normal(size=rows)
        x = pd.Series(noise + (shift == "c1") * 1.0)
        if kind == "rho":
            return x, pd.Series(noise + draw.normal(size=rows))
        if kind == "epsilon":
            return x, shift
        return pd.Series(np.where(x > 0.5, "up", np.where(x > -0.5, "mid", "down"))), shift

    draw = np.random.default_rng(5)
    truth = found(*sample(draw, 400_000)).value
    trials = 300
    inside = sum(
        a.low <= truth <= a.high for a in (found(*sample(draw, 150)) for _ in range(trials))
    )
    assert 0.91 <= inside / trials <= 0.99


@pytest.mark.parametrize("kind", ["many", "quantity"])
def test_the_interval_of_nothing_reaches_down_to_nothing(kind: str) -> None:
    # Drawing tables from a table adds noise to its noise, most of all where it has many cells.
    draw = np.random.default_rng(12)
    trials = 200
    pairs = ((MAKERS[kind](draw, 150), MAKERS["many"](draw, 150)) for _ in range(trials))
    reaching = sum(found(one, other).low == 0 for one, other in pairs)
    assert reaching / trials >= 0.93


def test_too_little_data_says_so_and_enough_says_none() -> None:
    draw = np.random.default_rng(6)
    few = found(quantity(draw, 40), category(draw, 40, 0.5, 0.5))
    many = found(quantity(draw, 4000), category(draw, 4000, 0.5, 0.5))
    assert few.verdict is Verdict.open
    assert many.verdict is Verdict.weak
    assert associate(code(quantity(draw, 15)), code(quantity(draw, 15))) is None


def test_nothing_is_said_of_what_is_constant_or_hardly_repeats() -> None:
    goal = code(pd.Series(np.repeat(["a", "b"], 50)))
    for column in (["x"] * 100, [f"name {i}" for i in range(100)], [1.0] * 100, [None] * 100):
        assert associate(code(pd.Series(column)), goal) is None


def test_many_categories_look_like_no_more_than_they_are() -> None:
    draw = np.random.default_rng(7)
    codes = pd.Series(draw.integers(0, 200, 2000).astype(str))
    ours = found(codes, category(draw, 2000, 0.5, 0.5))
    assert ours.value < 0.1
    assert code(codes).size == MOST_CATEGORIES + 1


def test_long_quantities_are_measured_as_well_in_bins() -> None:
    draw = np.random.default_rng(8)
    x = pd.Series(draw.normal(size=30_000))
    y = x + draw.normal(size=30_000)
    assert found(x, y).value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-4)


def test_tables_keep_their_rows_when_they_are_put_together() -> None:
    draw = np.random.default_rng(9)
    table = cross(code(quantity(draw, 900)), code(category(draw, 900, 0.7, 0.3)))
    for smaller in (coarse(table), filled(table)):
        assert smaller.sum() == table.sum()
        assert smaller.sum(axis=0).tolist() == table.sum(axis=0).tolist()
    assert (resampled(table, 5).sum(axis=(1, 2)) == table.sum()).all()


def test_features_that_repeat_each_other_are_named_with_the_closest_first() -> None:
    draw = np.random.default_rng(10)
    x = pd.Series(draw.normal(size=3000))
    gappy = (x + draw.normal(size=3000) * 0.1).where(draw.random(3000) < 0.8)
    frame = pd.DataFrame(
        {
            "other": draw.normal(size=3000),
            "gappy": gappy,
            "log": -np.exp(x),
            "x": x,
            "band": pd.cut(x, [-9, -1, 0, 1, 9], labels=["a", "b", "c", "d"]).astype(str),
            "BAND": pd.cut(x, [-9, -1, 0, 1, 9], labels=["A", "B", "C", "D"]).astype(str),
        }
    )
    pairs = {(pair.one, pair.other): pair for pair in redundant(frame)}
    assert {("log", "x"), ("gappy", "x"), ("x", "band"), ("band", "BAND")} <= set(pairs)
    assert not any("other" in pair for pair in pairs)
    assert pairs["log", "x"].value == pytest.approx(1)
    values = [pair.value for pair in redundant(frame)]
    assert values == sorted(values, reverse=True)


def test_all_quantities_are_compared_however_many_there_are() -> None:
    draw = np.random.default_rng(11)
    wide = pd.DataFrame(draw.normal(size=(300, MOST_MIXED + 20)))
    wide["copy"] = wide[MOST_MIXED + 10] * 2
    (pair,) = redundant(wide)
    assert (pair.one, pair.other) == (str(MOST_MIXED + 10), "copy")
