"""Score what people and the solution in use said of the validation rows."""

from typing import Any

import pandas as pd

from ..config import Config
from ..data import given
from ..data.answers import read_answers
from ..errors import DataError
from ..paths import Paths
from .metrics import Predictions, take
from .scores import score_answers


def score_given(
    config: Config, inputs: dict[str, Any], rows: pd.DataFrame, model: Predictions, paths: Paths
) -> dict[str, Any]:
    """Score the answers that are configured, each beside the model on the rows that it answers.

    Parameters
    ----------
    config
        Which files, in `evaluation.baselines`.
    inputs
        The run's inputs, with the checksums that the files had.
    rows, model
        The validation rows, and what the model predicts for them.
    paths
        The project.

    Raises
    ------
    DataError
        When a file has changed since, or holds something else than answers.
    """
    scores = {}
    for whose, file in given.files(config).items():
        if given.checksums(config, paths)[file] != inputs["data"][file]:
            raise DataError(f"{file} is not as it was when the run was made: bring that back")
        found = read_answers(file, rows, model.classes, config, paths)
        said = take(model, found.positions)
        scores[whose] = score_answers(found.predictions, said, whose, config)
    return scores
