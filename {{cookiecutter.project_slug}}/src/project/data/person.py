"""Say whose rows are meant by KEY, and find them in any table that holds the columns.

KEY=17                  the key of conf/schema.yaml; KEY="a,b" where it has two columns
KEY=patient=17          a column with the role id or group
KEY=@ids.txt            one of these a line
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ConfigError, DataError
from .cells import NULLS, convert, readable
from .schema import ColumnType, Role, Rule, Schema

Values = tuple[str, ...]


class Person:
    """The rows to forget, by the values of one or more sets of columns.

    Parameters
    ----------
    rules
        What the schema says of the columns: "17.0" is 17 in a column of numbers, and not in text.
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self.wanted: dict[Values, set[Values]] = defaultdict(set)

    def add(self, columns: Iterable[str], values: Iterable[str]) -> None:
        """Mean the rows that hold these values in these columns."""
        columns = tuple(columns)
        cells = zip(columns, values, strict=True)
        plain = (text(pa.array([value]), self._rules[name])[0].as_py() for name, value in cells)
        self.wanted[columns].add(tuple(cell or "" for cell in plain))

    def known_by(self, names: Iterable[str]) -> list[Values]:
        """Return the sets of columns that a table has."""
        held = set(names)
        return [columns for columns in self.wanted if held.issuperset(columns)]

    def columns(self, names: Iterable[str]) -> list[str]:
        """Return the columns of a table that tell whether a row is meant."""
        return sorted({name for columns in self.known_by(names) for name in columns})

    def mask(self, rows: pa.RecordBatch | pa.Table) -> np.ndarray:
        """Tell which rows are meant: booleans, shape (n,)."""
        found = np.zeros(rows.num_rows, dtype=bool)
        for columns in self.known_by(rows.schema.names):
            wanted = self.wanted[columns]
            code, known = np.zeros(rows.num_rows, dtype=np.int64), []
            for place, name in enumerate(columns):
                values = sorted({value[place] for value in wanted})
                cells = text(rows.column(name), self._rules[name])
                index = pc.index_in(cells, pa.array(values, pa.string()))
                code = code * (len(values) + 1) + pc.fill_null(index, len(values)).to_numpy()
                known.append(values)
            sizes = [len(values) + 1 for values in known]
            codes = [
                np.ravel_multi_index([v.index(c) for v, c in zip(known, value, strict=True)], sizes)
                for value in wanted
            ]
            found |= np.isin(code, codes)
        return found


def text(cells: pa.Array | pa.ChunkedArray, rule: Rule) -> pa.Array:
    """Write cells, shape (n,), in the one way that equal ones share; null where a type can't."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    try:
        if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
            cells = cells.cast(pa.string())
            cells = pc.if_else(pc.is_in(cells, pa.array(NULLS)), None, cells)
            if rule.type.numeric:
                good = pc.if_else(readable(cells, rule), cells, None)
                return pc.utf8_trim_whitespace(good).cast(pa.float64()).cast(pa.string())
        if rule.type.numeric or rule.type is ColumnType.time:
            return convert(cells, rule).cast(pa.string())
        return cells.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(cells), pa.string())


def parse(wanted: str, schema: Schema, root: Path) -> Person:
    """Read KEY.

    Parameters
    ----------
    wanted
        As this module's docstring tells.
    schema
        The key, and the roles of the columns.
    root
        Where a file of keys is looked for.

    Raises
    ------
    ConfigError
        When the table has no key, or the column names no person.
    DataError
        When the file can't be read, or a key has too many or too few parts.
    """
    lines = _lines(wanted[1:], root) if wanted.startswith("@") else [wanted]
    person = Person(schema.columns)
    for line in lines:
        name, named, value = line.partition("=")
        if named and name in schema.columns:
            rule = schema.columns[name]
            if name not in schema.key and rule.role not in (Role.id, Role.group):
                raise ConfigError(
                    f"KEY={line}: column '{name}' has the role {rule.role.value}, which names "
                    "nobody: give it the role id or group in conf/schema.yaml"
                )
            person.add([name], [value])
            continue
        if not schema.key:
            raise ConfigError(
                "conf/schema.yaml: no column names a row: set `key`, or say KEY=<column>=<value> "
                "with a column that has the role id or group"
            )
        values = [line] if len(schema.key) == 1 else next(csv.reader([line]))
        if len(values) != len(schema.key):
            raise DataError(
                f"KEY={line} is not one value for each column of the key: give those of "
                f"{', '.join(schema.key)}, with commas between them"
            )
        person.add(schema.key, values)
    return person


def _lines(name: str, root: Path) -> list[str]:
    try:
        content = (root / name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise DataError(
            f"KEY=@{name} can't be read ({why}): give a file in the project's folder, one key a "
            "line"
        ) from None
    lines = [line for line in content.splitlines() if line.strip()]
    if not lines:
        raise DataError(f"KEY=@{name} holds no line: write one key a line")
    return lines
