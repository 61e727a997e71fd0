"""Say of each thing that may go wrong in production whether it did."""

import pandas as pd

from ..checks.result import Verdict
from ..config import Config
from .backtest import ALL, Backtested
from .causes import concept, place, quality
from .drift import GAPS, Drift
from .finding import Finding, corrected, failed, listed, open_, passed

_SET_BACK = (pd.Timedelta(minutes=10), pd.Timedelta(hours=15))  # more is a file joined to another
_UNSORTED = 0.1  # share of rows before which time goes back


def conclude(found: Backtested, config: Config) -> list[Finding]:
    """Judge everything, in the order in which one would look for a cause."""
    return [
        clock(found),
        duplicates(found),
        schema(found),
        skew(found, config),
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


def clock(found: Backtested) -> Finding:
    """Look at the times of the log: zones, the future, the past, and steps back."""
    name, title, log = "clock", "Times of the log", found.served
    wrong = []
    if len(log.zones) > 1:
        counts = ", ".join(f"{n:,} in {zone}" for zone, n in sorted(log.zones.items()))
        wrong.append(f"times are of more than one kind: {counts}".replace("in no zone", "without a zone"))
    early = int((log.time < found.finished).sum())
    if early:
        wrong.append(
            f"{early:,} rows were answered before the model was made ({found.finished:%Y-%m-%d %H:%M} "
            f"UTC), the first at {log.time[0]:%Y-%m-%d %H:%M}"
        )
    late = int((log.time > pd.Timestamp.now("UTC").tz_localize(None)).sum())
    if late:
        wrong.append(f"{late:,} rows lie in the future, the last at {log.time[-1]:%Y-%m-%d %H:%M}")
    steps = [(row, by) for row, by in log.back if _SET_BACK[0] <= by <= _SET_BACK[1]]
    sorted_ = len(log.back) <= _UNSORTED * len(log)
    if steps and sorted_:
        row, by = steps[0]
        hours = by.total_seconds() / 3600
        wrong.append(
            f"time goes back {len(steps):,} times, first by {hours:.1f} h before row {row}: a clock was "
            "set back, or writes local time"
        )
    if wrong:
        return failed(
            name, title, wrong[0], "let every writer of the log take the time in UTC, and repair it",
            wrong[1:],
        )  # fmt: skip
    span = f"{log.time[0]:%Y-%m-%d %H:%M} to {log.time[-1]:%Y-%m-%d %H:%M} UTC"
    if not sorted_:
        return open_(name, title, f"{span}; the rows are in no order of time, which hides its faults")
    if "UTC" not in log.zones:
        return open_(name, title, f"{span}; times are in {next(iter(log.zones))}, and taken for UTC")
    return passed(name, title, f"{span}, all in UTC and in order")


def duplicates(found: Backtested) -> Finding:
    """Look for rows that stand twice."""
    name, title, log = "duplicates", "Rows that stand twice", found.served
    if not log.repeated:
        return passed(name, title, f"none of {len(log):,} rows")
    late, before = log.repeated[0]
    torn = f", {log.torn:,} of them with another truth" if log.torn else ""
    return failed(
        name,
        title,
        f"{len(log.repeated):,} rows repeat another{torn}; the first is row {late}, as row {before}; they were "
        "left out of all else",
        "look at what writes the log twice, or at a join with truth that has a row more than once",
    )


def schema(found: Backtested) -> Finding:
    """Tell which rules of the schema served rows break."""
    name, title = "schema", "Rules of the schema"
    said = [
        f"column '{one.column}' breaks the rule '{one.rule}' in {one.count:,} rows, the first is row "
        f"{one.rows[0]}" + (f" with '{one.example}'" if one.example else "") + f" ({one.period})"
        for one in found.broken
    ]
    if said:
        return failed(
            name, title, said[0],
            "find out where these cells come from: the model answers, and was never taught them",
            said[1:] + found.cautions,
        )  # fmt: skip
    if found.cautions:
        return open_(name, title, found.cautions[0])
    return passed(name, title, "every row keeps to them")


def skew(found: Backtested, config: Config) -> Finding:
    """Tell whether the model was asked what the log says it was."""
    name, title, one = "skew", "Training–serving skew", found.skew
    if not one.differ:
        limit = config.backtest.tolerance
        return passed(name, title, f"all {one.rows:,} answers are the model's own, to {limit:.0e}")
    words = (
        f"{one.differ:,} of {one.rows:,} answers are not the model's own, from row {one.first} on: by "
        f"{one.median:.3g} in the middle, {one.largest:.3g} at most"
    )
    if found.skew.decisions:
        words += f"; {one.decisions:,} decisions are others"
    if one.rounded:
        return open_(name, title, f"{words}: as little as digits that the log lacks")
    if one.cause:
        words += f"; {one.cause}"
    return failed(
        name, title, words, "let the service hand raw features to the run's pipeline, which prepares them"
    )


def drift(found: list[Drift], name: str, title: str, whole: Backtested) -> Finding:
    """Tell which columns have drifted."""
    tested = [one for one in found if one.p_value == one.p_value]
    if not tested:
        return open_(name, title, f"too little data to tell: {len(whole.served):,} rows")
    bad = sorted((one for one in tested if one.drifted), key=lambda one: -abs(one.test.effect))
    count = f"{len(tested):,} tests of {len({one.column for one in tested}):,} columns"
    if not bad:
        slight = listed([one.column for one in tested if one.slightly])
        less = f"; {slight} by too little to matter" if slight else ""
        return passed(name, title, f"none is sure in {count}{less}")
    each = {}
    for one in bad:
        each.setdefault((one.column, one.what), one)
    said = [_drift(one, bad) for one in each.values()]
    return failed(
        name, title, f"{said[0]} (of {count})",
        "look for a change in where the column comes from; if the world has changed, train on newer rows",
        said[1:],
    )  # fmt: skip


def _drift(one: Drift, bad: list[Drift]) -> str:
    test = one.test
    what = "missing cells" if one.what == GAPS else "median" if test.of == "median" else f"'{test.of}'"
    periods = [o.period for o in bad if (o.column, o.what) == (one.column, one.what) and o.period != ALL]
    when = f" in {listed(periods, 2)}" if periods else " in all rows together"
    return f"{one.column}: {what} from {test.before} to {test.after}, distance {abs(test.effect):.2f}{when}"


def unit(found: Backtested) -> Finding:
    """Tell which columns are in another unit."""
    name, title = "units", "Units"
    said = [
        f"{one.column} looks as before if it is read as {one.words}, from row {one.row} on "
        f"({one.time:%Y-%m-%d %H:%M}, {one.rows:,} rows)"
        for one in found.units
    ]
    if said:
        step = "convert these rows to the unit that the model learnt, where they are made"
        return failed(name, title, said[0], step, said[1:])
    return passed(name, title, "no column that drifted looks as before in another unit")


def arrival(found: Backtested, config: Config) -> Finding:
    """Tell how much truth has come, how late it is, and whether it is a fair sample."""
    name, title, one = "arrival", "Truth that has come", found.truth
    if not one.known:
        return open_(name, title, "no row has truth yet: quality can't be told")
    assert one.delay is not None
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
        return open_(name, title, f"{words}; too little data to tell whether they are a fair sample")
    return passed(name, title, f"{words}; nothing says that they are no fair sample")


def age(found: Backtested, config: Config) -> Finding:
    """Tell how old the model was, and whether that shows."""
    name, title, one = "age", "Staleness", found.age
    words = f"the model was {max(one.first, 0):.1f} days old at the first row, {max(one.last, 0):.1f} at the last"
    if one.p_value != one.p_value:
        return open_(name, title, f"{words}; too little truth to tell whether quality falls with age")
    rise = f"{one.loss} {one.rise.value:+.3g} [{one.rise.low:.3g}, {one.rise.high:.3g}] from first to last row"
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
        f"{one.name}: {found.slice_loss} {one.loss.value:.3g} in {one.rows:,} rows, {one.before.value:.3g} before"
        for one in found.slices if one.worse
    ]  # fmt: skip
    if said:
        step = "look at these rows first; what they share may be the cause"
        return failed(name, title, said[0], step, said[1:5])
    return passed(name, title, f"none of {len(found.slices):,} is surely worse than it was")


def coverage(found: Backtested, config: Config) -> Finding:
    """Tell whether conformal sets keep their promise in production."""
    name, title = "coverage", "Conformal promise"
    made = {n: e.conformal.coverage[0] for n, e in found.evaluations.items() if e.conformal and e.conformal.coverage}
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
        return failed(name, title, f"{promise:.0%} is promised, and less kept in {listed(bad)}: {shares}", step)
    return passed(name, title, f"{promise:.0%} is promised; covered are {shares}")


def headline(findings: list[Finding]) -> str:
    """Count the verdicts."""
    count = {verdict: sum(one.verdict is verdict for one in findings) for verdict in Verdict}
    wrong = [one.title.lower() for one in findings if one.wrong]
    return (
        f"{count[Verdict.failed]} wrong{': ' + ', '.join(wrong) if wrong else ''}; "
        f"{count[Verdict.passed]} in order, {count[Verdict.inconclusive]} can't be told"
    )
