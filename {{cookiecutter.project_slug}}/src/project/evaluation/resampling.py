"""Draw rows again, by the bootstrap: by the workers of `compute` where that is worth sending."""

import numpy as np

from ..config import Compute
from ..parallel import each
from .metrics import Floats

_CELLS_AT_ONCE = 10_000_000
# A block takes about 0.1 s, and processes of this machine take 2 s to start.
_BLOCKS_WORTH_SENDING = 40
_Block = tuple[Floats, int, int, int]


def resample(cells: Floats, *, resamples: int, seed: int, compute: Compute | None = None) -> Floats:
    """Return the means of some columns over resamples of their rows.

    Parameters
    ----------
    cells
        Shape (n, k).
    resamples, seed
        How many, and the seed of the draws: the same seed draws the same rows.
    compute
        The workers that may help where there is much to draw; no bit depends on them.

    Returns
    -------
    numpy.ndarray
        Shape (resamples, k).
    """
    # By the rows alone, since the draws of a block follow from its number.
    block = max(1, _CELLS_AT_ONCE // len(cells))
    blocks: list[_Block] = [
        (cells, min(block, resamples - start), seed, number)
        for number, start in enumerate(range(0, resamples, block))
    ]
    if compute is None or len(blocks) < _BLOCKS_WORTH_SENDING:
        return np.vstack([_means(one) for one in blocks])
    return np.vstack(list(each(_means, blocks, compute)))


def _means(block: _Block) -> Floats:
    cells, size, seed, number = block
    rows = len(cells)
    draw = np.random.default_rng([seed, number])
    weights = np.empty((size, rows))
    for one in weights:
        # Ten times as fast as a multinomial draw, which goes row by row.
        one[:] = np.bincount(draw.integers(rows, size=rows), minlength=rows)
    return np.asarray(weights @ cells / rows)
