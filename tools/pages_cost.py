"""Time what figures and the page add to a training, on the last run of the project that this is in.

Copied there and run inside its container by bench_pages.py; prints seconds.
"""

import shutil
import tempfile
import time
from importlib import import_module
from pathlib import Path

import pandas as pd
from project.command import overrides
from project.manifest import load_manifest
from project.paths import PROJECT
from project.report.run_page import illustrate
from project.runs import latest

import_module("sklearn.linear_model")  # a training has it by then
run = latest(PROJECT)
if run is None:
    raise SystemExit("error: train once first")
manifest = load_manifest(run)
with tempfile.TemporaryDirectory() as folder:
    copy = Path(shutil.copytree(run, Path(folder) / run.name))
    shutil.rmtree(copy / "figures")
    pd.read_parquet(copy / "predictions.parquet")
    overrides(manifest)  # the first time imports Hydra, which a training has, too
    start = time.perf_counter()
    illustrate(copy, manifest)
    print(time.perf_counter() - start)
