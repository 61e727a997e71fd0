"""Find rows by all that they say, in tables that lack the columns which name them."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from .duplicates import row_hash
from .person import text
from .schema import Rule

_ENOUGH = 3  # cells, below which rows are equal by chance
Others = Callable[[], Iterator[pa.Table]]


class Twins:
    """Find rows that equal given ones in every column that a table shares with them.

    Parameters
    ----------
    rows
        The rows to find.
    others
        Gives all the rows that are not to be found: one that equals such a row proves nothing.
    rules
        What the schema says of the columns.
    """

    def __init__(self, rows: pa.Table, others: Others, rules: Mapping[str, Rule]) -> None:
        self._rows, self._others, self._rules = rows, others, rules
        self._hashes: dict[tuple[str, ...], np.ndarray] = {}

    def columns(self, names: Iterable[str]) -> list[str]:
        """Return the columns that are compared."""
        held = set(names)
        return [name for name in self._rows.schema.names if name in held and name in self._rules]

    def known_by(self, names: Iterable[str]) -> bool:
        """Tell whether a table shares enough columns."""
        return self._rows.num_rows > 0 and len(self.columns(names)) >= _ENOUGH

    def mask(self, rows: pa.RecordBatch | pa.Table) -> np.ndarray:
        """Tell which rows are such: booleans, shape (n,)."""
        columns = self.columns(rows.schema.names)
        key = tuple(columns)
        if key not in self._hashes:
            wanted = self._hash(self._rows, columns)
            for other in self._others():
                wanted = np.setdiff1d(wanted, self._hash(other, columns))
            self._hashes[key] = wanted
        hashes = self._hash(rows, columns, keep=True)
        return np.isin(hashes, self._hashes[key])

    def _hash(
        self, rows: pa.RecordBatch | pa.Table, columns: list[str], *, keep: bool = False
    ) -> np.ndarray:
        """Hash rows, shape (n,); those with few filled cells as zero, or not at all."""
        frame = pa.table({n: text(rows.column(n), self._rules[n]) for n in columns}).to_pandas()
        full = (frame.notna().sum(axis=1) >= _ENOUGH).to_numpy()
        hashes = np.where(full, row_hash(frame), 0)
        return hashes if keep else hashes[full]
