"""The figures are those that statsmodels gives for the bundled table.

Reference values: statsmodels 0.15.0, OLS of body_mass_g on three quantities of the complete rows;
linear_reset(power=3, use_f=True), het_breuschpagan, variance_inflation_factor, condition_number.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from project.assumptions import classes, linear
from project.assumptions.finding import share_explained
from project.assumptions.rows import Rows
from project.paths import PROJECT

from .made import kinds, rows_of

QUANTITIES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    whole = pd.read_csv(PROJECT.root / "data" / "sample" / "penguins.csv")
    return whole.dropna(subset=[*QUANTITIES, "body_mass_g"])


@pytest.fixture(scope="module")
def penguins(table: pd.DataFrame) -> Rows:
    return rows_of(table[[*QUANTITIES, "body_mass_g"]].rename(columns={"body_mass_g": "y"}) * 1.0)


def test_reset_and_breusch_pagan(penguins: Rows) -> None:
    found = linear.straight(penguins)
    assert found.p_value == pytest.approx(1.4071594926208358e-08, rel=1e-6)
    f = 19.087741970876387
    assert found.effect.value == pytest.approx(2 * f / (2 * f + 336))
    assert linear.even(penguins).p_value == pytest.approx(0.31376391495430744, rel=1e-6)


def test_inflation_and_condition(penguins: Rows) -> None:
    found = linear.separate(penguins)
    assert found.effect.value == pytest.approx(1 - 1 / 2.67333770908793)
    assert "inflation 2.67, condition number 2.95" in found.evidence


def test_normality(penguins: Rows) -> None:
    assert linear.normal(penguins).p_value == pytest.approx(0.07195993992475856, rel=1e-6)


@pytest.mark.parametrize(
    ("label", "parted"), [("Gentoo", True), ("Adelie", False), ("Chinstrap", False)]
)
def test_separation_is_where_a_logistic_regression_has_no_bound(
    table: pd.DataFrame, label: str, parted: bool
) -> None:
    # statsmodels' Logit: "perfect separation" for Gentoo, and convergence for the others.
    frame = table[QUANTITIES] * 1.0
    frame["y"] = np.where(table["species"] == label, "yes", "no")
    assert (classes.overlapping(rows_of(frame)).effect.value == 1) == parted


def test_a_class_that_only_touches_the_other_is_parted_too() -> None:
    frame = pd.DataFrame({"x0": [0.0, 1.0, 1.0, 2.0], "y": ["a", "a", "b", "b"]})
    assert classes.overlapping(rows_of(frame)).effect.value == 1
    frame = kinds(0)
    assert classes.overlapping(rows_of(frame)).effect.value == 0


def test_the_interval_of_an_explained_share_covers_it() -> None:
    # A regression on fixed columns: F has a noncentral distribution.
    draw = np.random.default_rng(0)
    of, left, centre = 2, 100, 8.0
    truth = centre / (centre + of + left + 1)
    drawn = stats.ncf.rvs(of, left, centre, size=400, random_state=draw)
    made = [share_explained(float(f), of=of, left=left, confidence=0.95) for f in drawn]
    covered = np.mean([one.low <= truth <= one.high for one in made])
    assert 0.92 <= covered <= 0.98
