"""Gather what runs predicted of the validation rows, so small that a page can hold all runs."""

from hashlib import sha256
from typing import Any

import numpy as np

from ..run_rows import RunRow
from .figures import thin
from .progress import counting
from .run_figures import names, validation

CELLS = 400_000  # of all runs together
FEWEST, MOST = 20, 2_000  # rows of one run


def predicted(rows: list[RunRow]) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return groups of runs that predicted the same rows, and the predictions of each run.

    Parameters
    ----------
    rows
        The runs; one whose predictions are gone has none.

    Returns
    -------
    tuple
        Groups, each with the `rows` that are kept of its `of` many, their `truth`, and the
        `classes` that labels are positions in (None in regression); run id to `group`, its
        position, and `predicted`. Where there are too many rows, an even part is kept.
    """
    most = min(MOST, max(FEWEST, CELLS // max(len(rows), 1)))
    groups: dict[str, _Group] = {}
    made: dict[str, dict[str, Any]] = {}
    with counting("reading predictions", len(rows)) as done:
        for row in rows:
            done(1)
            made[row.run_id] = {"group": None, "predicted": None}
            if not (row.folder / "predictions.parquet").exists():
                continue
            columns = validation(row.folder, ["row_id", "y_true", "y_pred"])
            task = row.manifest["inputs"]["config"]["data"]["task"]
            same = f"{task} {_digest(columns['row_id'])} {_digest(columns['y_true'])}"
            if same not in groups:
                groups[same] = _Group(len(groups), columns, task == "classification", most)
            group = groups[same]
            made[row.run_id] = {
                "group": group.place,
                "predicted": group.cells(columns["y_pred"]),
            }
    return [group.plain() for group in groups.values()], made


def _digest(values: np.ndarray) -> str:
    """Name the content of a column in a few characters."""
    return sha256("\0".join(map(str, values.tolist())).encode()).hexdigest()


class _Group:
    """Runs that predicted the same rows."""

    def __init__(
        self, place: int, columns: dict[str, np.ndarray], classes: bool, most: int
    ) -> None:
        self.place = place
        self.of = len(columns["row_id"])
        self.kept = thin(self.of, most)
        self.classes: dict[str, int] | None = {} if classes else None
        self.rows = columns["row_id"][self.kept].tolist()
        self.truth = self.cells(columns["y_true"])

    def cells(self, values: np.ndarray) -> list[Any]:
        """Return the kept labels as positions in `classes`, quantities with four digits."""
        kept = values[self.kept]
        if self.classes is None:
            return [float(f"{value:.4g}") for value in kept.tolist()]
        return [self.classes.setdefault(name, len(self.classes)) for name in names(kept).tolist()]

    def plain(self) -> dict[str, Any]:
        """Return what the page holds."""
        classes = None if self.classes is None else list(self.classes)
        return {"rows": self.rows, "of": self.of, "truth": self.truth, "classes": classes}
