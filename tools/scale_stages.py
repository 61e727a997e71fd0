"""Take the data stages through tables of growing length, beside a bare conversion of the same file.

Runs in a project's container, in the project's root: python scale_stages.py 1000000 3000000
Prints JSON: for each length the seconds and the peak memory (MB) of every step, each a process.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path("data/source/scale.csv")
BATCH = 100_000
BARE = """
import sys, pyarrow.csv as csv, pyarrow.parquet as parquet
reader = csv.open_csv(sys.argv[1])
with parquet.ParquetWriter(sys.argv[2], reader.schema) as writer:
    for batch in reader:
        writer.write_batch(batch)
"""
STEPS = {
    "bare": [sys.executable, "-c", BARE, str(SOURCE), "data/bare.parquet"],
    "schema": [sys.executable, "-m", "project.data.infer"],
    "ingest": [sys.executable, "-m", "project.data.ingest"],
    "validate": [sys.executable, "-m", "project.data.validate"],
    "split": [sys.executable, "-m", "project.data.split"],
    "stages": [sys.executable, "-m", "project.data.stages"],
}


def write_table(rows: int) -> None:
    """Write a CSV of 20 columns: numbers, whole numbers, categories, a time, a text, a class."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pacsv

    draw = np.random.default_rng(0)
    SOURCE.parent.mkdir(parents=True, exist_ok=True)
    names = np.array(["red", "green", "blue", "a longer name", ""])
    writer = None
    for start in range(0, rows, BATCH):
        size = min(BATCH, rows - start)
        columns: dict[str, object] = {"row_id": [f"r{i}" for i in range(start, start + size)]}
        columns |= {f"number_{i}": draw.normal(size=size).round(4) for i in range(8)}
        columns |= {f"count_{i}": draw.integers(0, 1000, size) for i in range(4)}
        columns |= {f"category_{i}": names[draw.integers(0, 5, size)] for i in range(4)}
        moments = np.datetime64("2020-01-01T00:00:00") + draw.integers(0, 10**8, size)
        columns["moment"] = np.datetime_as_string(moments)
        columns["note"] = [f"note {n}" for n in draw.integers(0, 10**6, size)]
        columns["target"] = names[draw.integers(0, 3, size)]
        batch = pa.RecordBatch.from_pydict(columns)
        writer = writer or pacsv.CSVWriter(SOURCE, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()


def measured(command: list[str]) -> dict[str, float]:
    """Run a command, and return its seconds and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"error: {command} failed")
    return {"s": time.perf_counter() - start, "peak_mb": usage.ru_maxrss / 1000}


def main() -> None:
    """Measure every length that was asked for."""
    if sys.argv[1] == "--write":
        write_table(int(sys.argv[2]))
        return
    found: dict[int, dict[str, object]] = {}
    for rows in map(int, sys.argv[1:]):
        # A process of its own: children are charged with the memory of who starts them.
        subprocess.run([sys.executable, __file__, "--write", str(rows)], check=True)
        Path("conf/schema.yaml").unlink(missing_ok=True)
        steps = {name: measured(command) for name, command in STEPS.items()}
        found[rows] = {"csv_mb": SOURCE.stat().st_size / 1e6, "steps": steps}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
