"""What a run knows of itself, which its production is held to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..config import Config
from ..data.config import Data
from ..data.schema import ColumnType, Schema, load_schema
from ..evaluate import read_subject
from ..evaluation.metrics import Predictions
from ..evaluation.subject import Subject
from ..models.training import predict
from ..paths import Paths
from ..recorded import reopen
from ..typed import typed


@dataclass(frozen=True)
class Known:
    """A run, and the rows that it was made of.

    Attributes
    ----------
    run
        Its id.
    finished
        When it was made, in UTC, without a zone.
    schema
        That of its day.
    subject
        The model, its baselines, the training rows; all validation rows calibrate.
    valid
        What it says of the validation rows, as it is served: with the threshold of its costs.
    """

    run: str
    finished: pd.Timestamp
    schema: Schema
    subject: Subject
    valid: Predictions

    @property
    def seen(self) -> pd.DataFrame:
        """The training and validation rows: what inputs looked like before."""
        return pd.concat([self.subject.train, self.subject.calibration])

    @property
    def classes(self) -> list[str] | None:
        """The classes that the model knows; None in regression."""
        known = self.valid.classes
        return None if known is None else [str(label) for label in known]

    def own(self, rows: pd.DataFrame, config: Config) -> Predictions:
        """Ask the model itself about logged rows, shape (n, features + 1)."""
        return predict(self.subject.pipeline, rows, config)


def know(folder: Path, config: Config, paths: Paths) -> Known:
    """Open a run; `config` gets the columns that the run was made with.

    Raises
    ------
    RunError, DataError
        When its files or rows are not as they were.
    """
    recorded = reopen(folder, paths)
    manifest: dict[str, Any] = recorded.manifest
    config.data = typed(Data, manifest["inputs"]["config"]["data"], f"runs/{folder.name}")
    subject = read_subject(folder, manifest, "test", config, recorded.paths)
    # Rows of a log have numbers of their own, which must not be taken for those of the table.
    subject.calibration.index = -1 - subject.calibration.index
    return Known(
        run=str(manifest["run_id"]),
        finished=pd.Timestamp(manifest["finished"]).tz_localize(None),
        schema=load_schema(folder / "schema.yaml"),
        subject=subject,
        valid=predict(subject.pipeline, subject.calibration, config),
    )


def quantities(config: Config) -> list[str]:
    """Return the features that are quantities."""
    return config.data.features(ColumnType.number, ColumnType.integer)
