"""What independence would give is what counting all outcomes, and simulation, give."""

import itertools

import numpy as np
import pytest

from project.data.config import Data
from project.evaluation import crowd
from project.evaluation.disagreement import ambiguity, correlation, disagreement, moments, vote
from project.evaluation.diversity import study
from project.evaluation.metrics import Predictions

from ..conftest import configure

CHANCES = np.array([0.9, 0.6, 0.75, 0.4, 0.55])


def enumerated(chances: np.ndarray, classes: int) -> float:
    """Count every outcome of independent members that err evenly; label 0 is the right one."""
    total = 0.0
    for votes in itertools.product(range(classes), repeat=len(chances)):
        likely = np.prod(
            [p if v == 0 else (1 - p) / (classes - 1) for v, p in zip(votes, chances, strict=True)]
        )
        counts = np.bincount(votes, minlength=classes)
        if counts[0] == counts.max():
            total += likely / (counts == counts.max()).sum()
    return float(total)


def test_the_table_of_the_notes_is_reproduced() -> None:
    likely = crowd.number_correct(np.array([0.7, 0.7, 0.7]))
    assert likely == pytest.approx([0.027, 0.189, 0.441, 0.343])  # none to all are correct
    assert crowd.wins_together(3).tolist() == [0, 0, 1, 1]
    assert crowd.vote(np.array([0.7, 0.7, 0.7])) == pytest.approx(0.784)


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("members", [1, 2, 4, 5])
def test_a_vote_is_what_counting_all_outcomes_gives(members: int, classes: int) -> None:
    chances = CHANCES[:members]
    assert crowd.vote(chances, classes) == pytest.approx(enumerated(chances, classes), abs=1e-12)
    wins = crowd.wins_evenly(members, classes)
    assert np.all(crowd.wins_together(members) <= wins + 1e-12)
    assert np.all(wins <= crowd.wins_apart(members, classes) + 1e-12)


def test_many_votes_are_what_simulation_gives() -> None:
    draw = np.random.default_rng(0)
    chances = draw.uniform(0.3, 0.6, size=40)
    right = draw.random((20_000, 40)) < chances
    said = np.where(right, 0, draw.integers(1, 4, size=right.shape))
    counts = np.array([(said == label).sum(axis=1) for label in range(4)])
    tied = (counts == counts.max(axis=0)).sum(axis=0)
    observed = np.where(counts[0] == counts.max(axis=0), 1 / tied, 0).mean()
    assert crowd.vote(chances, 4) == pytest.approx(observed, abs=0.01)


@pytest.mark.parametrize("spread", [[0.5, 0.5], [0.9, 0.1], [1.0, 0.0]])
def test_no_independent_vote_leaves_the_bounds(spread: list[float]) -> None:
    # However wrong members choose between the wrong labels.
    draw = np.random.default_rng(1)
    chances = np.array([0.45, 0.5, 0.4, 0.55, 0.5, 0.45])
    right = draw.random((20_000, 6)) < chances
    said = np.where(right, 0, draw.choice([1, 2], p=spread, size=right.shape))
    counts = np.array([(said == label).sum(axis=1) for label in range(3)])
    tied = (counts == counts.max(axis=0)).sum(axis=0)
    observed = np.where(counts[0] == counts.max(axis=0), 1 / tied, 0).mean()
    pmf = crowd.number_correct(chances)
    assert pmf @ crowd.wins_together(6) - 0.01 < observed < pmf @ crowd.wins_apart(6, 3) + 0.01


def test_many_members_are_counted_exactly() -> None:
    pmf = crowd.number_correct(np.full((2, 300), 0.6))
    assert pmf.shape == (2, 301)
    assert pmf.sum(axis=1) == pytest.approx(1.0)
    assert pmf[0] @ np.arange(301) == pytest.approx(180.0)


def test_correlation_of_two_members_is_that_of_pearson_where_they_vary_alike() -> None:
    draw = np.random.default_rng(2)
    errors = draw.multivariate_normal([0, 1], [[1, 0.6], [0.6, 1]], size=500)
    errors = (errors - errors.mean(axis=0)) / errors.std(axis=0)
    pearson = np.asarray(np.corrcoef(errors.T))[0, 1]
    assert correlation(moments(errors).mean(axis=0)) == pytest.approx(pearson)


def test_disagreement_is_the_share_of_pairs_that_differ() -> None:
    said = np.array([["a", "a"], ["a", "b"], ["b", "c"]])
    assert disagreement(said, labels=True)[:, 0] == pytest.approx([2 / 3, 1])
    labels, ties = vote(said)
    assert list(labels) == ["a", "a"]
    assert ties == 0.5


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_the_loss_from_correlated_errors_is_seen(data: Data, rho: float) -> None:
    draw = np.random.default_rng(3)
    rows, count = 3000, 9
    shared, own = draw.normal(size=rows), draw.normal(size=(count, rows))
    errors = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    config = configure(data, "evaluation.resamples=200")
    names = [str(i) for i in range(count)]
    if data.task.value == "regression":
        truth = draw.normal(size=rows)
        said = truth + errors
        found = study(said, names, Predictions(truth, said.mean(axis=0)), 0, config)
        together, mean, spread = ambiguity(said, truth)
        assert together == pytest.approx(mean - spread, rel=1e-12)
        assert found.figures["correlation"].value == pytest.approx(rho, abs=0.04)
        assert found.figures["independent"].value == pytest.approx(1 / 3, abs=0.02)
        observed = np.sqrt(rho + (1 - rho) / count)
        assert found.figures["plain"].value == pytest.approx(observed, abs=0.03)
        assert found.effective == pytest.approx(count / (1 + (count - 1) * rho), rel=0.15)
    else:
        truth = np.full(rows, "a")
        said = np.where(errors < 0.5244, "a", "b")  # right in 70% of the rows
        found = study(said, names, Predictions(truth, vote(said)[0]), 2, config)
        expected = float(crowd.vote(np.full(count, 0.7)))
        assert found.figures["independent"].value == pytest.approx(expected, abs=0.02)
        plain = found.figures["plain"]
        assert (plain.low < expected < plain.high) == (rho == 0)
    gain = found.figures["gain over mean"]
    assert gain.low > 0
    low, high = found.figures["correlation"].low, found.figures["correlation"].high
    assert (low < 0 < high) == (rho == 0)
