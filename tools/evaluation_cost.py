"""Evaluate a run on a large table: seconds, processor time and memory of all its processes.

Runs in a project's container, in the project's root:
python evaluation_cost.py table 200000      writes data/source/large.csv, of 20 features
python evaluation_cost.py evaluate          evaluates the latest run; prints JSON
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path("data/source/large.csv")


def write_table(rows: int) -> None:
    """Write a CSV of 14 quantities, some cells missing, 6 categories, and two classes."""
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(0)
    numbers = draw.normal(size=(rows, 14)).round(4)
    kinds = draw.integers(0, 5, size=(rows, 6))
    score = numbers[:, 0] + np.sin(2 * numbers[:, 1]) + numbers[:, 2] * (kinds[:, 0] - 2)
    numbers[draw.random(numbers.shape) < 0.02] = np.nan
    frame = pd.DataFrame(numbers, columns=[f"x{i}" for i in range(14)])
    for column in range(6):
        frame[f"k{column}"] = np.array(list("abcde"))[kinds[:, column]]
    frame["target"] = np.where(score + draw.logistic(size=rows) > 0, "yes", "no")
    SOURCE.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(SOURCE, index=False)


def measure() -> dict[str, float]:
    """Evaluate, and return the seconds and the most megabytes of all processes together."""
    import psutil

    start, most = time.perf_counter(), 0
    command = [sys.executable, "-m", "project.evaluate", "latest", "valid"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        whole = psutil.Process(process.pid)
        while process.poll() is None:
            held = 0
            try:
                for one in (whole, *whole.children(recursive=True)):
                    held += one.memory_full_info().pss
            except psutil.NoSuchProcess:
                continue  # it ended between two looks
            most = max(most, held)
            time.sleep(0.1)
    if process.returncode:
        raise SystemExit(process.returncode)
    used = os.times()
    return {
        "s": time.perf_counter() - start,
        "processor_s": used.children_user + used.children_system,
        "peak_mb": most / 1e6,
    }


if __name__ == "__main__":
    if sys.argv[1] == "table":
        write_table(int(sys.argv[2]))
    else:
        print(json.dumps(measure()))
