"""Show runs side by side on the terminal."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..run_rows import COSTS, RunRow, differences, metrics_of
from .numbers import decimals, estimate, number, short
from .tables import plain_table

if TYPE_CHECKING:
    from ..compare import Comparison
    from ..evaluation.between import Difference

_LABEL, _COLUMN = 20, 22  # characters that a first column, and the others, need


def show(found: "Comparison", console: Console | None = None) -> None:
    """Print settings that differ, figures, tested differences, costs and the Pareto front.

    Parameters
    ----------
    found
        What there is to tell.
    console
        Where to print; standard output where none is given.
    """
    console = console or Console(highlight=False)
    for rows in _chunks(found.rows, console.width):
        console.print(_table(found, rows))
        console.print()
    first = found.rows[0]
    if found.found:
        console.print(
            f"Differences are from {first.run_id}, over the same {found.validation_rows:,} "
            f"validation rows: {first.confidence:.0%} intervals by the bootstrap, p by swapping "
            "predictions, corrected by Holm for all of them.",
            soft_wrap=True,
        )
    for run_id, why in found.apart.items():
        console.print(
            f"[yellow]{run_id} can't be compared with {first.run_id} row by row:[/] "
            f"it is of {escape(why)}.",
            soft_wrap=True,
        )
    if found.front:
        left = [c.label for c in COSTS if c.label not in found.respects]
        missing = f" ({', '.join(left)}: not recorded by all)" if left else ""
        console.print(
            f"★ no other run is better in one of {', '.join(found.respects)} and as good in the "
            f"rest{missing}.",
            soft_wrap=True,
        )


def _chunks(rows: list[RunRow], width: int) -> Iterator[list[RunRow]]:
    """Deal runs out to tables that fit; each has the first run in it."""
    more = max(1, (width - _LABEL) // _COLUMN - 1)
    for others in itertools.batched(rows[1:], more, strict=False):
        yield [rows[0], *others]


def _table(found: "Comparison", rows: list[RunRow]) -> Table:
    table = plain_table()
    table.add_column("", no_wrap=True, max_width=_LABEL + 12)
    for row in rows:
        star = " ★" if row.run_id in found.front else ""
        table.add_column(f"{row.run_id}{star}", justify="right")
    table.add_row("finished", *(row.manifest["finished"][:16].replace("T", " ") for row in rows))
    for key in differences(found.rows):
        shown = (escape(short(row.settings[key])) if key in row.settings else "–" for row in rows)
        table.add_row(escape(key), *shown, style="dim" if key in ("code", "packages") else None)
    table.add_section()
    for name, higher in metrics_of(found.rows).items():
        figures = [row.figures.get(name) for row in rows]
        digits = max((decimals(f) for f in figures if f), default=2)
        arrow = "↑" if higher else "↓"
        table.add_row(f"{arrow}{name}", *(estimate(f, digits) if f else "–" for f in figures))
        told = [found.found.get(row.run_id, {}).get(name) for row in rows]
        if any(told):
            cells = (_difference(d, higher, digits, found.rows[0].confidence) for d in told)
            table.add_row("", *cells)
    table.add_section()
    for cost in COSTS:
        values = [row.costs.get(cost.key) for row in rows]
        if any(value is not None for value in values):
            cells = (f"{value:.3g} {cost.unit}" if value is not None else "–" for value in values)
            table.add_row(cost.label, *cells)
    return table


def _difference(found: "Difference | None", higher: bool, digits: int, confidence: float) -> str:
    """Write a paired difference and what it says."""
    if found is None:
        return ""
    value, low, high = (
        number(bound, digits)
        for bound in (found.estimate.value, found.estimate.low, found.estimate.high)
    )
    p = "< 0.001" if found.p_value < 0.001 else f"= {found.p_value:.3f}"
    if found.estimate.value == found.estimate.low == found.estimate.high == 0:
        says = "[dim]the same[/]"
    elif found.p_value >= 1 - confidence:
        says = "[yellow]can't tell[/]"
    else:
        says = "[green]better[/]" if (found.estimate.value > 0) == higher else "[red]worse[/]"
    sign = "" if value.startswith("-") else "+"
    return f"{sign}{value} [{low}, {high}]\np {p} {says}"
