"""Tell what a table looks like: reports/profile.html, and its gist on the terminal."""

import datetime as dt
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..data.association import FEWEST, Verdict
from ..data.description import Description
from ..data.exploration import DRAWN, Column, Exploration
from ..data.schema import Rule
from .html import write_page
from .numbers import p_number
from .progress import written
from .tables import plain_table

PAGE = "profile.html"
_LISTED = 50  # associations and pairs on the page
_FIRST = 10  # on the terminal


def tell(found: Exploration, reports: Path, console: Console | None = None) -> None:
    """Write the page, and print what goes with the target.

    Parameters
    ----------
    found
        What there is to tell.
    reports
        The folder of the page.
    console
        Where to print; standard output where none is given.
    """
    low, high = _reach(found)
    write_page(
        PAGE,
        reports / PAGE,
        found=found,
        listed=_LISTED,
        drawn=DRAWN,
        size=written(found.size),
        target=found.columns[0].description,
        low=low,
        high=high,
        value=value,
        missing=missing,
        p_value=p_number,
        rule=rule,
        reason=reason,
    )
    console = console or Console(highlight=False)
    console.print(_title(found), soft_wrap=True)
    if found.associated:
        console.print(_table(found))
        shown = {one.measure for c in found.associated[:_FIRST] if (one := c.association)}
        more = max(len(found.associated) - _FIRST, 0)
        rest = f"; {more} more columns on the page" if more else ""
        console.print(f"[dim]{', '.join(sorted(shown))}{rest}[/]", soft_wrap=True)
    if found.pairs:
        pair, more = found.pairs[0], len(found.pairs) - 1
        rest = f", and {more} more pairs on the page do" if more else ""
        console.print(
            f"[yellow]worth a look:[/] {escape(pair.one)} and {escape(pair.other)} say nearly the "
            f"same ({pair.measure} {pair.value:.3f}){rest}",
            soft_wrap=True,
        )
    for shift in found.drifted:
        console.print(f"[yellow]worth a look:[/] {escape(str(shift))}", soft_wrap=True)
    console.print(f"all of it: {reports.name}/{PAGE}", soft_wrap=True)


def _reach(found: Exploration) -> tuple[float, float]:
    """Return the least and the greatest of all the target's quartiles that are drawn."""
    drawn = [parts for c in found.columns for _, parts in c.description.steps]
    if not found.classes:
        drawn += [bar.parts for c in found.columns for bar in c.description.bars]
    numbers = [number for parts in drawn for number in parts]
    return min(numbers, default=0.0), max(numbers, default=0.0)


def value(number: float, described: Description) -> str:
    """Write a quantity, or a time of a column of times, for people."""
    if described.time:
        moment = dt.datetime.fromtimestamp(number, dt.UTC)
        return f"{moment:%Y-%m-%d}" if moment.time() == dt.time() else f"{moment:%Y-%m-%d %H:%M}"
    if abs(number) < 1e4:  # years among them, which take no comma
        return f"{number:.4g}"
    return f"{number:,.0f}" if abs(number) < 1e9 else f"{number:.3g}"


def missing(share: float) -> str:
    """Write the share of missing cells."""
    return f"{100 * share:.2g}% missing" if share else "none missing"


def rule(held: Rule) -> str:
    """Write what the schema holds a column to."""
    parts = ["may be missing" if held.nullable else "never missing"]
    parts += ["no value twice"] * held.unique
    if held.min is not None:
        parts.append(f"at least {held.min:g}")
    if held.max is not None:
        parts.append(f"at most {held.max:g}")
    if held.categories is not None:
        some = f", others in up to {100 * held.unseen:.2g}% of the rows" if held.unseen else ""
        parts.append(f"one of {len(held.categories)} listed{some}")
    if held.format is not None:
        parts.append(f"times like {held.format}")
    return "schema: " + ", ".join(parts)


def reason(column: Column) -> str:
    """Say why an association could not be measured."""
    described = column.description
    if described.distinct < 2:
        return "always the same"
    return "hardly a value repeats" if described.bars else f"fewer than {FEWEST} rows"


def _title(found: Exploration) -> str:
    sample = f", from {found.sampled:,} of them" if found.sampled < found.rows else ""
    return (
        f"[bold]{escape(found.data.source)}[/]: {found.rows:,} rows, {len(found.columns):,} "
        f"columns; what goes with [bold]{escape(found.data.target)}[/]{sample}"
    )


def _table(found: Exploration) -> Table:
    table = plain_table()
    table.add_column("column", style="bold")
    table.add_column("from 0 to 1, 95% interval", justify="right", no_wrap=True)
    table.add_column("corrected p", justify="right", no_wrap=True)
    table.add_column("says")
    for column in found.associated[:_FIRST]:
        if (one := column.association) is None:
            continue
        there = one.verdict is Verdict.there
        table.add_row(
            escape(column.name),
            # The letter of the measure stands for it; a line below the table names it.
            escape(f"{one.measure.split()[-1]} {one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"),
            p_number(one.p_value),
            "[green]goes with it[/]" if there else one.verdict.value,
        )
    return table
