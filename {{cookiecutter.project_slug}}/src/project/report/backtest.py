"""Tell of a backtest: a page, a JSON file, and its gist on the terminal."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..backtesting.conclusions import headline
from ..backtesting.finding import Finding
from ..backtesting.result import ALL, Backtested
from ..checks.result import Verdict
from ..config import Config
from ..evaluation.costs import metrics_for
from ..paths import Paths
from ..runs import write_json
from . import backtest_figures as figures
from .html import write_page
from .numbers import bounded, p_number, significant
from .tables import plain_table

PAGE = "backtest.html"
_STYLE = {Verdict.passed: "green", Verdict.failed: "bold red", Verdict.inconclusive: "yellow"}


def tell(
    found: Backtested,
    findings: list[Finding],
    log: str,
    config: Config,
    paths: Paths,
    console: Console | None = None,
) -> None:
    """Write reports/backtest-<run>.html and .json, and print what matters.

    Parameters
    ----------
    found, findings
        What there is to tell, and what follows from it.
    log
        The file, as the user named it.
    config
        What the backtest was made with.
    paths
        The project.
    console
        Where to print; standard output where none is given.
    """
    name = f"backtest-{found.run}"
    span = f"{found.served.time[0]:%Y-%m-%d} to {found.served.time[-1]:%Y-%m-%d}"
    title = f"Run {found.run} in production: {len(found.served):,} rows, {span}"
    notes = [*_aside(found), *found.notes]
    write_page(
        PAGE,
        paths.reports / f"{name}.html",
        found=found,
        findings=findings,
        headline=headline(findings),
        title=title,
        log=log,
        notes=notes,
        config=config,
        rows=period_rows(found),
        before={one.metric: one.before for one in found.changes},
        metrics=metrics_for(config),
        drawn=figures.draw(found, config),
        told=bounded,
        p_value=p_number,
        all_rows=ALL,
    )
    write_json(plain(found, findings, log), paths.reports / f"{name}.json")
    console = console or Console(highlight=False)
    console.print(escape(title), soft_wrap=True, style="bold")
    console.print(_findings(findings))
    console.print(_periods(found, config))
    for note in notes:
        console.print(f"[dim]{escape(note)}[/]", soft_wrap=True)
    for one in findings:
        if one.wrong:
            console.print(
                f"[bold red]{escape(one.title)}:[/] next, {escape(one.next_step)}", soft_wrap=True
            )
    console.print(escape(headline(findings)), soft_wrap=True)
    shown = (paths.reports / name).relative_to(paths.root)
    console.print(f"all of it is in {shown}.html", soft_wrap=True)


def period_rows(found: Backtested) -> list[dict[str, Any]]:
    """Lay out a row for each period, and one for all: counts, figures, what evaluate says."""
    sizes = {
        one.name: (len(one.places), int(found.served.known[one.places].sum())) for one in found.cut
    }
    if len(sizes) > 1:
        sizes[ALL] = (len(found.served), found.truth.known)
    return [
        {
            "period": name,
            "rows": rows,
            "known": known,
            "changes": {one.metric: one for one in found.changes if one.period == name},
            "evaluation": found.evaluations.get(name),
        }
        for name, (rows, known) in sizes.items()
    ]


def plain(found: Backtested, findings: list[Finding], log: str) -> dict[str, Any]:
    """Return all of it as plain values for JSON."""
    return {
        "run": found.run,
        "log": log,
        "finished": found.finished.isoformat(),
        "rows": len(found.served),
        "with_truth": found.truth.known,
        "other_runs": found.served.aside,
        "findings": [{**asdict(one), "verdict": one.verdict.value} for one in findings],
        "periods": [
            {
                "period": one.name,
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "rows": len(one.places),
                "share_with_truth": found.truth.shares[one.name],
            }
            for one in found.cut
        ],
        "changes": [asdict(one) for one in found.changes],
        "inputs": [asdict(one) for one in found.inputs],
        "predictions": [asdict(one) for one in found.predictions],
        "slices": [asdict(one) for one in found.slices],
        "age": asdict(found.age),
        "skew": {
            key: value for key, value in asdict(found.skew).items() if key not in ("gaps", "own")
        },
        "evaluations": {name: one.plain() for name, one in found.evaluations.items()},
    }


def _aside(found: Backtested) -> list[str]:
    notes = []
    if found.served.aside:
        runs = ", ".join(
            f"{name} ({count:,})" for name, count in list(found.served.aside.items())[:5]
        )
        count = sum(found.served.aside.values())
        notes.append(f"{count:,} rows that other runs answered were set aside: {runs}.")
    if found.small:
        notes.append(
            f"Too few rows to be tested (backtest.min_rows): {', '.join(found.small[:5])}"
            f"{' and others' if len(found.small) > 5 else ''}."
        )
    return notes


def _findings(findings: list[Finding]) -> Table:
    table = plain_table()
    table.add_column("verdict", no_wrap=True)
    table.add_column("finding")
    table.add_column("evidence")
    for one in findings:
        more = f"\n… and {len(one.more)} more" if one.more else ""
        table.add_row(
            f"[{_STYLE[one.verdict]}]{one.verdict.value}[/]", one.title, escape(one.evidence + more)
        )
    return table


def _periods(found: Backtested, config: Config) -> Table:
    table = plain_table()
    table.add_column("period")
    for name in ("rows", "with\ntruth"):
        table.add_column(name, justify="right")
    metrics = metrics_for(config)
    for metric in metrics:
        arrow = "↑" if metric.higher_is_better else "↓"
        table.add_column(f"{arrow}{metric.name.replace(' ', chr(10) + ' ')}", justify="right")
    before = {one.metric: one.before for one in found.changes}
    if before:
        table.add_row(
            "validation", "", "", *(significant(before[metric.name].value) for metric in metrics)
        )
        table.add_section()
    for row in period_rows(found):
        cells = [_cell(row["changes"].get(metric.name)) for metric in metrics]
        table.add_row(row["period"], f"{row['rows']:,}", f"{row['known']:,}", *cells)
    return table


def _cell(one: Any) -> str:
    if one is None:
        return "–"
    text = significant(one.value.value)
    return f"[bold red]{text}[/]" if one.worse else text
