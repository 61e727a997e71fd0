"""The corrected test of two models over folds raises no more false alarms than it says."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_classification
from sklearn.model_selection import RepeatedKFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from project.evaluation.paired import compare


def test_the_figures_are_those_of_the_formula() -> None:
    one, two = np.array([0.9, 0.8, 0.85, 0.95]), np.array([0.85, 0.81, 0.8, 0.9])
    found = compare(one, two, test_share=0.25, confidence=0.95)
    d = one - two
    t = d.mean() / math.sqrt(d.var(ddof=1) * (1 / 4 + 0.25))
    assert found.difference.value == pytest.approx(0.035)
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 3))
    assert found.difference.low < 0.035 < found.difference.high


def test_without_a_correction_it_is_the_usual_paired_test() -> None:
    one, two = np.random.default_rng(0).normal(size=(2, 8))
    found = compare(one, two, test_share=0.0, confidence=0.95)
    usual = stats.ttest_rel(one, two)
    assert found.p_value == pytest.approx(usual.pvalue)
    interval = usual.confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(interval))


def test_one_fold_is_too_little_to_tell() -> None:
    found = compare(np.array([0.9]), np.array([0.8]), test_share=0.25, confidence=0.95)
    assert math.isnan(found.p_value)
    assert math.isnan(found.difference.low)


def test_equal_models_do_not_differ_and_the_same_gain_in_all_folds_tells_nothing() -> None:
    scores = np.array([0.5, 0.6, 0.7])
    assert compare(scores, scores, test_share=0.5, confidence=0.9).p_value == 1.0
    found = compare(scores + 0.1, scores, test_share=0.5, confidence=0.9)
    assert found.difference.value == pytest.approx(0.1)
    assert math.isnan(found.difference.low)
    assert math.isnan(found.p_value)
    nearly = compare(scores + np.array([0.1, 0.1, 0.10001]), scores, test_share=0.5, confidence=0.9)
    assert nearly.p_value < 1e-6


def test_models_without_signal_seldom_seem_to_differ() -> None:
    alarms = naive = 0
    tables = 60
    for seed in range(tables):
        x, _ = make_classification(n_samples=120, random_state=seed)
        y = np.random.default_rng(seed).integers(0, 2, 120)
        folds = RepeatedKFold(n_splits=5, n_repeats=3, random_state=seed)
        one, two = (
            cross_val_score(model, x, y, cv=folds)
            for model in (GaussianNB(), DecisionTreeClassifier(random_state=0))
        )
        alarms += compare(one, two, test_share=0.25, confidence=0.95).p_value < 0.05
        naive += stats.ttest_rel(one, two).pvalue < 0.05
    assert alarms <= 6
    assert naive > 3 * max(alarms, 1)
