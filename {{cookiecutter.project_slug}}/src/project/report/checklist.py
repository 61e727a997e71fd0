"""Show the debugging checklist: on the terminal, as a page, and as Markdown with ticked boxes."""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from ..checks.case import Case
from ..checks.result import Verdict
from ..checks.verdicts import Finding
from ..files import replacing
from ..runs import write_json
from .html import write_page
from .tables import plain_table

_STYLE = {Verdict.passed: "green", Verdict.failed: "bold red", Verdict.inconclusive: "yellow"}
_BOX = {Verdict.passed: "[x]", Verdict.failed: "[ ]", Verdict.inconclusive: "[?]"}


def show(findings: list[Finding], case: Case, console: Console | None = None) -> None:
    """Print the checklist, with causes and the next step where a check fails."""
    console = console or Console(highlight=False)
    table = plain_table()
    table.add_column("verdict", no_wrap=True)
    table.add_column("check")
    table.add_column("evidence")
    for failure, group in groupby(findings, key=lambda one: one.check.failure):
        table.add_section()
        table.add_row("", f"[bold]{failure.value}[/]", "")
        for one in group:
            word = f"[{_STYLE[one.verdict]}]{one.verdict.value}[/]"
            evidence = f"[dim]waived: {escape(one.waiver)}[/]\n" if one.waiver else ""
            table.add_row(
                "waived" if one.waiver else word,
                one.check.title,
                evidence + escape(one.result.evidence) + _needed(one),
            )
    console.print(table)
    for one in findings:
        if one.alarm:
            console.print(f"[bold red]{one.check.title}[/]: {one.check.summary}", soft_wrap=True)
            for cause in one.result.causes:
                console.print(f"  perhaps {escape(cause)}", soft_wrap=True)
            console.print(f"  next: {escape(one.result.next_step)}", soft_wrap=True)
    console.print(headline(findings, case), soft_wrap=True)


def headline(findings: list[Finding], case: Case) -> str:
    """Count the verdicts, and say of how many rows."""
    count = Counter(one.verdict for one in findings)
    waived = sum(bool(one.waiver) for one in findings)
    rows = f"{len(case.train):,} training and {len(case.valid):,} validation rows"
    if case.sampled:
        whole = case.whole
        rows += f", drawn from {len(whole['train']):,} and {len(whole['valid']):,}"
    failed = count[Verdict.failed] - waived
    return (
        f"{count[Verdict.passed]} pass, {failed} fail, {count[Verdict.inconclusive]} inconclusive"
        f"{f', {waived} waived' if waived else ''}; on {rows}"
    )


def write(findings: list[Finding], case: Case, reports: Path) -> None:
    """Write checklist.html, checklist.md and checklist.json."""
    reports.mkdir(exist_ok=True)
    head = headline(findings, case)
    groups = [
        (failure.value, list(group))
        for failure, group in groupby(findings, key=lambda one: one.check.failure)
    ]
    write_page(
        "checklist.html",
        reports / "checklist.html",
        groups=groups,
        headline=head,
        model=case.config.model.name,
        target=case.config.data.target,
        needed=_needed,
    )
    lines = [f"# Debugging checklist: {case.config.model.name}", "", head, ""]
    for failure, group in groups:
        lines += [f"## {failure}", "", *(_line(one) for one in group), ""]
    with replacing(reports / "checklist.md") as scratch:
        scratch.write_text("\n".join(lines), encoding="utf-8")
    with replacing(reports / "checklist.json") as scratch:
        write_json(
            {"level": case.config.checks.level, "checks": [plain(f) for f in findings]}, scratch
        )


def plain(one: Finding) -> dict[str, Any]:
    """Return a finding as plain values."""
    return {
        "check": one.check.name,
        "failure": one.check.failure.name,
        "verdict": one.verdict.value,
        "waiver": one.waiver,
        "evidence": one.result.evidence,
        "p_value": one.result.p_value,
        "p_corrected": one.p_corrected,
        "rows_needed": one.result.rows_needed,
        "causes": list(one.result.causes),
        "next_step": one.result.next_step,
        "seconds": one.seconds,
    }


def _line(one: Finding) -> str:
    text = (
        f"- {_BOX[one.verdict]} **{one.check.title}**: {one.verdict.value}. {one.result.evidence}"
    )
    if one.waiver:
        return f"{text} (waived: {one.waiver})"
    return f"{text}. Next: {one.result.next_step}" if one.alarm else text + _needed(one)


def _needed(one: Finding) -> str:
    rows = one.result.rows_needed
    return f" (some {rows:,} rows would tell)" if rows else ""
