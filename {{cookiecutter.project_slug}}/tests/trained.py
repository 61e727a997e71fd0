"""Runs of the tiny table, trained once and copied for each test."""

import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from project.data.config import load_data
from project.manifest import load_manifest, write_manifest
from project.paths import Paths
from project.provenance import inputs
from project.runs import MANIFEST
from project.train import make

from .conftest import configure, lay_out

MODELS = ("dummy", "logistic")


def copied(task: str, into: Path) -> list[Path]:
    """Put a run of the zero rule and one of the first real model into a project."""
    folders = []
    for run in _trained(task):
        shutil.copytree(run, into / "runs" / run.name)
        folders.append(into / "runs" / run.name)
    return folders


@functools.cache
def _trained(task: str) -> list[Path]:
    folder = Path(tempfile.mkdtemp())
    paths: Paths = lay_out(folder, task)
    data = load_data(paths.data_config)
    checksums = {"data/split/split.parquet": "0" * 32}
    configs = [configure(data, f"model={name}", "evaluation.resamples=100") for name in MODELS]
    return [make(config, inputs(config, checksums, paths), paths) for config in configs]


def reseal(folder: Path, **changes: Any) -> None:
    """Seal a run whose files or manifest were changed on purpose."""
    content = load_manifest(folder)
    (folder / MANIFEST).unlink()
    write_manifest({**content, **changes}, folder)
