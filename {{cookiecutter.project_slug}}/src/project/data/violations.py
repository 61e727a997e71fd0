"""Collect every cell and row that breaks a rule, so that all are told at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..errors import DataError

SHOWN = 10
_WIDE = 80  # characters of a cell that are shown


@dataclass
class Violation:
    """One rule that one column breaks, or the table where `column` is empty."""

    column: str
    rule: str
    hint: str = ""
    count: int = 0
    rows: list[int] = field(default_factory=list)  # the first, counted from 1 below the header
    examples: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """Say where, what and how to mend it."""
        where = f"column '{self.column}'" if self.column else "the table"
        text = f"{where} breaks the rule '{self.rule}'"
        if self.rows:
            more = f" and {self.count - 1} more" if self.count > 1 else ""
            text += f" in row {self.rows[0]}{more}"
        if self.examples:
            text += f" with '{self.examples[0]}'"
        return f"{text}; {self.hint}" if self.hint else text


class Violations:
    """All the rules that a table breaks, each with the rows that break it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Violation] = {}

    def add(
        self,
        column: str,
        rule: str,
        rows: Iterable[int] = (),
        examples: Iterable[object] = (),
        hint: str = "",
    ) -> None:
        """Add rows that break a rule.

        Parameters
        ----------
        column, rule
            What is broken; rows of the same two are counted together.
        rows, examples
            Row numbers, and some of the offending cells.
        hint
            How to mend it.
        """
        found = self._found.setdefault((column, rule), Violation(column, rule, hint))
        rows = list(rows)
        found.count += len(rows)
        found.rows += rows[: SHOWN - len(found.rows)]
        for example in map(shown, examples):
            if example not in found.examples and len(found.examples) < SHOWN:
                found.examples.append(example)

    def get(self, column: str, rule: str) -> Violation | None:
        """Return what was found of a column and a rule."""
        return self._found.get((column, rule))

    def forgive(self, violation: Violation) -> None:
        """Count a violation as none."""
        del self._found[violation.column, violation.rule]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Violation]:
        return iter(self._found.values())


def shown(cell: object) -> str:
    """Show a cell in one short line: numbers with the digits they have, no control characters."""
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell)
    text = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:_WIDE]
    )
    return text if len(text) < _WIDE else f"{text[: _WIDE - 1]}…"


class RowsRefused(DataError):
    """Refuse a table for what is in its rows; `violations` holds all of it."""

    def __init__(self, source: str, violations: list[Violation]) -> None:
        self.violations = violations
        text = f"{source}: {violations[0].sentence()}"
        if more := len(violations) - 1:
            text += f". And {more} more, as listed above"
        super().__init__(text)
