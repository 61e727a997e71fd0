"""A study: every searched model with the same budget, on the same folds."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from ..config import Config
from ..errors import ConfigError
from ..models.folds import Fold, configured, cut
from ..parallel import each
from ..paths import Paths
from ..provenance import canonical_hash, inputs, plain
from .known import defaults
from .objective import Piece, score_fold
from .samplers import check_sampler
from .search import Problem, score, search
from .space import Parameters, applied, load_space
from .store import Store


@dataclass(frozen=True)
class Outer:
    """What a search within each outer fold gave on the rows that it had not seen.

    Attributes
    ----------
    folds
        The outer ones.
    tuned, untuned
        Scores of the best trial of each search, and of the model as shipped; one for each fold.
    params
        Of those best trials.
    """

    folds: list[Fold]
    tuned: list[float]
    untuned: list[float]
    params: list[dict[str, Any]]


@dataclass(frozen=True)
class Family:
    """One searched model.

    Attributes
    ----------
    problem, trials
        What was searched, and all its trials by number.
    best
        The first of the best trials that have all their folds.
    shipped, shipped_scores
        The searched parameters when nothing is tuned, and the scores with them, fold by fold.
    outer
        None without tuning.outer_folds.
    """

    problem: Problem
    trials: list[FrozenTrial]
    best: FrozenTrial
    shipped: dict[str, Any]
    shipped_scores: list[float]
    outer: Outer | None


@dataclass(frozen=True)
class Entry:
    """A model that is to be searched, after all that could be refused was looked at."""

    config: Config
    space: Parameters
    shipped: dict[str, Any]


def enter(config: Config, paths: Paths) -> Entry:
    """Read a model's space, and refuse what can't be searched before anything is.

    Raises
    ------
    ConfigError
        As `load_space`, `defaults` and `check_sampler` do.
    """
    space = load_space(config, paths)
    check_sampler(config.tuning, space, config.model.name)
    return Entry(config, space, defaults(config, space, paths))


def study_id(entries: list[Entry], checksums: dict[str, str], paths: Paths) -> str:
    """Name a study by what its result follows from, as a run is named.

    That is all that goes into a run of each model, the spaces, and the search with its budget.
    """
    first = inputs(entries[0].config, checksums, paths)
    models = [
        {
            "model": inputs(entry.config, checksums, paths)["config"]["model"],
            "space": {key: plain_parameter(entry, key) for key in entry.space},
        }
        for entry in entries
    ]
    tuning = plain(entries[0].config)["tuning"]
    return canonical_hash({"inputs": first, "models": models, "tuning": tuning})[:12]


def plain_parameter(entry: Entry, key: str) -> dict[str, Any]:
    """Return a parameter of a space as plain values."""
    tree = asdict(entry.space[key])
    tree["natural"] = sorted(side.value for side in entry.space[key].natural)
    return tree | {"type": entry.space[key].type.value}


def problem(entry: Entry, name: str, rows: pd.DataFrame, along: np.ndarray | None) -> Problem:
    """Cut rows into the folds that every trial is scored on."""
    config = entry.config
    return Problem(name, config, entry.space, rows, configured(config, rows, along))


def study(
    entry: Entry,
    store: Store,
    rows: pd.DataFrame,
    along: np.ndarray | None,
    done: Callable[[int], None],
) -> Family:
    """Search one model, and within each outer fold once more if that is wanted.

    Raises
    ------
    ConfigError
        When the estimator refuses a value, or no trial came to an end.
    """
    name = entry.config.model.name
    whole = problem(entry, name, rows, along)
    trials = search(whole, store, done)
    shipped = store.noted(name, "shipped")
    if shipped is None:
        shipped = score(whole, {})
        store.note(name, "shipped", shipped)
    outer = _outer(entry, store, rows, along, done) if entry.config.tuning.outer_folds else None
    return Family(whole, trials, best_of(whole, trials), entry.shipped, shipped, outer)


def best_of(problem: Problem, trials: list[FrozenTrial]) -> FrozenTrial:
    """Return the best trial that has all its folds; of equals the first.

    Raises
    ------
    ConfigError
        When there is none.
    """
    sign = 1 if problem.direction == "maximize" else -1
    ended = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    if not ended:
        raise ConfigError(
            f"no trial of {problem.name} came to a finite score: narrow its range in "
            f"conf/tuning/space/{problem.config.model.name}.yaml"
        )
    return max(ended, key=lambda trial: (sign * (trial.value or 0.0), -trial.number))


def _outer(
    entry: Entry,
    store: Store,
    rows: pd.DataFrame,
    along: np.ndarray | None,
    done: Callable[[int], None],
) -> Outer:
    config = entry.config
    count, seed = config.tuning.outer_folds, config.seed
    folds = cut(rows, config.data, along, count=count, repeats=1, seed=seed)
    chosen = []
    for number, fold in enumerate(folds, 1):
        name = f"{config.model.name}, outer fold {number}"
        part = None if along is None else along[fold.train]
        within = problem(entry, name, rows.iloc[fold.train], part)
        chosen.append(best_of(within, search(within, store, done)).params)
    untouched: list[dict[str, Any]] = [{} for _ in folds]
    pieces = [
        Piece(applied(config, params), rows, fold)
        for some in (chosen, untouched)
        for params, fold in zip(some, folds, strict=True)
    ]
    scores = [one.score for one in each(score_fold, pieces, config.compute)]
    return Outer(folds, scores[: len(folds)], scores[len(folds) :], chosen)
