"""Poor implementation: results that another run would not give."""

import os
import pickle
import subprocess
import sys

import numpy as np
from scipy import stats

from ..models.training import fit
from .case import Case, losses_by_row
from .result import CheckResult, Failure, decided, weighed

FAILURE = Failure.implementation
_ROUNDING = 1e-6  # share of the loss: sums in another order


def repeats_with_its_seed(case: Case) -> CheckResult:
    """Fit in two processes with two seeds of hashing: model and predictions stay the same."""
    fresh = Case(case.config, case.paths)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "project.checks.again"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    said = [process.communicate(pickle.dumps(fresh))[0].decode().split() for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("a process that fits once more has failed, as told above")
    moved = [
        name for name, one, two in zip(("model", "predictions"), *said, strict=True) if one != two
    ]
    return decided(
        bool(moved),
        f"{' and '.join(moved)} moved" if moved else f"fingerprint {said[0][0][:12]} both times",
        causes=(
            "an estimator or a draw without the seed (`random_state: ${seed}` in conf/model/)",
            "a result that follows the order of a set or of files",
        ),
        next_step="`make lint` names draws without a seed; `make determinism` what moves bits",
    )


def does_not_hang_on_the_order_of_rows(case: Case) -> CheckResult:
    """Fit on the same rows in another order: the loss must stay within what chance gives."""
    order = case.random("fit order").permutation(len(case.train))
    other = fit(case.config, case.train.iloc[order])
    before = losses_by_row(case.predict(case.valid))
    after = losses_by_row(case.predict(case.valid, other.pipeline))
    moved = after - before
    if np.abs(moved).max() <= _ROUNDING * max(float(before.mean()), _ROUNDING):
        return weighed(1.0, "the loss of each row stays the same", causes=(), next_step="")
    p_value = float(stats.ttest_1samp(moved, 0.0).pvalue)
    return weighed(
        p_value,
        f"mean loss {before.mean():.4g} in the table's order, {after.mean():.4g} in another, "
        f"p {p_value:.2g}",
        causes=("rows are sorted, and the model takes them in turn without shuffling them",),
        next_step="let the estimator shuffle (`shuffle: true`), or shuffle the rows with the seed",
    )
