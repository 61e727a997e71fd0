"""Where everything lies. The only place in the code that spells a path."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """Name the files of a project below its root folder."""

    root: Path

    @property
    def conf(self) -> Path:
        """The Hydra configuration."""
        return self.root / "conf"

    @property
    def data_config(self) -> Path:
        """The one file that says what the data is; DVC and Hydra both read it."""
        return self.conf / "data.yaml"

    @property
    def code(self) -> Path:
        """The Python package, whose files a run's id covers."""
        return self.root / "src" / "project"

    @property
    def runtime_lock(self) -> Path:
        """The exact packages of the image."""
        return self.root / "requirements" / "runtime.lock"

    @property
    def raw(self) -> Path:
        """Output of stage `ingest`: the source, frozen."""
        return self.root / "data" / "raw" / "table.parquet"

    @property
    def validated(self) -> Path:
        """Output of stage `validate`: the rows that may be learnt from."""
        return self.root / "data" / "validated" / "table.parquet"

    @property
    def split(self) -> Path:
        """Output of stage `split`: which row belongs to train, valid or test."""
        return self.root / "data" / "split" / "split.parquet"

    @property
    def dvc_pipeline(self) -> Path:
        """The stages, as DVC reads them."""
        return self.root / "dvc.yaml"

    @property
    def dvc_lock(self) -> Path:
        """The checksums of what each stage read and wrote, as DVC leaves them."""
        return self.root / "dvc.lock"

    @property
    def dvc_tmp(self) -> Path:
        """DVC's folder for files that may be lost."""
        return self.root / ".dvc" / "tmp"

    @property
    def runs(self) -> Path:
        """One folder for each run."""
        return self.root / "runs"


PROJECT = Paths(Path(__file__).resolve().parents[2])
