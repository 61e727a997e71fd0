"""Tell whether an ensemble pays: reports/ensemble.html and .json, and its gist on the terminal."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.markup import escape

from ..evaluation.intervals import Estimate
from ..runs import write_json
from .html import write_page
from .numbers import interval, times
from .progress import written
from .tables import plain_table

if TYPE_CHECKING:
    from ..ensemble import Explained

PAGE = "ensemble.html"
FEW = 20  # members that are shown one by one


def tell(found: "Explained", reports: Path, console: Console | None = None) -> None:
    """Write the page and the figures, and print the gist.

    Parameters
    ----------
    found
        What there is to tell.
    reports
        The folder of the page.
    console
        Where to print; standard output where none is given.
    """
    from .ensemble_figures import agreement, scores

    reports.mkdir(exist_ok=True)
    write_json(_plain(found), reports / "ensemble.json")
    write_page(
        PAGE,
        reports / PAGE,
        found=found,
        rows=scored(found),
        why=why(found),
        verdict=verdict(found),
        costs=costs(found),
        scores=scores(found.found),
        agreement=agreement(found.found),
        of=_of,
        few=FEW,
    )
    console = console or Console(highlight=False)
    console.print(_title(found), soft_wrap=True)
    table = plain_table()
    table.add_column("")
    table.add_column(f"{found.found.score}, {found.confidence:.0%} interval", justify="right")
    for name, value in scored(found):
        table.add_row(escape(name), escape(value))
    console.print(table)
    table = plain_table()
    for name in ("cost", "ensemble", f"one member ({found.one_name})", "times"):
        table.add_column(escape(name), justify="right" if name != "cost" else "left")
    for row in costs(found):
        table.add_row(*row)
    console.print(table)
    for line in (*why(found), verdict(found)):
        console.print(escape(line), soft_wrap=True)
    console.print(f"all of it: {reports.name}/{PAGE}", soft_wrap=True)


def scored(found: "Explained") -> list[tuple[str, str]]:
    """List the ensemble, its members and what they could be together, each with its score."""
    figures, members = found.found.figures, found.found.members
    plain = "majority vote" if found.classes else "plain mean"
    rows = [
        ("the ensemble", _of(figures["ensemble"])),
        (f"{plain} of its members", _of(figures["plain"])),
        (f"{plain} if their errors were independent", _of(figures["independent"])),
    ]
    if found.found.bounds:
        low, high = found.found.bounds
        rows.append(("… whatever labels wrong members say", f"from {low:.3f} to {high:.3f}"))
    rows += [
        ("mean member", _of(figures["mean member"])),
        (f"best member on these rows ({found.found.best})", _of(members[found.found.best])),
    ]
    if len(members) <= FEW:
        rows += [(f"  member {name}", _of(value)) for name, value in members.items()]
    return rows


def costs(found: "Explained") -> list[tuple[str, str, str, str]]:
    """List what the ensemble costs, what a member costs, and the ratio."""
    pairs = [
        ("fit", found.whole.fit_s, found.one.fit_s, "{:.3g} s"),
        ("predict one row", found.whole.row_ms, found.one.row_ms, "{:.3g} ms"),
        (f"predict {found.rows} rows", found.whole.batch_ms, found.one.batch_ms, "{:.3g} ms"),
    ]
    rows = [(n, f.format(a), f.format(b), times(a / b)) for n, a, b, f in pairs]
    whole, one = found.whole.size, found.one.size
    return [*rows, ("size", written(whole), written(one), times(whole / one))]


def why(found: "Explained") -> list[str]:
    """Say in words how far the members' errors go together, and what that costs."""
    of, figures = found.found, found.found.figures
    rho, count = figures["correlation"], len(found.found.members)
    plain = "majority vote" if found.classes else "plain mean"
    lines = [
        f"Were the members' errors independent, their {plain} would have the {of.score} "
        f"{figures['independent'].value:.3g}; it has {figures['plain'].value:.3g}."
    ]
    if np.isnan(rho.value):
        return [*lines, "Members err on no row or on all: their errors can't be correlated."]
    worth = ""
    if of.effective is not None and of.effective < count:
        worth = (
            f": by the variance of their mean error, {count} members are worth "
            f"{of.effective:.2g} independent ones"
        )
    lines.append(f"Their errors have the mean correlation {_of(rho)}{worth}.")
    if of.ambiguity:
        together, mean, spread = of.ambiguity
        lines.append(
            f"Krogh and Vedelsby: squared error of the mean {together:.6g} = mean of the members' "
            f"{mean:.6g} - ambiguity {spread:.6g}."
        )
    return lines


def verdict(found: "Explained") -> str:
    """Say in one sentence whether the ensemble pays."""
    figures = found.found.figures
    # The best of many alike is best by luck; of different ones it is what could be used instead.
    name, gain = (
        ("one typical member", figures["gain over mean"])
        if found.alike
        else (f"its best member, {found.found.best},", figures["gain over best"])
    )
    fit, row, _, size = (ratio for *_, ratio in costs(found))
    price = f"it takes {fit} times the fit, {row} times the latency and {size} times the size"
    word, apart = ("worse", -gain) if gain.value < 0 else ("better", gain)
    told = f"it is {word} than {name} by {_of(apart)} in {found.found.score}"
    if gain.low > 0:
        return f"It pays if that is worth it to you: {told}, and {price}."
    if gain.low == gain.high == 0:
        return f"It does not pay: it is as good as {name} on every row, and {price}."
    if gain.high < 0:
        return f"It does not pay: {told}, and {price}."
    return f"Too little data to tell whether it pays: {told}, and {price}."


def _of(value: Estimate) -> str:
    return interval(value.value, value.low, value.high)


def _title(found: "Explained") -> str:
    count = len(found.found.members)
    return (
        f"[bold]{escape(found.model)}[/] (run {found.run}) predicts [bold]"
        f"{escape(found.target)}[/] by {count} members: {escape(found.combined)}; "
        f"from {found.rows} validation rows"
    )


def _plain(found: "Explained") -> dict[str, object]:
    whole = asdict(found)
    for name in ("correlations", "disagreements"):
        whole["found"][name] = whole["found"][name].tolist()
    for name in ("bounds", "ambiguity"):
        pair = whole["found"][name]
        whole["found"][name] = list(pair) if pair else None
    return {**whole, "verdict": verdict(found)}
