"""Say whether the rows of a log are what they should be: times, cells, answers."""

import pandas as pd

from ..config import Config
from .finding import Finding, failed, open_, passed
from .result import Backtested

_SET_BACK = (pd.Timedelta(minutes=10), pd.Timedelta(hours=15))  # more is a file joined to another
_UNSORTED = 0.1  # share of rows before which time goes back


def clock(found: Backtested) -> Finding:
    """Look at the times of the log: zones, the future, the past, and steps back."""
    name, title, log = "clock", "Times of the log", found.served
    wrong = []
    if len(log.zones) > 1:
        counts = ", ".join(f"{n:,} in {zone}" for zone, n in sorted(log.zones.items()))
        wrong.append(
            f"times are of more than one kind: {counts}".replace("in no zone", "without a zone")
        )
    early = int((log.time < found.finished).sum())
    if early:
        wrong.append(
            f"{early:,} rows were answered before the model was made "
            f"({found.finished:%Y-%m-%d %H:%M} UTC), the first at {log.time[0]:%Y-%m-%d %H:%M}"
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
            f"time goes back {len(steps):,} times, first by {hours:.1f} h before row {row}: a "
            "clock was set back, or writes local time"
        )
    if wrong:
        return failed(
            name, title, wrong[0], "let all that write the log take the time in UTC, and mend it",
            wrong[1:],
        )  # fmt: skip
    span = f"{log.time[0]:%Y-%m-%d %H:%M} to {log.time[-1]:%Y-%m-%d %H:%M} UTC"
    if not sorted_:
        return open_(
            name, title, f"{span}; the rows are in no order of time, which hides its faults"
        )
    if "UTC" not in log.zones:
        said = (
            "say no zone, and are taken for UTC" if "no zone" in log.zones else "say another zone"
        )
        return open_(name, title, f"{span}; the times in the log {said}")
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
        f"{len(log.repeated):,} rows repeat another{torn}; the first is row {late}, as {before}; "
        "they were left out of all else",
        "look at what writes the log twice, or at a join with truth that has a row more than once",
    )


def schema(found: Backtested) -> Finding:
    """Tell which rules of the schema served rows break."""
    name, title = "schema", "Rules of the schema"
    said = [
        f"column '{one.column}' breaks the rule '{one.rule}' in {one.count:,} rows, the first is "
        f"row {one.rows[0]}"
        + (f" with '{one.example}'" if one.example else "")
        + f" ({one.period})"
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
        f"{one.differ:,} of {one.rows:,} answers are not the model's own, from row {one.first} on: "
        f"by {one.median:.3g} in the middle, {one.largest:.3g} at most"
    )
    if one.decisions:
        words += f"; {one.decisions:,} decisions are others"
    if one.rounded:
        return open_(name, title, f"{words}: as little as digits that the log lacks")
    if one.cause:
        words += f"; {one.cause}"
    return failed(
        name,
        title,
        words,
        "let the service hand raw features to the run's pipeline, which prepares them",
    )


def uncertainty(found: Backtested) -> Finding:
    """Tell whether sets, intervals and abstaining are those that the model's limits make."""
    one = found.uncertainty
    name, title = "uncertainty", "Stated uncertainty"
    if not one.said:
        return open_(name, title, "the log states none")
    if not one.differ:
        said = " and ".join(f"{count:,} {what}" for what, count in one.said.items())
        return passed(name, title, f"{said} are as the model's own limits make them")
    counts = " and ".join(
        f"{count:,} of {one.said[what]:,} {what}" for what, count in one.differ.items()
    )
    words = f"{counts} are not as the model's own limits make them, from row {one.first} on"
    return failed(
        name,
        title,
        f"{words}; {one.cause}" if one.cause else words,
        "let the model answer, and this be asked, with the same conf/methods/; then `make release` "
        "anew, which keeps the limits in the image",
    )
