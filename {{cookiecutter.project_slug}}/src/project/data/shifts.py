"""Choose which rows of two versions a column is compared on, and count its values."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ..evaluation.shares import categories
from ..evaluation.shift import TwoSampleTest, missing, numbers
from .rows import Match, cell_hashes

_TOP = 200  # values of a column that are told apart
_OTHERS = "(others)"


@dataclass(frozen=True)
class Comparison:
    """A test, and which rows it was made on."""

    rows: str
    test: TwoSampleTest


def compare(
    name: str, columns: list[pa.Array], matched: Match, cells: int, *, keyed: bool
) -> list[Comparison]:
    """Compare what is new with the old version: rows that both have would hide a difference.

    Parameters
    ----------
    name, columns
        A column, and its cells in the old and in the new version.
    matched
        Which rows belong together.
    cells
        How many of the column's cells have changed.
    keyed
        Whether rows are named by a key. Without one, a changed row looks like one removed and one
        added; such rows are no fair sample, so the whole columns are compared where both occur.
        So they are where more cells have changed than rows were added.

    Returns
    -------
    list of Comparison
        Of the values, and of the shares of missing cells where any is; nothing where the column
        is as it was.
    """
    added, removed = len(matched.added), len(matched.removed)
    old, new = columns
    if cells > added or (not keyed and added and removed):
        rows = "all rows"
    elif added:
        rows, new = "added rows", new.take(matched.added)
    elif removed:
        rows, old = "removed rows", old.take(matched.removed)
    else:
        return []
    found = [Comparison(rows, _test(name, old.drop_null(), new.drop_null()))]
    if old.null_count or new.null_count:
        before, after = ((part.null_count, len(part)) for part in (old, new))
        found.append(Comparison(rows, missing(name, before, after)))
    return found


def kind_of(kind: pa.DataType) -> str:
    """Name a type of the frozen table as the schema does."""
    if pa.types.is_floating(kind):
        return "number"
    return "time" if pa.types.is_timestamp(kind) else "text"


def _test(name: str, old: pa.Array, new: pa.Array) -> TwoSampleTest:
    if kind_of(old.type) == "text":
        return categories(name, *_counts(old, new))
    return numbers(name, _floats(old), _floats(new))


def _counts(old: pa.Array, new: pa.Array) -> list[dict[str, int]]:
    """Count the commonest values of both together, and all others as one.

    Where most rows hold others, such as free text, nothing can be said by counting.
    """
    coded = pa.concat_arrays([old, new]).dictionary_encode()
    codes, size = np.asarray(coded.indices), len(coded.dictionary)
    counts = [np.bincount(part, minlength=size) for part in np.split(codes, [len(old)])]
    total = counts[0] + counts[1]
    # Ties are broken by what the two versions have no part in.
    top = np.lexsort((cell_hashes(coded.dictionary), -total))[:_TOP]
    if 2 * total[top].sum() < total.sum():
        top = top[:0]
    names = coded.dictionary.take(pa.array(top)).to_pylist()
    found = [dict(zip(names, part[top].tolist(), strict=True)) for part in counts]
    for part, few in zip(counts, found, strict=True):
        few[_OTHERS] = int(part.sum()) - sum(few.values())
    return found


def _floats(cells: pa.Array) -> np.ndarray:
    if pa.types.is_timestamp(cells.type):
        cells = cells.cast(pa.int64())
    return np.asarray(cells.cast(pa.float64()))
