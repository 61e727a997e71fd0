"""What `make bench` measures of the debugging checklist."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_run import called, set_data

ROWS = 100_000
# Makes a table of that many rows, whose target follows some of its columns.
TABLE = f"""
import numpy as np, pandas as pd
draw = np.random.default_rng(0)
x = draw.normal(size=({ROWS}, 10)).round(4)
frame = pd.DataFrame(x, columns=[f"x{{i}}" for i in range(10)])
frame["colour"] = draw.choice(list("abcd"), {ROWS})
kind = x[:, 0] + x[:, 1] * (frame["colour"] == "a") + draw.logistic(size={ROWS}) > 0
frame["kind"] = np.where(kind, "yes", "no")
frame.to_csv("data/sample/large.csv", index=False)
"""
# Goes through the list, and prints the most memory that it or a process of its had.
PEAK = """
import json, resource, runpy, sys, time
sys.argv, start = ["check"], time.perf_counter()
try:
    runpy.run_module("project.check", run_name="__main__")
except SystemExit as ended:
    if ended.code not in (None, 0, 1):  # 1 is a check's verdict
        raise
whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
peak = sum(resource.getrusage(who).ru_maxrss for who in whose)
print(json.dumps({"s": time.perf_counter() - start, "mb": peak / 1000}))
"""


def measure(
    project: Path, fresh: Path, median: Callable[[Callable[[int], object]], float]
) -> dict[str, Any]:
    """Measure the whole list on the bundled table, and on many rows.

    Parameters
    ----------
    project
        One that has trained.
    fresh
        Another, whose table becomes a large one.
    median
        Returns the median seconds of an action that is called with 0, 1, 2 and so on.
    """
    seconds = median(lambda _: called("make", "check", cwd=project))
    called("./scripts/container.sh", "python", "-c", TABLE, cwd=fresh)
    set_data(fresh, source="data/sample/large.csv", target="kind")
    called("make", "data", cwd=fresh)
    said = called("./scripts/container.sh", "python", "-c", PEAK, cwd=fresh)
    large = json.loads(said.splitlines()[-1])
    return {"check_s": seconds, "check_large_s": large["s"], "check_large_mb": large["mb"]}


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    return (
        f"| `make check` on the bundled table | {found['check_s']:.1f} s, "
        f"{found['check_s'] / found['train_new_seed_s']:.1f} × training | 60 s, 12 × |\n"
        f"| the same on {ROWS:,} rows, a part of them drawn | {found['check_large_s']:.0f} s, "
        f"{found['check_large_mb']:.0f} MB | 300 s, 2000 MB |\n"
    )
