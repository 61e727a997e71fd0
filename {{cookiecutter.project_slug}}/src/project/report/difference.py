"""Show what has changed between two data versions: on the terminal, and as a page."""

import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..data.diff import Difference, Version
from ..evaluation.shift import Shift
from ..paths import Paths
from .tables import plain_table

PAGE = "diff.html"
_COMPARED = {
    "added rows": "the old version → the added rows",
    "removed rows": "the removed rows → the new version",
    "all rows": "the old version → the new one",
}


def write(found: Difference, paths: Paths) -> None:
    """Write reports/diff.html."""
    from .html import write_page

    write_page(
        PAGE, paths.reports / PAGE, found=found, title=title(found), headline=headline(found)
    )


def show(found: Difference, paths: Paths, console: Console | None = None) -> None:
    """Print the difference: as much of it as a terminal has room for."""
    console = console or Console(highlight=False)
    console.print(escape(title(found)), soft_wrap=True)
    console.print(escape(headline(found)), soft_wrap=True, style="bold")
    if found.note:
        console.print(f"[yellow]{escape(found.note)}[/]: rows are compared by all their cells")
    for change in found.columns:
        console.print(escape(f"column {change.column}: {describe(change.old, change.new)}"))
    for kind, rows in found.examples.items():
        for row in rows[:3]:
            console.print(f"[dim]{kind}:[/] {escape(row)}", no_wrap=True, overflow="ellipsis")
    if found.cells:
        console.print(_cells(found))
    if found.shifts:
        shown = sorted({what for what, shift in found.shifts if shift.shifted})
        if shown:
            console.print(f"[dim]distributions, {', '.join(_COMPARED[what] for what in shown)}:[/]")
            console.print(_shifts(found))
        console.print(_verdict(found), soft_wrap=True)
    if not found.empty:
        page = (paths.reports / PAGE).relative_to(paths.root)
        console.print(f"all of it is in {page}")


def title(found: Difference) -> str:
    """Name the two versions."""
    return f"{_name(found.old, found.rows[0])} → {_name(found.new, found.rows[1])}"


def headline(found: Difference) -> str:
    """Say in a sentence what has changed."""
    if found.empty:
        same = found.old.checksum == found.new.checksum
        why = (
            "the same bytes"
            if same
            else "the same rows; their order or how they are stored differs"
        )
        return f"No difference: {why}."
    by = f"named by {', '.join(found.key)}" if found.key else "compared by all their cells"
    changed = f", {found.changed:,} changed" if found.key else ""
    rows = "row" if found.added == 1 else "rows"
    return f"{found.added:,} {rows} added, {found.removed:,} removed{changed}; rows are {by}."


def describe(old: str, new: str) -> str:
    """Say what has become of a column, given its types before and after."""
    if not old:
        return f"new, {new}"
    return f"gone, was {old}" if not new else f"{old} before, now {new}"


def figures(shift: Shift) -> tuple[str, str]:
    """Return the effect with its interval, and the corrected p-value."""
    test = shift.test
    if math.isnan(test.effect):
        return "–", "–"
    effect = f"{test.effect:.2f} [{test.low:.2f}, {test.high:.2f}]"
    p = shift.p_corrected
    return effect, f"{p:.3f}" if p >= 0.001 else "<0.001"


def _verdict(found: Difference) -> str:
    """Sum up the tests, so that silence is not taken for sameness."""
    columns: dict[str, list[str]] = {}
    for _, shift in found.shifts:
        names = columns.setdefault(shift.verdict, [])
        if shift.test.column not in names:
            names.append(shift.test.column)
    words = {"shifted": "red", "shifted slightly": "yellow", "too little data to tell": "yellow"}
    told = [
        f"[{colour}]{word}:[/] {escape(', '.join(columns[word]))}"
        for word, colour in words.items()
        if word in columns
    ]
    return "; ".join(told) if told else "[green]All distributions are alike.[/]"


def _name(version: Version, rows: int) -> str:
    return f"{version.name} ({version.checksum[:8]}, {rows:,} rows)"


def _cells(found: Difference) -> Table:
    table = plain_table("column", "cells", "the first of them")
    for change in found.cells:
        row, old, new = change.examples[0]
        table.add_row(escape(change.column), f"{change.count:,}", escape(f"{row}: {old} → {new}"))
    return table


def _shifts(found: Difference) -> Table:
    """Lay out what has shifted; all the other tests are on the page."""
    table = plain_table("column", "of", "before → after", "effect", "p")
    for _, shift in found.shifts:
        if not shift.shifted:
            continue
        effect, p = figures(shift)
        test = shift.test
        figure = f"{test.before} → {test.after}"
        table.add_row(escape(test.column), escape(test.of), figure, effect, p)
    for column in table.columns[2:]:
        column.no_wrap = True
    return table
