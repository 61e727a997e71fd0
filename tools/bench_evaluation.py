"""What `make bench` measures of evaluation, on many rows."""

import json
from pathlib import Path
from typing import Any

from bench_run import called, set_data

SCRIPT = Path(__file__).with_name("evaluation_cost.py")
ROWS = 200_000  # half of which are for validation
MODELS = ("logistic", "boosting")


def measure(project: Path) -> dict[str, Any]:
    """Train and evaluate in a fresh project, on a table of 20 features.

    Returns
    -------
    dict
        `evaluation`: for each model the seconds of evaluating 100,000 rows, from the start of the
        process to its end, those of the processors, and the most megabytes that were held.
    """
    (project / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    called("./scripts/container.sh", "python", SCRIPT.name, "table", str(ROWS), cwd=project)
    split = "{valid: 0.5, test: 0.1, method: hash, seed: 0}"
    set_data(project, source="data/source/large.csv", target="target", split=split)
    found = {}
    for model in MODELS:
        called("make", "train", f"ARGS=model={model} tracking=disabled", cwd=project)
        out = called("./scripts/container.sh", "python", SCRIPT.name, "evaluate", cwd=project)
        found[model] = json.loads(out.splitlines()[-1])
    return {"evaluation": found}


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    return "".join(
        f"| evaluating {model} on 100,000 rows of 20 columns | {one['s']:.0f} s "
        f"({one['processor_s']:.0f} s of processors), {one['peak_mb']:.0f} MB | 60 s, 2000 MB |\n"
        for model, one in found["evaluation"].items()
    )
