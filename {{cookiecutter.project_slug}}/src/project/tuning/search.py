"""Search by Optuna's ask and tell, so that what comes out depends on the seed and nothing else.

Trials are asked for in batches of a size that is configured. All of a batch are asked for before
the first is told, they are told in the order of their numbers, and a trial is given up only when
all of its batch have the same number of folds. So nothing depends on how many workers there are,
which of them ends first, or how often the search was interrupted: a batch that was cut short is
asked for again, and is the same.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import optuna
import pandas as pd
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from ..config import Config
from ..errors import ConfigError
from ..evaluation.costs import metrics_for
from ..models.folds import Fold
from ..parallel import each
from .config import Pruner, Sampler
from .objective import Piece, Scored, score_fold
from .samplers import distributions, grid, pruner, sampler, trial_count
from .space import Parameters, applied
from .store import Store

optuna.logging.set_verbosity(optuna.logging.ERROR)
FOLDS = "folds"  # the attribute of a trial with its scores and times
Direction = Literal["minimize", "maximize"]


@dataclass(frozen=True)
class Problem:
    """One search: a model, what is searched of it, and the rows and folds to score it on."""

    name: str
    config: Config
    space: Parameters
    rows: pd.DataFrame
    folds: list[Fold]

    @property
    def direction(self) -> Direction:
        """Optuna's word for the direction of the first metric."""
        first = metrics_for(self.config)[0]
        return "maximize" if first.higher_is_better else "minimize"

    @property
    def size(self) -> int:
        """How many trials there are to be, where time does not end it sooner."""
        return trial_count(self.config.tuning, self.space)


def search(problem: Problem, store: Store, done: Callable[[int], None]) -> list[FrozenTrial]:
    """Search until the budget is spent, from wherever an earlier call had come to.

    Parameters
    ----------
    problem
        What is searched.
    store
        Where trials are kept after each batch.
    done
        Called with the number of trials that are newly known.

    Returns
    -------
    list of optuna.trial.FrozenTrial
        All trials, by number.

    Raises
    ------
    ConfigError
        When the estimator refuses a value of its space.
    """
    tuning, seed, size = problem.config.tuning, problem.config.seed, problem.size
    kept = store.trials(problem.name, problem.direction)
    study = optuna.create_study(direction=problem.direction, pruner=pruner(tuning))
    # Only whole batches are built upon; what an interrupted one had left is not written again.
    whole = len(kept) if len(kept) >= size else len(kept) // tuning.batch * tuning.batch
    study.add_trials(kept[:whole])
    done(whole)
    points = grid(tuning, problem.space, seed) if tuning.sampler is Sampler.grid else None
    while whole < size and not _spent(study, tuning.budget_s):
        start = time.perf_counter()
        study.sampler = sampler(tuning, seed, whole)
        upto = min(whole + tuning.batch, size)
        for point in points[whole:upto] if points else []:
            study.enqueue_trial(point)
        fixed = distributions(problem.space)
        batch = [study.ask(fixed) for _ in range(whole, upto)]
        _evaluate(problem, study, batch, start)
        store.keep(problem.name, study.get_trials(deepcopy=False)[max(whole, len(kept)) :])
        done(upto - whole)
        whole = upto
    return study.get_trials(deepcopy=False)


def score(problem: Problem, values: dict[str, Any]) -> list[float]:
    """Score one set of values on every fold."""
    config = applied(problem.config, values)
    pieces = [Piece(config, problem.rows, fold) for fold in problem.folds]
    return [one.score for one in each(score_fold, pieces, config.compute)]


def _spent(study: Study, budget_s: float | None) -> bool:
    trials = study.get_trials(deepcopy=False)
    used = sum(trial.user_attrs[FOLDS]["batch_s"] for trial in trials)
    return budget_s is not None and used >= budget_s


def _evaluate(problem: Problem, study: Study, batch: list[Trial], start: float) -> None:
    """Score a batch rung by rung and tell what came out, in the order of the trials."""
    configs = [applied(problem.config, trial.params) for trial in batch]
    found: list[list[Scored]] = [[] for _ in batch]
    alive = list(range(len(batch)))
    # Without a pruner there is one rung of all folds, which keeps all workers busy.
    every = problem.config.tuning.pruner is Pruner.none
    rungs = [problem.folds] if every else [[fold] for fold in problem.folds]
    for number, rung in enumerate(rungs, 1):
        pieces = [(i, Piece(configs[i], problem.rows, fold)) for i in alive for fold in rung]
        for (i, _), scored in zip(pieces, _scored(problem, batch, pieces), strict=True):
            found[i].append(scored)
        if number < len(rungs):
            alive = _survivors(batch, found, alive)
    for i, trial in enumerate(batch):
        last = i == len(batch) - 1
        _note(trial, found[i], time.perf_counter() - start if last else 0.0)
        value = _mean(found[i])
        if not math.isfinite(value):
            study.tell(trial, state=TrialState.FAIL)
        elif i in alive:
            study.tell(trial, value)
        else:
            study.tell(trial, state=TrialState.PRUNED)


def _scored(problem: Problem, batch: list[Trial], pieces: list[tuple[int, Piece]]) -> list[Scored]:
    results = each(score_fold, [piece for _, piece in pieces], problem.config.compute)
    scored: list[Scored] = []
    try:
        scored.extend(results)
    except ConfigError as error:
        # Several workers may fail at once; the space is what they have in common.
        which = "; ".join(_written(batch[i].params) for i in sorted({i for i, _ in pieces}))
        model = problem.config.model.name
        raise ConfigError(
            f"conf/tuning/space/{model}.yaml lets the search try what the estimator refuses "
            f"({str(error).partition(': ')[2]}); correct its range; tried were {which}"
        ) from None
    return scored


def _written(values: dict[str, Any]) -> str:
    return " ".join(f"{key.split('.', 2)[2]}={value}" for key, value in values.items())


def _survivors(batch: list[Trial], found: list[list[Scored]], alive: list[int]) -> list[int]:
    """Report what is known of each trial, and only then ask which are to go on."""
    for i in alive:
        value = _mean(found[i])
        if math.isfinite(value):
            batch[i].report(value, len(found[i]))
    return [i for i in alive if math.isfinite(_mean(found[i])) and not batch[i].should_prune()]


def _mean(scored: list[Scored]) -> float:
    return sum(one.score for one in scored) / len(scored)


def _note(trial: Trial, scored: list[Scored], batch_s: float) -> None:
    """Keep what the folds gave; in one attribute, since each costs a trial time in SQLite."""
    folds = {
        "scores": [one.score for one in scored],
        "seconds": [one.seconds for one in scored],
        "warnings": sum(one.warnings for one in scored),
        "batch_s": batch_s,  # of the whole batch, beside its last trial
    }
    trial.set_user_attr(FOLDS, folds)
