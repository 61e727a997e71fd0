"""Time what a search adds to its objective, beside a bare Optuna loop; in a project's container.

python tune_cost.py TRIALS ROUNDS

Both loops take the same objective in the same process, on the bundled table. What is counted is all
the time outside of the objective: drawing, bookkeeping, SQLite. The last line printed is JSON.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, "src")

import optuna
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from project.config import Config, validate
from project.data.load import load
from project.data.stages import ensure
from project.models.folds import cut
from project.paths import PROJECT
from project.tuning.objective import Piece, score_fold
from project.tuning.search import FOLDS, Problem, search
from project.tuning.space import applied
from project.tuning.store import Store
from project.tuning.study import enter

optuna.logging.set_verbosity(optuna.logging.ERROR)


def configured(trials: int) -> Config:
    """Compose the shipped configuration for one worker and no pruner."""
    chosen = [f"tuning.trials={trials}", "tuning.pruner=none", "compute.workers=1"]
    with initialize_config_dir(str(PROJECT.conf), version_base="1.3"):
        tree = compose("config", chosen)
    OmegaConf.resolve(tree)
    config = validate(tree)
    config.data = ensure(PROJECT)
    return config


def quiet(_: int) -> None:
    """Show nothing."""


def ours(problem: Problem) -> float:
    """Return the seconds outside of the objective of one search."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        start = time.perf_counter()
        trials = search(problem, store, quiet)
        whole = time.perf_counter() - start
    return whole - sum(sum(trial.user_attrs[FOLDS]["seconds"]) for trial in trials)


def bare(problem: Problem, storage: str | None) -> float:
    """Return the same of Optuna's own loop."""
    inside = 0.0

    def objective(trial: optuna.Trial) -> float:
        nonlocal inside
        values = {
            key: trial.suggest_float(key, one.low, one.high, log=one.log)
            if one.type.value == "float"
            else trial.suggest_int(key, int(one.low), int(one.high), log=one.log)
            for key, one in problem.space.items()
        }
        config = applied(problem.config, values)
        start = time.perf_counter()
        scores = [score_fold(Piece(config, problem.rows, fold)).score for fold in problem.folds]
        inside += time.perf_counter() - start
        return float(sum(scores) / len(scores))

    sampler = optuna.samplers.TPESampler(seed=0)
    start = time.perf_counter()
    study = optuna.create_study(direction=problem.direction, sampler=sampler, storage=storage)
    study.optimize(objective, n_trials=problem.size)
    return time.perf_counter() - start - inside


def main() -> None:
    """Measure both, in turn, and print the medians as milliseconds per trial."""
    trials, rounds = map(int, sys.argv[1:])
    config = configured(trials)
    rows = load(config.data, PROJECT, "train")["train"]
    folds = cut(rows, config.data, None, count=2, repeats=1, seed=0)
    problem = Problem("cost", config, enter(config, PROJECT).space, rows, folds)
    seconds: dict[str, list[float]] = {"ours": [], "bare": [], "bare_sqlite": []}
    for _ in range(rounds):
        seconds["ours"].append(ours(problem))
        seconds["bare"].append(bare(problem, None))
        with tempfile.TemporaryDirectory() as folder:
            seconds["bare_sqlite"].append(bare(problem, f"sqlite:///{folder}/s.db"))
    print(json.dumps({k: 1000 * statistics.median(v) / trials for k, v in seconds.items()}))


if __name__ == "__main__":
    main()
