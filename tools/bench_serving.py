"""What `make bench` measures of predicting: tables, and single rows over HTTP."""

import json
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench_run import called, set_data

TOOLS = Path(__file__).parent
ROWS, LONG = 400_000, 1_600_000
RATE, SECONDS, WORKERS = 50, 20, 8  # requests a second, for so long, from so many connections
ENGINE = os.environ.get("ENGINE", "docker").split()
PATIENCE_S = 30


def measure(project: Path) -> dict[str, Any]:
    """Train in a fresh project on a table of 20 features, predict it, and ask the service.

    Returns
    -------
    dict
        `serving`: rows a second, megabytes, and milliseconds.
    """
    for name in ("serving_cost.py", "evaluation_cost.py"):
        (project / name).write_bytes((TOOLS / name).read_bytes())
    inside = ("./scripts/container.sh", "python")
    called(*inside, "evaluation_cost.py", "table", str(ROWS), cwd=project)
    set_data(project, source="data/source/large.csv", target="target")
    called("make", "train", "ARGS=tracking=disabled", cwd=project)
    called(*inside, "serving_cost.py", "table", str(LONG), cwd=project)
    found: dict[str, Any] = {}
    for part in ("batch", "memory", "log", "row"):
        out = called(*inside, "serving_cost.py", part, cwd=project)
        found |= json.loads(out.splitlines()[-1])
    image = called("make", "-s", "release", "RUN=latest", cwd=project).split()[-1]
    return {"serving": found | service(image, found.pop("row"))}


def service(image: str, row: dict[str, Any]) -> dict[str, float]:
    """Run an image on loopback and ask it at a steady rate; milliseconds by the client's clock."""
    run = ("run", "--rm", "--detach", "--publish", "127.0.0.1::8080", image, "serve")
    container = called(*ENGINE, *run, cwd=TOOLS).strip()
    try:
        port = int(called(*ENGINE, "port", container, "8080", cwd=TOOLS).split(":")[-1])
        wait(port)
        steady(port, row, 2)
        ms = sorted(steady(port, row, SECONDS))
    finally:
        called(*ENGINE, "stop", container, cwd=TOOLS)
    return {"p50_ms": statistics.median(ms), "p99_ms": ms[int(len(ms) * 0.99)]}


def wait(port: int) -> None:
    """Wait until a service answers."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ping")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass  # nobody listens yet
        time.sleep(0.1)
    raise SystemExit("error: the service does not answer")


def steady(port: int, row: dict[str, Any], seconds: float) -> list[float]:
    """Ask at a steady rate, whether earlier answers have come or not.

    Returns
    -------
    list of float
        Milliseconds of each request, from when it was due: one that had to wait counts as slow.
    """
    body = json.dumps([row]).encode()
    start, turn = time.perf_counter() + 0.1, iter(range(int(RATE * seconds)))
    lock = threading.Lock()

    def work() -> list[float]:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        found: list[float] = []
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                return found
            due = start + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f"error: the service says {text!r}")
            found.append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(WORKERS) as pool:
        parts = [pool.submit(work) for _ in range(WORKERS)]
    return [ms for part in parts for ms in part.result()]


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    one = found["serving"]
    bare = one["bare_rows_s"]
    # Not in figures of an earlier day.
    backtest = (
        f"| `make backtest` of a log of 100,000 rows | {one['backtest_s']:.0f} s, "
        f"{one['backtest_mb']:.0f} MB | 60 s |\n"
        if "backtest_s" in one
        else ""
    )
    return "".join(
        [
            "| bare `predict_proba` of 400,000 rows of 20 columns in memory "
            f"| {bare:,.0f} rows/s | |\n",
            *(
                f"| `make predict`, {kind} to Parquet, once started | {one[key]:,.0f} rows/s, "
                f"{one[key] / bare:.2f} × bare | 0.7 × |\n"
                for kind, key in (("Parquet", "parquet_rows_s"), ("CSV", "csv_rows_s"))
            ),
            f"| its memory for {LONG:,} rows, and for twice as many | {one['long_mb']:.0f} MB, "
            f"{one['twice_mb']:.0f} MB | the same |\n",
            backtest,
            f"| bare `predict_proba` of one row | {one['bare_ms']:.1f} ms | |\n",
            f"| the service at {RATE} requests/s: median, p99 | {one['p50_ms']:.1f} ms, "
            f"{one['p99_ms']:.1f} ms, {one['p99_ms'] / one['bare_ms']:.1f} × bare | 5 × |\n",
        ]
    )
