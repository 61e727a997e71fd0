"""Say of each thing that may go wrong in production whether it did."""

import pandas as pd

from ..checks.result import Verdict
from ..config import Config
from ..report.numbers import bounded, significant
from .causes import concept, place, quality
from .finding import Finding, corrected, failed, listed, open_, passed
from .of_drift import drift, unit
from .of_rows import clock, duplicates, schema, skew, uncertainty
from .result import Backtested


def conclude(found: Backtested, config: Config) -> list[Finding]:
    """Judge everything, in the order in which one would look for a cause."""
    return [
        clock(found),
        duplicates(found),
        schema(found),
        skew(found, config),
        uncertainty(found),
        drift(found.inputs, "inputs", "Drift of inputs", found),
        unit(found),
        drift(found.predictions, "predictions", "Drift of predictions", found),
        arrival(found, config),
        place(found, config),
        quality(found),
        concept(found, config),
        age(found, config),
        slices(found),
        coverage(found, config),
    ]


def arrival(found: Backtested, config: Config) -> Finding:
    """Tell how much truth has come, how late it is, and whether it is a fair sample."""
    name, title, one = "arrival", "Truth that has come", found.truth
    if one.delay is None:
        return open_(name, title, "no row has truth yet: quality can't be told")
    words = f"{one.known:,} of {one.rows:,} rows have truth"
    if one.known < one.rows:
        words += f"; the newest is {one.delay / pd.Timedelta(days=1):.1f} days older than the log"
    if one.known == one.rows:
        return passed(name, title, words)
    tested = [s for s in one.selected if s.p_value == s.p_value]
    bad = [s for s in tested if s.p_value < config.backtest.level]
    if bad:
        test = min(bad, key=lambda s: s.p_value).test
        return failed(
            name, title,
            f"{words}, and which ones goes by what was predicted: {test.column}"
            f"{'' if test.of == 'median' else f' {test.of!r}'} {test.before} where it has come, "
            f"{test.after} where it has not ({listed([s.period for s in bad], 2)})",
            "quality is that of the rows with truth alone: get truth of a random part of all rows",
        )  # fmt: skip
    if not tested:
        return open_(
            name, title, f"{words}; too little data to tell whether they are a fair sample"
        )
    return passed(name, title, f"{words}; nothing says that they are no fair sample")


def age(found: Backtested, config: Config) -> Finding:
    """Tell how old the model was, and whether that shows."""
    name, title, one = "age", "Staleness", found.age
    first, last = max(one.first, 0.0), max(one.last, 0.0)
    words = f"the model was {first:.1f} days old at the first row, {last:.1f} at the last"
    if one.p_value != one.p_value:
        return open_(
            name, title, f"{words}; too little truth to tell whether quality falls with age"
        )
    rise = f"{one.loss} rises by {bounded(one.rise)} from the first to the last row"
    if one.p_value < config.backtest.level and one.trend > 0:
        step = "train on newer rows, and how often this has to be is told by the slope"
        return failed(name, title, f"{words}, and quality falls with age: {rise}", step)
    return passed(name, title, f"{words}; nothing says that quality falls with age ({rise})")


def slices(found: Backtested) -> Finding:
    """Tell which parts of the table fare worse than they did."""
    name, title = "slices", "Slices against validation"
    if not found.slices:
        return open_(name, title, "too little data to tell: no slice has enough rows on both sides")
    said = [
        f"{one.name}: {found.slice_loss} {significant(one.loss.value)} in {one.rows:,} rows, "
        f"{significant(one.before.value)} before"
        for one in found.slices if one.worse
    ]  # fmt: skip
    if said:
        step = "look at these rows first; what they share may be the cause"
        return failed(name, title, said[0], step, said[1:5])
    return passed(name, title, f"none of {len(found.slices):,} is surely worse than it was")


def coverage(found: Backtested, config: Config) -> Finding:
    """Tell whether conformal sets keep their promise in production."""
    name, title = "coverage", "Conformal promise"
    made = {
        n: e.conformal.coverage[0]
        for n, e in found.evaluations.items()
        if e.conformal and e.conformal.coverage
    }
    if not made:
        return open_(name, title, "too little data to tell")
    promise = config.methods.conformal.coverage
    values = corrected([one.p_value for one in made.values()])
    bad = [
        n for (n, one), p in zip(made.items(), values, strict=True)
        if p < config.backtest.level and one.found.value < promise
    ]  # fmt: skip
    shares = ", ".join(f"{one.found.value:.1%}" for one in list(made.values())[:12])
    if bad:
        step = "calibrate on newer rows, by training again"
        return failed(
            name,
            title,
            f"{promise:.0%} is promised, and less kept in {listed(bad)}: {shares}",
            step,
        )
    return passed(name, title, f"{promise:.0%} is promised; covered are {shares}")


def headline(findings: list[Finding]) -> str:
    """Count the verdicts."""
    count = {verdict: sum(one.verdict is verdict for one in findings) for verdict in Verdict}
    wrong = [one.title.lower() for one in findings if one.wrong]
    return (
        f"{count[Verdict.failed]} wrong{': ' + ', '.join(wrong) if wrong else ''}; "
        f"{count[Verdict.passed]} in order, {count[Verdict.inconclusive]} can't be told"
    )
