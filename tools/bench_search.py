"""Compare what `make tune` finds with scikit-learn's halving search and FLAML, at equal budgets.

    python tools/bench_search.py [--folds 3] [--trials 10] [--project FOLDER]

Works on tables that packages ship. FLAML gets an environment of its own and the seconds that the
project took; where it can't be installed it is left out, and why is written. Writes
docs/search-quality.md; nothing of it enters a project's image.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from bench_run import ROOT, called, copy_template, render

TOOLS = ROOT / "tools"
PAGE = ROOT / "docs" / "search-quality.md"
# Name, target and task; the first come with scikit-learn, the others with requirements/tables.in.
TABLES = (
    ("breast_cancer", "target", "classification"),
    ("wine", "target", "classification"),
    ("penguins", "sex", "classification"),
    ("hearts", "target", "classification"),
    ("diabetes", "target", "regression"),
    ("chickweight", "weight", "regression"),
)
EXPORT = (
    "from sklearn import datasets\n"
    "for n in ('breast_cancer', 'wine', 'diabetes'):\n"
    "    t = getattr(datasets, f'load_{n}')(as_frame=True).frame\n"
    "    t.to_csv(f'data/source/{n}.csv', index=False)\n"
)
TEST = (
    "import json, sys\n"
    "import numpy as np\n"
    "from project.evaluation.multiple import holm\n"
    "from project.evaluation.paired import compare\n"
    "made = [compare(np.array(a), np.array(b), test_share=s, confidence=0.95)\n"
    "        for a, b, s in json.loads(sys.argv[1])]\n"
    "p = holm([one.p_value for one in made])\n"
    "print(json.dumps([[m.difference.value, q] for m, q in zip(made, p)]))\n"
)


def gather(project: Path) -> None:
    """Put the tables into data/source/ of a project."""
    source = project / "data" / "source"
    source.mkdir(parents=True, exist_ok=True)
    called("./scripts/container.sh", "python", "-c", EXPORT, cwd=project)
    (source / "penguins.csv").write_bytes((project / "data/sample/penguins.csv").read_bytes())
    for name in ("hearts", "chickweight"):
        archive = distribution("scikit-lego").locate_file(f"sklego/data/{name}.zip")
        with zipfile.ZipFile(str(archive)) as held:
            (source / f"{name}.csv").write_bytes(held.read(held.namelist()[0]))


def flaml(folder: Path) -> tuple[str, str]:
    """Install FLAML into an environment of its own; return its Python, or why there is none."""
    python = folder / "flaml" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder / "flaml"], check=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "flaml[automl]"],
        check=False,
        capture_output=True,
        text=True,
    )
    return ("", done.stderr.strip().splitlines()[-1]) if done.returncode else (str(python), "")


def tested(project: Path, pairs: list[Any]) -> list[Any]:
    """Test scores against others by the project's own tests: gain and corrected p-value of each."""
    out = called("./scripts/container.sh", "python", "-c", TEST, json.dumps(pairs), cwd=project)
    found: list[Any] = json.loads(out.splitlines()[-1])
    return found


def measure(project: Path, python: str, folds: int, trials: int) -> dict[str, Any]:
    """Tune on every table, by all three."""
    gather(project)
    (project / "search_quality.py").write_bytes((TOOLS / "search_quality.py").read_bytes())
    found = {}
    for name, target, task in TABLES:
        start = time.perf_counter()
        table = (f"data/source/{name}.csv", target, task)
        inside = ("./scripts/container.sh", "env", "OMP_NUM_THREADS=1", "python")
        command = (*inside, "search_quality.py", *table, str(folds), str(trials))
        each = called(*command, cwd=project).splitlines()[-1]
        entry: dict[str, Any] = {"task": task, "folds": json.loads(each)}
        if python:
            outside = (python, str(TOOLS / "flaml_quality.py"), *table)
            entry["flaml"] = json.loads(called(*outside, cwd=project, given=each).splitlines()[-1])
        found[name] = entry
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return found


def page(found: dict[str, Any], why: str, folds: int, trials: int, project: Path) -> str:
    """Lay the scores out, with the test against the better of the two others."""
    lines, pairs = [], []
    for name, entry in found.items():
        sign = 1 if entry["task"] == "classification" else -1
        ours = [sign * fold["ours"] for fold in entry["folds"]]
        others = {"halving": [sign * fold["halving"] for fold in entry["folds"]]}
        others |= {"FLAML": [sign * one for one in entry["flaml"]]} if "flaml" in entry else {}
        best = max(others, key=lambda one: statistics.mean(others[one]))
        pairs.append([ours, others[best], 1 / (folds - 1)])
        seconds = [sum(f[f"{k}_s"] for f in entry["folds"]) / folds for k in ("ours", "halving")]
        means = [statistics.mean(s) * sign for s in (ours, *others.values())]
        means += [] if "flaml" in entry else [math.nan]
        metric = "accuracy ↑" if sign == 1 else "MAE ↓"
        lines.append(([f"{name}, {metric}", *(f"{m:.4g}" for m in means)], best, seconds))
    rows = ""
    for (cells, best, seconds), (gain, p) in zip(lines, tested(project, pairs), strict=True):
        says = "no difference shown" if p >= 0.05 else "better" if gain > 0 else "worse"
        spent = f"{seconds[0]:.1f}, {seconds[1]:.1f}"
        rows += f"| {' | '.join(cells)} | {gain:+.3g} over {best} | {p:.2g} | {says} | {spent} |\n"
    lacking = f"\nFLAML could not be installed: {why}\n" if why else ""
    return f"""# What a search finds

Written by `python tools/bench_search.py`: {folds} outer folds, {trials} trials for each of two
models (a linear one and boosting). scikit-learn's `HalvingRandomSearchCV` searches the same spaces
and fits as many rows; FLAML gets the seconds that `make tune` took, and its own models. Scores are
means over the outer folds, which no search has seen. The test is of `make tune` against the better
of the two others (Nadeau and Bengio), corrected by Holm. With so few folds a small difference can't
be told: "no difference shown" is not "none".
{lacking}
| table | `make tune` | halving | FLAML | gain over the better | p | says | s: tune, halving |
| --- | --- | --- | --- | --- | --- | --- | --- |
{rows}"""


def main() -> None:
    """Measure, and write the page."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--folds", type=int, default=3)
    asked.add_argument("--trials", type=int, default=10)
    asked.add_argument("--project", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        project = given.project
        if project is None:
            project = render(copy_template(Path(scratch)), Path(scratch) / "out")
        python, why = flaml(Path(scratch))
        found = measure(project, python, given.folds, given.trials)
        text = page(found, why, given.folds, given.trials, project)
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
