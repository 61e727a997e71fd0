"""Tell what a model assumes: reports/assumptions.html and .json, and a table on the terminal."""

from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ..assumptions.finding import Finding, Verdict
from ..assumptions.report import Assumed, Looked
from ..config import Config
from ..runs import write_json
from .html import write_page
from .numbers import interval, p_number
from .tables import plain_table

PAGE = "assumptions.html"
_STYLES = {
    Verdict.holds: ("green", "good"),
    Verdict.violated: ("red", "bad"),
    Verdict.untold: ("yellow", "odd"),
    Verdict.untestable: ("dim", "soft"),
}


def tell(
    found: Assumed, config: Config, size: int, reports: Path, console: Console | None = None
) -> None:
    """Write the page and the figures, and print the table.

    Parameters
    ----------
    found
        What there is to tell.
    config
        The model, and what it predicts.
    size
        Training rows.
    reports
        The folder of the page.
    console
        Where to print; standard output where none is given.
    """
    reports.mkdir(exist_ok=True)
    write_json(_plain(found, config, size), reports / "assumptions.json")
    write_page(
        PAGE,
        reports / PAGE,
        found=found,
        config=config,
        size=size,
        unknown=unknown(found),
        summary=summary(found),
        figure=figure,
        p=p,
        css=lambda verdict: _STYLES[verdict][1],
    )
    console = console or Console(highlight=False)
    console.print(_title(found, config, size), soft_wrap=True)
    table = plain_table()
    for name in ("assumption", "verdict", "how far off"):
        table.add_column(name)
    table.add_column("corrected p", justify="right", no_wrap=True)
    for one in found.looked:
        colour = _STYLES[one.finding.verdict][0]
        table.add_row(
            escape(one.assumption.name),
            f"[{colour}]{one.finding.verdict.value}[/]",
            escape(figure(one.finding)),
            p(one.finding),
        )
    console.print(table)
    for one in _violated(found):
        console.print(f"[red]violated:[/] {escape(sentence(one))}", soft_wrap=True)
    if unknown(found):
        console.print(f"[yellow]{escape(unknown(found))}[/]", soft_wrap=True)
    console.print(f"{summary(found)}; all of it: {reports.name}/{PAGE}", soft_wrap=True)


def figure(found: Finding) -> str:
    """Write how far an assumption is off, with its interval, or why that is not known."""
    if found.verdict is Verdict.untestable:
        return found.reason
    effect = found.effect
    return f"{interval(effect.value, effect.low, effect.high)} (limit {found.margin:g})"


def p(found: Finding) -> str:
    """Write a corrected p-value."""
    return p_number(found.p_corrected)


def sentence(one: Looked) -> str:
    """Say what a violated assumption means and what to try."""
    return (
        f"{one.assumption.name}. {one.finding.evidence} {figure(one.finding)}. It means: "
        f"{one.assumption.means}. Try: {one.assumption.attempt}."
    )


def summary(found: Assumed) -> str:
    """Say in one sentence what came of it."""
    broken = [one.assumption.name.partition(":")[0] for one in _violated(found)]
    if broken:
        return f"violated: {', '.join(dict.fromkeys(broken))}"
    return "no assumption is surely violated"


def unknown(found: Assumed) -> str:
    """Say which estimators the registry does not know; empty where it knows all."""
    if not found.unknown:
        return ""
    return (
        f"The registry has no entry for {', '.join(found.unknown)}: only what every model assumes "
        "was looked at; add it to src/project/assumptions/registry.py"
    )


def _violated(found: Assumed) -> list[Looked]:
    return [one for one in found.looked if one.finding.verdict is Verdict.violated]


def _title(found: Assumed, config: Config, size: int) -> str:
    kinds = ", ".join(found.families) or "an unknown family"
    return (
        f"What [bold]{escape(config.model.name)}[/] ({kinds}) assumes to predict "
        f"[bold]{escape(config.data.target)}[/], tested on {size} training rows"
    )


def _plain(found: Assumed, config: Config, size: int) -> dict[str, object]:
    return {
        "model": config.model.name,
        "families": found.families,
        "unknown": found.unknown,
        "rows": size,
        "assumptions": [
            {
                "assumption": one.assumption.name,
                **asdict(one.finding),
                "verdict": one.finding.verdict.value,
                "means": one.assumption.means,
                "try": one.assumption.attempt,
            }
            for one in found.looked
        ],
    }
