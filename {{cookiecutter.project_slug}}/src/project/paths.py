"""Where everything lies in a project; runs.py names what lies in a run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """Name the files of a project below its root folder."""

    root: Path

    def shown(self, name: str) -> Path:
        """Name a file as the user does, where we stand in the project's root."""
        return Path(name) if Path.cwd() == self.root else self.root / name

    @property
    def conf(self) -> Path:
        """The Hydra configuration."""
        return self.root / "conf"

    @property
    def data_config(self) -> Path:
        """The one file that says what the data is; DVC and Hydra both read it."""
        return self.conf / "data.yaml"

    @property
    def schema(self) -> Path:
        """What a valid table is: columns, types, roles, rules."""
        return self.conf / "schema.yaml"

    @property
    def profile(self) -> Path:
        """What the table looked like when the schema was made."""
        return self.conf / "profile.json"

    @property
    def reports(self) -> Path:
        """Pages for people."""
        return self.root / "reports"

    @property
    def openings(self) -> Path:
        """Each time that the test split was opened; git keeps it."""
        return self.root / "test-openings.jsonl"

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
    def dvc(self) -> Path:
        """DVC's own folder, with its configuration."""
        return self.root / ".dvc"

    @property
    def source(self) -> Path:
        """Tables of one's own, which git does not keep."""
        return self.root / "data" / "source"

    @property
    def dvc_tmp(self) -> Path:
        """DVC's folder for files that may be lost."""
        return self.root / ".dvc" / "tmp"

    @property
    def dvc_site(self) -> Path:
        """Where the image lets DVC remember the checksums of files that it has read."""
        return self.root / ".dvc" / "site"

    @property
    def runs(self) -> Path:
        """One folder for each run."""
        return self.root / "runs"

    @property
    def models(self) -> Path:
        """One folder for each version of a promoted model."""
        return self.root / "models"

    @property
    def served(self) -> Path:
        """Which model served when; git keeps it."""
        return self.models / "history.jsonl"

    @property
    def gates(self) -> Path:
        """What a run must reach to be promoted."""
        return self.conf / "evaluation" / "gates.yaml"

    @property
    def tuning(self) -> Path:
        """One folder for each study of hyperparameters."""
        return self.root / "tuning"

    @property
    def forgotten(self) -> Path:
        """Which contents were rewritten when somebody was forgotten, by checksums."""
        return self.root / "data" / "forgotten.json"

    @property
    def cache(self) -> Path:
        """Files that may be lost, of ours and of tools."""
        return self.root / ".cache"

    @property
    def patches(self) -> Path:
        """The code that no commit holds, until a run has a copy."""
        return self.cache / "patches"

    @property
    def stage_cache(self) -> Path:
        """What DVC remembers of stages that it ran: checksums and parameters."""
        return self.root / ".dvc" / "cache" / "runs"

    @property
    def trained_on(self) -> tuple[Path, ...]:
        """All the data that a training reads."""
        return self.validated, self.split

    def cached(self, checksum: str) -> Path:
        """Where DVC's cache keeps the content of an MD5."""
        return self.root / ".dvc" / "cache" / "files" / "md5" / checksum[:2] / checksum[2:]


PROJECT = Paths(Path(__file__).resolve().parents[2])
# Where scripts/container.sh mounts the project whose run is repeated.
RECORDED = Paths(Path("/recorded"))
