"""Open a run again: its configuration, its fitted model, and the rows that it was made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf

from .config import Config, validate
from .data import cached
from .errors import DataError
from .manifest import check_files, checksum_of, load_manifest
from .paths import Paths
from .runs import CONFIG, one_run


@dataclass(frozen=True)
class _Version(Paths):
    """The project as it was for a run: its tables are those that the run read."""

    tables: tuple[Path, Path]

    @property
    def validated(self) -> Path:
        return self.tables[0]

    @property
    def split(self) -> Path:
        return self.tables[1]


@dataclass(frozen=True)
class Recorded:
    """A run as it was made.

    Attributes
    ----------
    folder
        The run's.
    manifest, config
        What it recorded, and the configuration that it was made with.
    paths
        Where its rows can be read, here or in DVC's cache.
    """

    folder: Path
    manifest: dict[str, Any]
    config: Config
    paths: Paths


def open_run(wanted: str, paths: Paths) -> Recorded:
    """Find what a run was made of; its model is read by `models.store.load_model`.

    Parameters
    ----------
    wanted
        "latest", a run's id or the beginning of one.
    paths
        The project.

    Raises
    ------
    RunError
        When there is no such run, it was edited, or rows of it were forgotten.
    DataError
        When the rows that it was made of are neither in data/ nor in DVC's cache.
    """
    return reopen(one_run(wanted, paths), paths)


def reopen(folder: Path, paths: Paths) -> Recorded:
    """Find what the run in a folder was made of; a promoted one has a folder of its own.

    Raises
    ------
    RunError, DataError
        As `open_run` does.
    """
    manifest = load_manifest(folder)
    check_files(folder, manifest)
    validated, split = (_table(file, manifest, folder, paths) for file in paths.trained_on)
    return Recorded(folder, manifest, read_config(folder), _Version(paths.root, (validated, split)))


def read_config(folder: Path) -> Config:
    """Read the configuration that the run in a folder was made with."""
    text = (folder / CONFIG).read_text(encoding="utf-8")
    return validate(OmegaConf.create(dict(yaml.safe_load(text))))


def _table(file: Path, manifest: dict[str, Any], folder: Path, paths: Paths) -> Path:
    name = file.relative_to(paths.root).as_posix()
    checksum = checksum_of(name, folder, manifest)
    if file.exists() and cached.checksum_of(file) == checksum:
        return file
    kept = cached.present(checksum, paths)
    if kept is None:
        raise DataError(
            f"run {folder.name} was made of {name} with the checksum {checksum}, which is neither "
            "in data/ nor in DVC's cache: bring it by `make pull`, or train again"
        )
    return kept
