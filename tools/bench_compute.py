"""What `make bench` measures of doing folds by several workers: processes here, and Dask's."""

import json
import shutil
import statistics
from pathlib import Path
from typing import Any

from bench_run import called

SCRIPT = Path(__file__).resolve().parents[1] / "tests" / "cluster_folds.py"
COMPOSE = Path(__file__).with_name("compose.sh")
# Ten folds; each takes a second or more where this machine does nothing else.
FOLDS = ("model=forest", "++model.classification.n_estimators=600")
ROUNDS = 4


def measure(project: Path) -> dict[str, Any]:
    """Measure in a project of its own; the extra dask is built into its image.

    Returns
    -------
    dict
        Seconds of ten folds by one process, by two, and by two of Dask's: of the first round, in
        which workers start, and the median of those that follow; seconds of one fit.
    """
    (project / "requirements" / "extras.txt").write_text("dask\n")
    shutil.copy(SCRIPT, project)
    found = {
        "folds_one": folds(project, "compute.workers=1"),
        "folds_two": folds(project, "compute.workers=2"),
    }
    compose = called(str(COMPOSE), cwd=project).strip()
    called("make", "cluster", "WORKERS=2", cwd=project, COMPOSE=compose)
    try:
        found["folds_dask"] = folds(project, "compute=dask")
    finally:
        called("make", "cluster-down", cwd=project, COMPOSE=compose)
    return found


def folds(project: Path, *overrides: str) -> dict[str, float]:
    """Return the seconds of the first round, the median of the others, and of a fold's fit."""
    command = ("./scripts/container.sh", "env", f"ROUNDS={ROUNDS}", "python", SCRIPT.name)
    said = json.loads(called(*command, *FOLDS, *overrides, cwd=project).splitlines()[-1])
    first, *later = said["seconds"]
    fit = statistics.median(said["fits"])
    return {"first_s": first, "later_s": statistics.median(later), "fit_s": fit}


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    one, two, dask = (found[f"folds_{name}"] for name in ("one", "two", "dask"))
    return (
        f"| ten folds of {one['fit_s']:.1f} s by 2 workers over 1, once they run | "
        f"{one['later_s'] / two['later_s']:.2f} × as fast | 1.8 × |\n"
        f"| the same with the start of the workers | {one['first_s'] / two['first_s']:.2f} × | |\n"
        f"| Dask's 2 workers over 2 processes at the same folds | "
        f"{dask['later_s'] / two['later_s']:.2f} × the time | 1.15 × |\n"
    )
