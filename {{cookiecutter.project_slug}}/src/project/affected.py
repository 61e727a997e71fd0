"""Find the runs that were made of some rows, and take the rows out of their folders.

A version of a promoted model is a copy of its run, and loses the same.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from .command import overrides
from .data import rewrite
from .data.cached import manifests
from .data.holdings import Holdings
from .data.schema_file import without_categories
from .files import replacing, sha256
from .manifest import load_manifest
from .paths import Paths
from .runs import (
    FIGURES,
    FORGOTTEN,
    METRICS,
    MODEL,
    PAGE,
    PREDICTIONS,
    SCHEMA,
    read_json,
    write_json,
)


@dataclass
class Affected:
    """A run, or a version of a promoted model, that rows were used for.

    Attributes
    ----------
    folder
        The run's, or the version's.
    ids
        Their row ids in the version that it was made of; None where that version is not here.
    rows
        Split to how many of them its predictions hold.
    stores
        What in its model keeps training rows; the model goes where that may be these.
    categories
        Those in its copy of the schema that name one of these rows alone, by column.
    """

    folder: Path
    ids: np.ndarray | None
    rows: dict[str, int] = field(default_factory=dict)
    stores: list[str] = field(default_factory=list)
    categories: dict[str, set[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The run's id, or the version."""
        return self.folder.name

    @property
    def where(self) -> str:
        """The folder as seen from the project's root."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def promoted(self) -> bool:
        """Whether it is a version of a promoted model."""
        return self.folder.parent.name == "models"

    @property
    def command(self) -> str:
        """What trains the same on the rows that are left."""
        return f'make train ARGS="{" ".join(overrides(load_manifest(self.folder)))}"'


def affected(held: Holdings, paths: Paths) -> list[Affected]:
    """List the runs that rows were used for, and those of which nobody can tell.

    Parameters
    ----------
    held
        The rows, by version of the table.
    paths
        The project.
    """
    from .models.memory import stored_rows, texts

    found = []
    for folder, data in manifests(paths).items():
        sums = (
            data.get(f.relative_to(paths.root).as_posix()) for f in (paths.validated, paths.raw)
        )
        known = [held.of(checksum, paths) for checksum in sums if checksum]
        ids = next((ids for ids in known if ids is not None), None)
        if ids is not None and not len(ids):
            continue
        run = Affected(folder, ids)
        if ids is not None and (folder / PREDICTIONS).exists():
            table = pq.read_table(folder / PREDICTIONS, columns=["row_id", "split"])
            hit = np.isin(table.column("row_id").to_numpy(), ids)
            splits = np.array(table.column("split").to_pylist(), dtype=object)[hit]
            run.rows = {split: int((splits == split).sum()) for split in sorted(set(splits))}
        if run.rows.get("train") and (folder / MODEL).exists():
            run.stores = stored_rows(folder / MODEL)
            if not run.stores and held.words & texts(folder / MODEL):
                run.stores = ["a category that only these rows had"]
        found.append(run)
    return found


def erase(run: Affected, paths: Paths) -> None:
    """Take rows out of a run's predictions, and its model away if that keeps training rows.

    What is left tells how many rows went, so that nobody takes the rest for damaged.
    """
    if run.ids is None:
        return
    # The model first: the predictions are what tells that it was trained on the rows.
    if run.stores:
        for copy in model_copies(run, paths):
            copy.unlink()
        (run.folder / MODEL).unlink()
    if run.categories:
        written = (run.folder / SCHEMA).read_text(encoding="utf-8")
        with replacing(run.folder / SCHEMA) as scratch:
            scratch.write_text(without_categories(written, run.categories), encoding="utf-8")
    file = run.folder / PREDICTIONS
    if run.rows:
        for copy in tracked(run, paths):
            copy.unlink()
        # Dots and the worst rows are rows, too; also before the predictions, for the same reason.
        shutil.rmtree(run.folder / FIGURES, ignore_errors=True)
        (run.folder / PAGE).unlink(missing_ok=True)
        with replacing(file) as scratch:
            gone = np.isin(pq.read_table(file, columns=["row_id"]).column(0).to_numpy(), run.ids)
            rewrite.filter_parquet(file, gone, scratch)
    note(run.folder)


def note(folder: Path) -> None:
    """Keep beside a run how many of its rows were taken out, and what its files are since."""
    splits = read_json(folder / METRICS)["splits"]
    before = sum(split["rows"] for split in splits.values())
    left = pq.read_metadata(folder / PREDICTIONS).num_rows
    with replacing(folder / FORGOTTEN) as scratch:
        files = {
            name: sha256(folder / name) for name in (PREDICTIONS, MODEL) if (folder / name).exists()
        }
        write_json({"rows": before - left, "files": files}, scratch)


def model_copies(run: Affected, paths: Paths) -> list[Path]:
    """List the copies of a run's model that wait in wandb/ to be sent, or that trackers keep."""
    return _same([run.folder / MODEL], paths)


def tracked(run: Affected, paths: Paths) -> list[Path]:
    """List what trackers keep of a run's rows: its record in wandb/, tables elsewhere.

    Weights & Biases could not send a record that lacks a table, so that all of it goes.
    """
    record = _files(paths.root / "wandb", f"*run-*-{run.name}/**/*")
    tables = [file for file in record if "media" in file.parts]
    others = [
        file
        for tool in ("mlflow", "sacred")
        for file in _files(paths.root / tool, f"**/rows-{run.name}.csv")
    ]
    return sorted({*record, *others, *_same(tables, paths)})


def _same(wanted: list[Path], paths: Paths) -> list[Path]:
    """List the files of trackers with the contents of some others."""
    sums = {(file.stat().st_size, sha256(file)) for file in wanted}
    sizes = {size for size, _ in sums}
    return [
        file
        for tool in ("wandb", "mlflow", "sacred")
        for file in _files(paths.root / tool, "**/*")
        if file.stat().st_size in sizes and (file.stat().st_size, sha256(file)) in sums
    ]


def _files(folder: Path, pattern: str) -> list[Path]:
    return [file for file in sorted(folder.glob(pattern)) if file.is_file()]


def scratch_runs(paths: Paths) -> list[Path]:
    """List the folders that killed commands left; the caller sees that none is at work."""
    left = [*sorted(paths.runs.glob(".*")), *sorted(paths.models.glob(".v*"))]
    return [folder for folder in left if folder.is_dir()]
