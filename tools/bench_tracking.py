"""Measure what tracking adds to a run: seconds over none, and milliseconds for each step.

Called by bench.py. Inside one process: the tracker fed with a run's record, against its own library
called bare with as many steps; Weights & Biases offline.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_run import called

PROBE = """
import json, sys, tempfile, time
from pathlib import Path
import pandas as pd
import wandb
from project.tracking import base, record
from project.tracking.config import Mode, Tracking

config = Tracking(["wandb"], Mode.offline, 10.0, 0, "bench", "")
def ours(root, count):
    values = [1.0 / (n + 1) for n in range(count)]
    steps = {"iteration": pd.DataFrame({"iteration": range(count), "curve/x": values})}
    entry = record.Record("r", "r", "", "finished", {"seed": 1}, {}, {"a": 1.0}, steps)
    base.track(entry, config, root)
def bare(root, count):
    quiet = wandb.Settings(silent=True, console="off", disable_git=True, disable_code=True)
    with wandb.init(project="bench", mode="offline", dir=root, settings=quiet) as run:
        run.config.update({"seed": 1}); run.log({"a": 1.0})
        for n in range(count):
            run.log({"iteration": n, "curve/x": 1.0 / (n + 1)})
def seconds(what, root, count):
    start = time.perf_counter()
    what(root, count)
    return time.perf_counter() - start
with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    base.load_tool("wandb", config, root)
    bare(root, 1)
    found = {"few": [], "many": [], "bare_few": [], "bare_many": []}
    for turn in range(5):
        for name, what in (("", ours), ("bare_", bare)):
            found[name + "few"].append(seconds(what, root, 1))
            found[name + "many"].append(seconds(what, root, 1001))
    print(json.dumps({name: sorted(values)[2] for name, values in found.items()}))
"""


PYTHON = ("./scripts/container.sh", "python")


def measure(project: Path, median: Callable[[Callable[[int], object]], float]) -> dict[str, Any]:
    """Measure in a project that has been trained; return figures by name."""

    def train(tracking: str, first: int) -> float:
        return median(
            lambda turn: called(
                *(*PYTHON, "-m", "project.train", f"tracking={tracking}", f"seed={first + turn}"),
                cwd=project,
            )
        )

    probe = json.loads(called(*PYTHON, "-c", PROBE, cwd=project).splitlines()[-1])
    step = (probe["many"] - probe["few"] - probe["bare_many"] + probe["bare_few"]) / 1000
    return {
        "wandb_offline_adds_s": train("offline", 3000) - train("disabled", 4000),
        "wandb_over_bare_s": probe["few"] - probe["bare_few"],
        "wandb_step_over_bare_ms": 1000 * step,
    }


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out in Markdown."""
    return (
        f"| W&B offline adds to a run, import and all | {found['wandb_offline_adds_s']:.2f} s | |\n"
        f"| recording, beyond the library called bare | {found['wandb_over_bare_s']:.2f} s "
        "| 1.5 s |\n"
        f"| a logged step, beyond the library's own | {found['wandb_step_over_bare_ms']:.3f} ms "
        "| 2 ms |\n"
    )
