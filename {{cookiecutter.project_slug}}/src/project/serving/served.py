"""Find the model that is to answer."""

from pathlib import Path

from ..errors import RunError
from ..manifest import check_files, load_manifest
from ..paths import Paths
from ..promotion.history import serving
from ..runs import FORGOTTEN, chosen

PROMOTED = "promoted"


def served(wanted: str, paths: Paths) -> Path:
    """Return the folder of a run, or of the promoted model, after a look at its files.

    Parameters
    ----------
    wanted
        "promoted", "latest", a run's id or the beginning of one.
    paths
        The project.

    Raises
    ------
    RunError
        When there is no such model, its files were edited, or rows of it were forgotten.
    """
    if wanted == "all":
        raise RunError("RUN=all: one model answers; give promoted, latest, or a run's id")
    folder = serving(paths) if wanted == PROMOTED else chosen(wanted, paths)[0]
    check_files(folder, load_manifest(folder))
    if (folder / FORGOTTEN).exists():
        raise RunError(f"RUN={wanted}: the model learnt from rows that were forgotten: train again")
    return folder
