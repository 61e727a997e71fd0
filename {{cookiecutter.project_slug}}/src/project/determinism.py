"""Train every model under every variation that must not matter, and compare the fingerprints.

    make determinism                                   all that this machine can vary
    make determinism MODELS="forest" ONLY="again cores"

scripts/determinism.sh makes a copy of the project for each variation and starts, in its container,

python -m project.determinism plan MODELS ONLY       checks the names, prints the variations to run
python -m project.determinism train VARIATION MODELS -> <variation>.json
python -m project.determinism table FOLDER           <variation>.json -> reports/determinism.*
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from . import errors
from .audit.names import signature
from .data.config import Task
from .errors import ConfigError
from .models.catalog import built_in
from .paths import PROJECT, Paths
from .runs import MANIFEST, read_json, write_json
from .variations import VARIATIONS, unavailable

# The bundled table serves both tasks.
TARGETS = {Task.classification: "sex", Task.regression: "body_mass_g"}
DATA = """# @package data
source: data/sample/penguins.csv
target: {target}
task: {task}
missing_target: drop
split: {{valid: 0.15, test: 0.15, method: hash, seed: 0}}
"""
# A static emulator, where scripts/determinism.sh has found one.
EMULATOR = "qemu"


def plan(models: str, only: str, paths: Paths) -> list[str]:
    """Return the variations to run, in order.

    Parameters
    ----------
    models, only
        Names of models and variations, with blanks between them; empty for all.
    paths
        The project.

    Raises
    ------
    ConfigError
        When a name is none of a model's or a variation's.
    """
    choose(models, built_in(paths), "MODELS")
    chosen = set(choose(only, list(VARIATIONS), "ONLY"))
    chosen |= {VARIATIONS[name].against for name in chosen}
    return [name for name in VARIATIONS if name in chosen]


def choose(wanted: str, known: list[str], where: str) -> list[str]:
    """Return the known names that are wanted, or all of them where none is named."""
    names = wanted.split()
    for name in names:
        if name not in known:
            raise ConfigError(f"{where}: there is no '{name}': choose from {' '.join(known)}")
    return names or known


def train(name: str, models: list[str], paths: Paths) -> dict[str, Any]:
    """Train models under a variation, for both tasks, by the command that the user has.

    Returns
    -------
    dict
        `unavailable`, a reason, where this machine can't vary that; else `cells`: task to model to
        the `outputs` of its run, or to an `error` or why it is `unavailable`.
    """
    reason = unavailable(name)
    if reason:
        return {"unavailable": reason}
    if VARIATIONS[name].one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    shutil.rmtree(paths.runs, ignore_errors=True)
    cells = {}
    for task, target in TARGETS.items():
        text = DATA.format(target=target, task=task.value)
        paths.data_config.write_text(text, encoding="utf-8")
        paths.schema.unlink(missing_ok=True)
        cells[task.value] = _train_task(name, models, task, paths)
    return {"cells": cells}


def _train_task(name: str, models: list[str], task: Task, paths: Paths) -> dict[str, Any]:
    variation = VARIATIONS[name]
    able = [m for m in models if not variation.workers or takes_workers(m, task, paths)]
    cells: dict[str, Any] = {m: {"unavailable": "it has no workers"} for m in models}
    if not able:
        return cells
    overrides = [*variation.overrides, "tracking=disabled", f"model={','.join(able)}"]
    if variation.workers:
        overrides.append(f"++model.{task.value}.n_jobs={variation.workers}")
    program = [sys.executable, "-m", "project.train", "--multirun", *overrides]
    if variation.emulated:
        # The stages start programs of their own, which would leave the emulator: they come first.
        stages = [sys.executable, "-m", "project.data.stages"]
        subprocess.run(stages, capture_output=True, check=True)  # noqa: S603 -- our own words, and no shell
        program = [str(paths.root / EMULATOR), "-cpu", variation.emulated, *program]
    done = subprocess.run(  # noqa: S603 -- our own words, and no shell
        program, env=os.environ | variation.env, capture_output=True, text=True, check=False
    )
    said = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
    cells |= {model: {"error": said[0]} for model in able}
    return cells | {model: run["outputs"] for model, run in _runs(task, paths)}


def takes_workers(model: str, task: Task, paths: Paths) -> bool:
    """Tell whether a model's estimator has an argument `n_jobs`."""
    tree = yaml.safe_load((paths.conf / "model" / f"{model}.yaml").read_text(encoding="utf-8"))
    found = signature(tree[task.value]["_target_"])
    # XGBoost's signature hides it behind others of any name.
    return "n_jobs" in tree[task.value] or (found is not None and "n_jobs" in found.parameters)


def _runs(task: Task, paths: Paths) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(paths.runs.glob(f"*/{MANIFEST}")):
        manifest = read_json(file)
        config = manifest["inputs"]["config"]
        if config["data"]["task"] == task.value:
            yield config["model"]["name"], manifest


def _main() -> None:
    command, *arguments = sys.argv[1:]
    if command == "plan":
        models, only = arguments
        print(*plan(models, only, PROJECT))
    elif command == "train":
        name, models = arguments
        found = train(name, choose(models, built_in(PROJECT), "MODELS"), PROJECT)
        write_json(found, PROJECT.root / f"{name}.json")
    else:
        from .report.determinism import report

        folder = Path(arguments[0])
        files = {name: folder / f"{name}.json" for name in VARIATIONS}
        if not report({n: read_json(f) for n, f in files.items() if f.exists()}, PROJECT.reports):
            sys.exit(1)


if __name__ == "__main__":
    errors.run(_main)
