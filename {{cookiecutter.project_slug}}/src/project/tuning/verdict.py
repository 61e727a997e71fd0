"""What a study says: how good the best trial is, and whether that is more than chance.

Scores of folds go together, so that all of it is tested by Nadeau and Bengio's method. A best trial
was chosen by the very folds that it is scored on, which flatters it; only outer folds don't.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from ..evaluation.costs import metrics_for
from ..evaluation.multiple import holm
from ..evaluation.paired import Paired, compare
from ..models.folds import Fold
from .samplers import distributions
from .search import FOLDS, Problem
from .space import Side, at_bound
from .study import Family

_FEWEST = 10  # whole trials from which importance is told, and this many for each parameter:
_FOR_EACH = 5


def verdict(families: Sequence[Family]) -> dict[str, Any]:
    """Put what a study found into plain values, for the page and the terminal.

    Parameters
    ----------
    families
        All searched models, on the same rows and folds.

    Returns
    -------
    dict
        `metric`, `winner`, and for each of `families` its best trial, gains, and what is to be told
        of its search.
    """
    config = families[0].problem.config
    first = metrics_for(config)[0]
    sign = 1 if first.higher_is_better else -1
    best = max(families, key=lambda one: sign * (one.best.value or 0.0))
    found = [_family(one, sign) for one in families]
    others = [one for one in families if one is not best]
    tests = [_gain(_scores(best.best), _scores(one.best), one.problem, sign) for one in others]
    corrected = holm([test.p_value for test in tests])
    for one, test, p_value in zip(others, tests, corrected, strict=True):
        found[families.index(one)]["behind"] = _told(test, p_value)
    return {
        "metric": first.name,
        "higher_is_better": first.higher_is_better,
        "confidence": config.evaluation.confidence,
        "folds": len(best.problem.folds),
        "winner": best.problem.config.model.name,
        "families": found,
    }


def _family(family: Family, sign: int) -> dict[str, Any]:
    problem, trials, best = family.problem, family.trials, family.best
    states = [trial.state for trial in trials]
    gain = _gain(_scores(best), family.shipped_scores, problem, sign)
    importance, why = _importance(problem, trials)
    return {
        "model": problem.config.model.name,
        "trials": len(trials),
        "wanted": problem.size,
        "pruned": states.count(TrialState.PRUNED),
        "failed": states.count(TrialState.FAIL),
        "seconds": sum(trial.user_attrs[FOLDS]["batch_s"] for trial in trials),
        "best": {"number": best.number, "params": best.params, **_level(_scores(best), problem)},
        "shipped": {"params": family.shipped, **_level(family.shipped_scores, problem)},
        "gain": _told(gain, gain.p_value),
        "behind": None,
        "bounds": _bounds(problem, best),
        "importance": importance,
        "importance_note": why,
        "outer": _outer(family, sign),
    }


def _scores(trial: FrozenTrial) -> list[float]:
    scores: list[float] = trial.user_attrs[FOLDS]["scores"]
    return scores


def _share(folds: Sequence[Fold]) -> float:
    return float(np.mean([fold.test_share for fold in folds]))


def _level(scores: list[float], problem: Problem) -> dict[str, float]:
    """Estimate a mean over folds, with an interval that allows for their overlap."""
    confidence = problem.config.evaluation.confidence
    share = _share(problem.folds)
    zeros = np.zeros(len(scores))
    return asdict(
        compare(np.array(scores), zeros, test_share=share, confidence=confidence).difference
    )


def _gain(one: list[float], two: list[float], problem: Problem, sign: int) -> Paired:
    return compare(
        sign * np.array(one),
        sign * np.array(two),
        test_share=_share(problem.folds),
        confidence=problem.config.evaluation.confidence,
    )


def _told(test: Paired, p_value: float) -> dict[str, float]:
    return {**asdict(test.difference), "p_value": p_value}


def _bounds(problem: Problem, best: FrozenTrial) -> list[dict[str, Any]]:
    """Name the parameters whose best value lies next to the end of its range."""
    found = []
    for key, one in problem.space.items():
        side = at_bound(one, best.params[key])
        if side is not None:
            end = one.low if side is Side.low else one.high
            found.append({"key": key, "value": best.params[key], "side": side.value, "end": end})
    return found


def _importance(problem: Problem, trials: list[FrozenTrial]) -> tuple[dict[str, float], str]:
    """Return how much of the scores' variance each parameter explains, and why not if not."""
    whole = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    needed = max(_FEWEST, _FOR_EACH * len(problem.space))
    if len(whole) < needed:
        return {}, f"too few trials to tell: {len(whole)} have all their folds, {needed} would do"
    if len({trial.value for trial in whole}) < 2:
        return {}, "every trial scored the same"
    study = optuna.create_study(direction=problem.direction)
    study.add_trials(whole)
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=problem.config.seed)
    # Only those that took more than one value have any.
    moved = [key for key in distributions(problem.space) if len({t.params[key] for t in whole}) > 1]
    found = optuna.importance.get_param_importances(study, evaluator=evaluator, params=moved)
    return {key: float(share) for key, share in found.items()}, ""


def _outer(family: Family, sign: int) -> dict[str, Any] | None:
    outer = family.outer
    if outer is None:
        return None
    confidence = family.problem.config.evaluation.confidence
    share = _share(outer.folds)
    tuned, untuned = np.array(outer.tuned), np.array(outer.untuned)
    level = compare(tuned, np.zeros(len(tuned)), test_share=share, confidence=confidence)
    gain = compare(sign * tuned, sign * untuned, test_share=share, confidence=confidence)
    return {
        "folds": len(outer.folds),
        **asdict(level.difference),
        "scores": outer.tuned,
        "gain": _told(gain, gain.p_value),
        "params": outer.params,
    }
