"""Match the rows of two tables by 64-bit hashes, without holding the tables.

Two different rows out of ten million share a hash with a probability of about three in a million.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

Hashes = np.ndarray  # uint64

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_NULL = np.uint64(0x6D697373696E6721)


@dataclass(frozen=True)
class Match:
    """Which rows of two tables belong together; all are positions.

    Parameters
    ----------
    removed, added
        Rows that only the old, and only the new table has.
    old, new
        Pairs of rows with the same name, shapes (n,).
    changed
        Which pairs differ in a cell, shape (n,).
    """

    removed: np.ndarray
    added: np.ndarray
    old: np.ndarray
    new: np.ndarray
    changed: np.ndarray


def row_hashes(table: Path, columns: list[str]) -> Hashes:
    """Hash some cells of every row of a Parquet file, in the order of the columns' names.

    Returns
    -------
    numpy.ndarray
        uint64 of shape (rows,).
    """
    names = sorted(columns)
    file = pq.ParquetFile(table)
    parts = [np.empty(0, np.uint64)]
    for batch in file.iter_batches(columns=names):
        hashes = np.zeros(batch.num_rows, np.uint64)
        for name in names:
            hashes = hashes * _FACTOR + cell_hashes(batch.column(name))
        parts.append(hashes)
    # Once more, since the sums above are linear.
    return pd.util.hash_array(np.concatenate(parts))


def cell_hashes(cells: pa.Array) -> Hashes:
    """Hash the cells of a column, shape (n,); missing cells are equal, and zero has no sign."""
    if pa.types.is_floating(cells.type):
        numbers = cells.fill_null(np.nan).to_numpy(zero_copy_only=False) + 0.0
        hashes = pd.util.hash_array(numbers)
        return np.where(np.isnan(numbers), _NULL, hashes)
    coded = cells.cast(pa.string()).dictionary_encode()
    words = coded.dictionary.to_numpy(zero_copy_only=False)
    known = np.append(pd.util.hash_array(words.astype(object), categorize=False), _NULL)
    return np.asarray(known[np.asarray(coded.indices.fill_null(len(words)))])


def is_unique(hashes: Hashes) -> bool:
    """Tell whether no hash stands twice."""
    ordered = np.sort(hashes)
    return not bool((ordered[1:] == ordered[:-1]).any())


def numbered(hashes: Hashes) -> Hashes:
    """Make hashes unique: equal ones get a number each, so that equal rows match one to one."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    first = np.append(True, ordered[1:] != ordered[:-1])
    starts = np.flatnonzero(first)
    place = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.append(starts, len(ordered))))
    turn = np.empty(len(hashes), np.uint64)
    turn[order] = place
    return pd.util.hash_array(hashes + turn * _FACTOR)


def match(old_names: Hashes, new_names: Hashes, old_rows: Hashes, new_rows: Hashes) -> Match:
    """Match rows by the hashes of what names them, and tell by all cells which have changed.

    Parameters
    ----------
    old_names, new_names
        Unique, shapes (n,) and (m,).
    old_rows, new_rows
        Hashes of all the cells, of the same shapes.
    """
    order = np.argsort(old_names)
    ordered = old_names[order]
    place = np.searchsorted(ordered, new_names)
    place[place == len(ordered)] = 0
    found = ordered[place] == new_names if len(ordered) else np.zeros(len(new_names), bool)
    old, new = order[place[found]] if len(ordered) else order, np.flatnonzero(found)
    gone = np.ones(len(old_names), bool)
    gone[old] = False
    return Match(
        removed=np.flatnonzero(gone),
        added=np.flatnonzero(~found),
        old=old,
        new=new,
        changed=old_rows[old] != new_rows[new],
    )
