"""Find rows that say the same in some columns, over a table of any length."""

from collections.abc import Iterator

import numpy as np
import pandas as pd


def row_hash(rows: pd.DataFrame) -> np.ndarray:
    """Hash the cells of each row: unsigned 64-bit numbers, shape (n,).

    Equal rows have equal hashes in every process and on every machine.
    """
    return pd.util.hash_pandas_object(rows, index=False).to_numpy()


class Repeats:
    """Remember rows by a hash of 8 bytes each, and tell which stand more than once.

    Parameters
    ----------
    columns
        The columns that are compared.
    """

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self._hashes: list[np.ndarray] = []

    def add(self, rows: pd.DataFrame) -> None:
        """Look at the next rows, shape (n, columns or more)."""
        self._hashes.append(row_hash(rows[self.columns]))

    def suspects(self) -> np.ndarray:
        """Return the hashes that stand more than once, sorted."""
        every = np.concatenate(self._hashes) if self._hashes else np.array([], np.uint64)
        self._hashes = [every]
        every.sort()
        return np.unique(every[1:][every[1:] == every[:-1]])

    def confirmed(self, again: Iterator[pd.DataFrame]) -> pd.DataFrame:
        """Return the rows that really are equal in the columns, all of each group.

        Parameters
        ----------
        again
            The same rows once more, since two different rows can share a hash. It is not read
            where there is no suspicion.
        """
        suspects = self.suspects()
        if not len(suspects):
            return pd.DataFrame(columns=self.columns)
        kept = [
            rows.loc[np.isin(row_hash(rows[self.columns]), suspects), self.columns]
            for rows in again
        ]
        whole = pd.concat(kept)
        return whole[whole.duplicated(keep=False)]
