"""Answer for a large table, and for one row: rows a second, seconds, and memory.

Runs in a project's container, in the project's root, after `make train`:
python serving_cost.py table 1600000    writes a table of as many rows, and one of twice as many
python serving_cost.py batch            sets `make predict` beside bare predict_proba; prints JSON
python serving_cost.py memory           the most that predicting holds, by rows; prints JSON
python serving_cost.py log              a backtest of a log: seconds, memory; prints JSON
python serving_cost.py row              one row of that table, as the service is asked; prints JSON
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path("data/source")
SOURCE, LONG, TWICE = (FOLDER / f"{name}.csv" for name in ("large", "long", "twice"))
ROWS, LOGGED = 400_000, 100_000
TURNS = 5


def write_table(rows: int) -> None:
    """Repeat the rows of the table that was trained on."""
    head, *lines = SOURCE.read_text().splitlines(keepends=True)
    for path, many in ((LONG, rows), (TWICE, 2 * rows)):
        with path.open("w") as file:
            file.write(head)
            for at in range(0, many, len(lines)):
                file.writelines(lines[: many - at])


def opened() -> Any:
    """Open the last run as `make predict` does, with the processor's kernels pinned."""
    from hydra import compose, initialize_config_dir
    from project.compute import pin
    from project.config import validate
    from project.paths import PROJECT
    from project.runs import latest

    with initialize_config_dir(str(PROJECT.conf), version_base="1.3"):
        config = validate(compose("config", []))
    pin(config.compute)
    from project.serving.model import open_model

    return open_model(latest(PROJECT) or PROJECT.runs, config.methods)


def table(model: Any, source: Path) -> Any:
    """Read a table whole."""
    import pyarrow as pa
    from project.data.table import batches

    whole = pa.Table.from_batches(list(batches(source, model.schema.columns)))
    return whole.combine_chunks().slice(0, ROWS)


def batch() -> dict[str, float]:
    """Return rows a second of bare predict_proba in memory, and of predicting file to file."""
    model = opened()
    import pyarrow.csv as pacsv
    import pyarrow.parquet as pq
    from project.serving.batch import predict

    whole = table(model, LONG)
    x = model.frame(whole.to_batches()[0])
    parquet, csv, out = (FOLDER / name for name in ("in.parquet", "in.csv", "out.parquet"))
    pq.write_table(whole, parquet)
    pacsv.write_csv(whole, str(csv))
    ways: dict[str, Callable[[], object]] = {
        "bare": lambda: model.pipeline.predict_proba(x),
        "parquet": lambda: predict(model, parquet, out, "now"),
        "csv": lambda: predict(model, csv, out, "now"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    # In turns, so that a slow moment of the machine falls on all of them.
    for _ in range(TURNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return {f"{name}_rows_s": ROWS / statistics.median(s) for name, s in seconds.items()}


def memory() -> dict[str, float]:
    """Return the most megabytes that predicting the long table holds, and one of twice its rows.

    Both are longer than what the reader of CSVs reads ahead, which is 128 MB.
    """
    out = "reports/out.parquet"
    return {
        f"{name}_mb": run("project.predict", str(source), out, "latest")[1]
        for name, source in (("long", LONG), ("twice", TWICE))
    }


def log() -> dict[str, float]:
    """Return seconds and the most megabytes of a backtest of 100,000 rows in eight periods."""
    import pandas as pd
    from project.paths import PROJECT
    from project.runs import latest

    part, out = FOLDER / "part.csv", "reports/log.parquet"
    with SOURCE.open() as whole, part.open("w") as file:
        file.writelines(next(whole) for _ in range(LOGGED + 1))
    run("project.predict", str(part), out, "latest")
    # As if they had come one by one since the model was made.
    answers = pd.read_parquet(out)
    folder = latest(PROJECT) or PROJECT.runs
    made = json.loads((folder / "manifest.json").read_text())["finished"]
    times = pd.date_range(made, pd.Timestamp.now("UTC"), periods=len(answers))
    answers["log.time"] = times.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    answers.to_parquet(out, index=False)
    seconds, most = run("project.backtest", out, "latest")
    return {"backtest_s": seconds, "backtest_mb": most}


def run(module: str, *arguments: str) -> tuple[float, float]:
    """Run a command of the project; return its seconds, and the most megabytes it held."""
    start = time.perf_counter()
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"error: {module} {' '.join(arguments)} failed")
    return time.perf_counter() - start, used.ru_maxrss * 1024 / 1e6


def row() -> dict[str, Any]:
    """Return a row of the table, and milliseconds of bare predict_proba of it: median and p99."""
    model = opened()
    import numpy as np

    rows = table(model, SOURCE).slice(0, 1).to_batches()[0]
    x = model.frame(rows)
    for _ in range(50):
        model.pipeline.predict_proba(x)
    ms = []
    for _ in range(500):
        start = time.perf_counter()
        model.pipeline.predict_proba(x)
        ms.append((time.perf_counter() - start) * 1000)
    cells = rows.select(model.features).to_pylist()[0]
    return {
        "row": cells,
        "bare_ms": float(np.median(ms)),
        "bare_p99_ms": float(np.quantile(ms, 0.99)),
    }


if __name__ == "__main__":
    if sys.argv[1] == "table":
        write_table(int(sys.argv[2]))
    else:
        print(json.dumps({"batch": batch, "memory": memory, "log": log, "row": row}[sys.argv[1]]()))
