"""One healthy table, and what goes wrong with tables: each corruption with what becomes of it.

corrupt_cells.py lists those of a CSV's cells and columns, corrupt_files.py those of files.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

HEADER = ["id", "size", "count", "colour", "when", "fresh", "note", "kind"]
ROWS = 120
Table = list[list[str]]  # the header first
Make = Callable[[Path], Path]
Check = Callable[[pd.DataFrame, pd.DataFrame], bool]


def healthy() -> Table:
    """Return the healthy table: fruit, some of whose sizes are missing."""
    rows = [
        [
            f"f{i:03}",
            "" if i % 17 == 16 else f"{2 + (i * 37 % 61) / 10 + 2 * (i % 3 == 0):.1f}",
            str(i * 13 % 20),
            ("red", "green", "blue")[i * 7 % 11 % 3],
            f"2026-{1 + i % 12:02}-{1 + i % 28:02} 12:{i % 60:02}:00",
            ("yes", "no")[i * 5 % 7 % 2],
            f'from tree "{i % 9}", box {i}',
            "plum" if i % 3 else "apple",
        ]
        for i in range(ROWS)
    ]
    return [HEADER, *rows]


@dataclass(frozen=True)
class Corruption:
    """One way in which a table goes wrong.

    Parameters
    ----------
    name, make
        What is wrong; writes it into a folder and returns the source.
    words
        What the refusal says, or, where it is accepted, what is worth a look.
    reason
        Why it is accepted; without one it is refused.
    check
        Takes what passed and the healthy table and tells whether the content is right.
    setting
        What conf/ says otherwise: "keyless", "drop" or "regression".
    """

    name: str
    make: Make
    words: tuple[str, ...] = ()
    reason: str = ""
    check: Check | None = None
    setting: str = ""


def refused(name: str, make: Make, *words: str, setting: str = "") -> Corruption:
    """Expect a refusal that holds these words."""
    return Corruption(name, make, words, setting=setting)


def accepted(
    name: str, make: Make, reason: str, check: Check, *cautions: str, setting: str = ""
) -> Corruption:
    """Expect that a table passes for a reason, and what is told of it nevertheless."""
    return Corruption(name, make, cautions, reason, check, setting)


def text_of(table: Table, delimiter: str = ",") -> str:
    """Write a table as CSV, quoted where need be."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(table)
    return out.getvalue()


def file(change: Callable[[str], str | bytes], name: str = "t.csv") -> Make:
    """Corrupt the text of the healthy table."""

    def make(folder: Path) -> Path:
        content = change(text_of(healthy()))
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder / name

    return make


def table(change: Callable[[Table], Table], delimiter: str = ",") -> Make:
    """Corrupt the rows of the healthy table."""
    return file(lambda _: text_of(change(healthy()), delimiter))


def column(name: str, cell: Callable[[int, str], str]) -> Make:
    """Replace the cells of a column: `cell` takes the row from 1 and what stood there."""
    at = HEADER.index(name)

    def change(rows: Table) -> Table:
        for number, row in enumerate(rows[1:], 1):
            row[at] = cell(number, row[at])
        return rows

    return table(change)


def cell(name: str, *values: str, first: int = 5) -> Make:
    """Put some cells into a column, from a row on."""
    return column(
        name, lambda i, old: values[i - first] if first <= i < first + len(values) else old
    )


def header(change: Callable[[list[str]], list[str]]) -> Make:
    """Corrupt the header."""
    return table(lambda rows: [change(rows[0]), *rows[1:]])


def swap(one: str, other: str) -> Make:
    """Swap the cells of two columns."""

    def change(rows: Table) -> Table:
        a, b = HEADER.index(one), HEADER.index(other)
        for row in rows[1:]:
            row[a], row[b] = row[b], row[a]
        return rows

    return table(change)


def renamed(old: str, new: str) -> Make:
    """Rename a column."""
    return header(lambda names: [new if name == old else name for name in names])


def same(found: pd.DataFrame, good: pd.DataFrame) -> bool:
    """Tell whether the table is the healthy one, in whatever order its columns are."""
    return found[good.columns].equals(good)


def same_but(name: str, **cells: object) -> Check:
    """Tell whether a table is the healthy one but for a column, which holds cells `r5=…`."""

    def check(found: pd.DataFrame, good: pd.DataFrame) -> bool:
        wanted = {int(row[1:]): value for row, value in cells.items()}
        held = [found[name][row] for row in wanted]
        equal = [
            (a == b) or (a != a and b is None) for a, b in zip(held, wanted.values(), strict=True)
        ]
        return all(equal) and same(found.drop(columns=name), good.drop(columns=name))

    return check
