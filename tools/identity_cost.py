"""Time what naming, describing and fingerprinting a run adds to its training: run in the container.

    python identity_cost.py <model> <rows> <trees or iterations> <times>

Trains in a scratch folder on the project's rows, repeated with noise to as many as are wanted, and
prints as JSON the seconds of the training without those steps and of each of them.
"""

import functools
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from hydra import compose, initialize_config_dir
from project import environment, train
from project.config import validate
from project.data.config import Data, load_data
from project.data.stages import checksums
from project.models import store
from project.paths import PROJECT, Paths
from project.provenance import run_id

SPENT: dict[str, float] = defaultdict(float)


def timed(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the time that a function takes to a step's."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            SPENT[step] += time.perf_counter() - start

    return call


def grow(paths: Paths, rows: int) -> None:
    """Write a table of as many rows as are wanted, made from the project's with noise."""
    table = pd.read_parquet(PROJECT.validated)
    split = pd.read_parquet(PROJECT.split)
    draw = np.random.default_rng(0)
    take = draw.integers(0, len(table), rows) if rows else np.arange(len(table))
    table, split = (frame.iloc[take].reset_index(drop=True) for frame in (table, split))
    if rows:
        for frame in (table, split):
            frame["__row_id__"] = np.arange(1, rows + 1)
        numbers = list(table.select_dtypes("float64"))
        table[numbers] += draw.normal(size=(rows, len(numbers)))
    for frame, file, old in (
        (table, paths.validated, PROJECT.validated),
        (split, paths.split, PROJECT.split),
    ):
        file.parent.mkdir(parents=True)
        frame.to_parquet(file, index=False, schema=pq.read_schema(old))
    paths.conf.mkdir()
    shutil.copyfile(PROJECT.schema, paths.schema)


def once(model: str, size: int, paths: Paths, data: Data) -> dict[str, float]:
    """Train once and return the seconds of each step and of the rest."""
    SPENT.clear()
    key = {"forest": "n_estimators", "boosting": "max_iter"}.get(model)
    more = [f"model.classification.{key}={size}"] if key else []
    with initialize_config_dir(str(PROJECT.conf), version_base="1.3"):
        config = validate(compose("config", [f"model={model}", *more]))
    config.data = data
    start = time.perf_counter()
    into = timed("identity", train.inputs)(config, checksums(PROJECT), PROJECT)
    timed("identity", run_id)(into)
    environment.tell(into, PROJECT)
    train.make(config, {**into, "start": start}, paths)
    whole = time.perf_counter() - start
    return {**SPENT, "training": whole - sum(SPENT.values())}


def main() -> None:
    """Measure the model that the arguments name."""
    model, rows, size, times = sys.argv[1], *map(int, sys.argv[2:])
    train.circumstances = timed("manifest", train.circumstances)
    train.code_patch = timed("manifest", train.code_patch)
    train.write_manifest = timed("manifest", train.write_manifest)
    environment.tell = timed("manifest", environment.tell)
    store.fingerprint = timed("fingerprint", store.fingerprint)
    # Not /tmp, which is memory of the container.
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        paths = Paths(Path(folder))
        grow(paths, rows)
        found = [once(model, size, paths, load_data(PROJECT.data_config)) for _ in range(times)]
    print(json.dumps({step: statistics.median(one[step] for one in found) for step in found[0]}))


main()
