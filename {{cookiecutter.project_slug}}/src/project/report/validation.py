"""Tell what the data stages found, on the terminal and in reports/validate.html."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..data.violations import RowsRefused, Violation
from .tables import plain_table

PAGE = "validate.html"
_FIRST = 5  # rows and cells that the terminal has room for
_LINES = 20  # rules or cautions that a person reads there


@contextmanager
def telling(reports: Path, source: str) -> Iterator[None]:
    """Tell everything that a stage refuses a table for, before the one sentence of the error."""
    try:
        yield
    except RowsRefused as refused:
        console = Console(highlight=False)
        console.print(violation_table(refused.violations[:_LINES]))
        if len(refused.violations) > _LINES:
            more = len(refused.violations) - _LINES
            console.print(f"and {more:,} more in {_page_of(reports)}", soft_wrap=True)
        _page(reports, source, violations=refused.violations)
        raise


def tell_passed(reports: Path, source: str, rows: int, dropped: int, cautions: list[str]) -> None:
    """Tell that a table passed, and what looks odd in it.

    Parameters
    ----------
    reports, source
        Where the page goes, and the table's name.
    rows, dropped
        How many rows passed, and how many were left out for want of a target.
    cautions
        Sentences on what looks odd.
    """
    console = Console(highlight=False)
    left = f", {dropped:,} without a target left out" if dropped else ""
    console.print(f"{escape(source)}: {rows:,} rows hold to conf/schema.yaml{left}", soft_wrap=True)
    for caution in cautions[:_LINES]:
        console.print(f"[yellow]worth a look:[/] {escape(caution)}", soft_wrap=True)
    if len(cautions) > _LINES:
        console.print(f"and {len(cautions) - _LINES:,} more in {_page_of(reports)}", soft_wrap=True)
    _page(reports, source, rows=rows, dropped=dropped, cautions=cautions)


def violation_table(violations: list[Violation]) -> Table:
    """Lay out broken rules for the terminal."""
    table = plain_table()
    table.add_column("column", style="bold")
    table.add_column("rule")
    table.add_column("rows", justify="right")
    table.add_column("first rows")
    table.add_column("cells")
    for found in violations:
        rows = ", ".join(str(row) for row in found.rows[:_FIRST])
        cells = ", ".join(escape(cell) for cell in found.examples[:_FIRST])
        count = f"{found.count:,}" if found.count else "all"
        table.add_row(escape(found.column) or "(table)", escape(found.rule), count, rows, cells)
    return table


def _page_of(reports: Path) -> str:
    return f"{reports.name}/{PAGE}"


def _page(
    reports: Path,
    source: str,
    *,
    violations: list[Violation] | None = None,
    rows: int = 0,
    dropped: int = 0,
    cautions: list[str] | None = None,
) -> None:
    from .html import write_page

    write_page(
        PAGE,
        reports / PAGE,
        source=source,
        violations=violations or [],
        rows=rows,
        dropped=dropped,
        cautions=cautions or [],
    )
