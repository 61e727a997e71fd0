"""What `make bench` measures of the search for hyperparameters."""

import json
from pathlib import Path
from typing import Any

from bench_run import called

SCRIPT = Path(__file__).with_name("tune_cost.py")


def measure(project: Path) -> dict[str, Any]:
    """Time the searches of a project whose data is there.

    Returns
    -------
    dict
        `tune_ms`: milliseconds per trial outside of the objective, of `make tune` and of a bare
        Optuna loop in memory and in SQLite.
    """
    (project / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    command = ("./scripts/container.sh", "env", "OMP_NUM_THREADS=1", "python", SCRIPT.name)
    said = called(*command, "60", "5", cwd=project)
    return {"tune_ms": json.loads(said.splitlines()[-1])}


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    cost = found["tune_ms"]
    return (
        f"| `make tune`, per trial outside of the objective | {cost['ours']:.1f} ms; a bare Optuna "
        f"loop {cost['bare']:.1f} ms in memory, {cost['bare_sqlite']:.1f} ms in SQLite | |\n"
        f"| its overhead over the bare loop in memory | {cost['ours'] - cost['bare']:.1f} ms | "
        "10 ms |\n"
    )
