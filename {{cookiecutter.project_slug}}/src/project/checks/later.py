"""Compare what a model makes of later rows with what it makes of rows at random."""

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..data.schema import Role
from ..data.split import SPLIT
from ..evaluation.metrics import Floats
from ..models.training import fit
from .case import Case, losses_by_row


def losses(case: Case) -> tuple[Floats, Floats]:
    """Return the losses of the later half of the rows, and of a half at random, shapes (n,)."""
    order = _by_time(case)
    cut = len(order) // 2
    mixed = case.random("later").permutation(len(order))

    def after(places: np.ndarray) -> Floats:
        learnt, judged = case.train.iloc[places[:cut]], case.train.iloc[places[cut:]]
        return losses_by_row(case.predict(judged, fit(case.config, learnt).pipeline))

    return after(order), after(mixed)


def _by_time(case: Case) -> np.ndarray:
    """Return the positions of the training rows in the order of time."""
    name = case.config.data.with_role(Role.time)[0]
    split = pq.read_table(case.paths.split, columns=[SPLIT]).column(SPLIT)
    table = pq.read_table(case.paths.validated, columns=[name])
    times = table.filter(pc.equal(split.cast("string"), "train")).column(name).to_pandas()
    at = case.whole["train"].index.get_indexer(case.train.index)
    return np.argsort(times.to_numpy()[at], kind="stable")
