"""Measure what the checklist finds and what it alarms about, and print both as Markdown.

    make checklist    in the template, which writes docs/checklist.md and checklist-power.svg

Every planted mistake is looked at by the whole list; so are clean tables, each with several seeds
and two models; and for checks that go by chance, simulated tables show from which effect and how
many rows on they find it.
"""

import contextlib
import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from project.checks.case import Case
from project.checks.registry import Check, all_checks
from project.checks.verdicts import Finding, judge, run
from project.report.figures import drawing, svg

from . import tables
from .mistakes import MISTAKES

SEEDS = range(5)
MODELS = ("logistic", "boosting")
ROWS = (100, 300, 1000)
TRIES = 20


def look(case: Case, checks: list[Check]) -> list[Finding]:
    """Run checks on a case and judge them as a whole."""
    return judge(list(run(checks, case)), case.config.checks)


def detection() -> Iterator[str]:
    """Tell which mistakes are found, by which checks."""
    yield from ("| mistake | class | found by | also failing |", "| --- | --- | --- | --- |")
    found = 0
    for mistake in MISTAKES:
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.redirect_stdout(io.StringIO()),
            mistake.planted(Path(folder) / "project") as case,
        ):
            failing = [one.check.name for one in look(case, all_checks()) if one.alarm]
        hit = mistake.found_by in failing
        found += hit
        others = ", ".join(name.replace("_", " ") for name in failing if name != mistake.found_by)
        by = mistake.found_by.replace("_", " ") if hit else "**missed**"
        yield f"| {mistake.name} | {mistake.failure} | {by} | {others} |"
    yield f"\nFound: {found} of {len(MISTAKES)}."


def false_alarms() -> Iterator[str]:
    """Tell how often a check fails on a clean table."""
    yield from ("| table | checks run | false fails |", "| --- | --- | --- |")
    total = wrong = 0
    for name in tables.CLEAN:
        runs, alarms = 0, []
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
                frame, about = tables.table(name), tables.CLEAN[name]
                paths = tables.project(Path(folder) / "project", frame, *about, seed=seed)
                for model in MODELS:
                    case = tables.case(paths, f"model={model}", f"seed={seed}")
                    found = look(case, all_checks())
                    runs += len(found)
                    alarms += [one.check.title for one in found if one.alarm]
        total, wrong = total + runs, wrong + len(alarms)
        which = f" ({', '.join(alarms)})" if alarms else ""
        yield f"| {name} | {runs} | {len(alarms)}{which} |"
    yield f"\nFalse fails: {wrong} of {total} check runs ({wrong / total:.2%})."


def _simulated(rows: int, effect: float, seed: int) -> pd.DataFrame:
    """Draw a table whose target follows one of five features as closely as `effect` says."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 5))
    y = effect * x[:, 0] + draw.normal(size=rows)
    frame = pd.DataFrame(x.round(4), columns=[f"x{i}" for i in range(5)])
    return frame.assign(target=y.round(4))


def _share(name: str, rows: int, effect: float) -> float:
    """Return how often a check says what is true."""
    (check,) = (one for one in all_checks() if one.name == name)
    hits = 0
    for seed in range(TRIES):
        frame = _simulated(rows, effect if name != "the_splits_look_alike" else 0.5, seed)
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            paths = tables.project(
                Path(folder) / "project", frame, "target", "regression", seed=seed
            )
            case = tables.case(paths, "compute.workers=1")
            if name == "the_splits_look_alike":
                case.whole["valid"]["x0"] += effect
            (finding,) = look(case, [check])
        wanted = "fail" if name == "the_splits_look_alike" else "pass"
        hits += finding.verdict.value == wanted
    return hits / TRIES


def power(into: Path) -> None:
    """Draw how often checks that go by chance find what is there."""
    panels = {
        "beats_the_zero_rule": ("weight of one feature, noise 1", (0.0, 0.2, 0.4, 0.6, 1.0)),
        "finds_a_signal": ("weight of one feature, noise 1", (0.0, 0.2, 0.4, 0.6, 1.0)),
        "the_splits_look_alike": (
            "shift of a column in validation, in sd",
            (0.0, 0.25, 0.5, 1.0, 1.5),
        ),
    }
    with drawing(4.0 * len(panels), 3.4) as (figure, axes):
        axes.remove()
        for place, (name, (label, effects)) in enumerate(panels.items(), start=1):
            one = figure.add_subplot(1, len(panels), place)
            for rows in ROWS:
                shares = [_share(name, rows, effect) for effect in effects]
                one.plot(effects, shares, marker="o", label=f"{rows} rows")
            one.set(
                title=name.replace("_", " "), xlabel=label, ylabel="share found", ylim=(-0.03, 1.03)
            )
            one.legend()
        lines = [line.rstrip() for line in svg(figure, "What the checks find").splitlines()]
        into.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _main() -> None:
    power(Path(sys.argv[1]))
    for title, lines in (("Planted mistakes", detection()), ("Clean tables", false_alarms())):
        print(f"\n## {title}\n")
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    _main()
