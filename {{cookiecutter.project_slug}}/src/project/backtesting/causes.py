"""Quality that fell, and what is behind it: truth in the wrong place, or a world that changed."""

from ..config import Config
from ..report.numbers import bounded, significant
from .finding import Finding, failed, listed, open_, passed
from .result import ALL, Backtested

_GOES = 0.001  # p-value, below which predictions and truth went together before


def place(found: Backtested, config: Config) -> Finding:
    """Tell whether truth stands where it belongs: classes swapped, joined to other rows, units."""
    name, title = "place", "Truth in its place"
    if not found.changes:
        return open_(name, title, "too little truth to tell")
    said = misplaced(found, config)
    if said:
        return failed(
            name, title, said[0],
            "join truth to the log by log.row_id anew, before anything is said of quality",
            said[1:],
        )  # fmt: skip
    return passed(name, title, "it fits the predictions better as it is than in another way")


def misplaced(found: Backtested, config: Config) -> list[str]:
    """Say in what way the truth is in the wrong place; empty where nothing says so."""
    level, said = config.backtest.level, []
    for kind in ("swapped", "shifted"):
        bad = [s for s in found.truth.suspicions if s.kind == kind and s.p_value < level]
        if bad:
            one = min(bad, key=lambda s: s.p_value)
            what = "classes are swapped" if kind == "swapped" else "rows are mixed up"
            said.append(
                f"{what}: {one.words} would fit {one.otherwise:.0%}, and {one.share:.0%} fit as it "
                f"is ({listed([s.period for s in bad], 2)})"
            )
    if found.truth_unit:
        unit = found.truth_unit
        said.append(
            f"the truth looks as in training if it is read as {unit.words}, from row {unit.row} on"
        )
    before, p_before = found.related["before"]
    worse = dict.fromkeys(one.period for one in found.changes if one.worse)
    against = [n for n in worse if found.related[n][0] < 0 and found.related[n][1] < _GOES]
    if p_before < _GOES and before > 0 and against and not said:
        said.append(
            f"truth runs against the predictions in {listed(against, 2)}: its sign is turned"
        )
    if found.lost and not said:
        said.append(
            f"truth has nothing to do with predictions nor with any column in "
            f"{listed(found.lost.periods, 2)} (tie {found.lost.strength:.2f}, "
            f"{found.lost.before:.2f} before): it was joined to other rows"
        )
    return said


def quality(found: Backtested) -> Finding:
    """Tell whether quality is what it was on the validation rows."""
    name, title = "quality", "Quality against the offline report"
    if not found.changes:
        return open_(name, title, "too little truth to tell")
    worse = [one for one in found.changes if one.worse]
    better = [one for one in found.changes if one.better]
    if not worse:
        words = f"none of {len(found.changes):,} tests is worse than on the validation rows"
        if better:
            return open_(
                name, title,
                f"{words}; {better[0].metric} is better in {listed([o.period for o in better], 2)}"
                ", which is odd: were these rows in training?",
            )  # fmt: skip
        return passed(name, title, words)
    said = []
    for metric in dict.fromkeys(one.metric for one in worse):
        own = [one for one in worse if one.metric == metric]
        least = min(own, key=lambda one: one.p_value)
        when = [one.period for one in own if one.period != ALL] or [ALL]
        said.append(
            f"{metric} {significant(least.value.value)}, {significant(least.before.value)} on the "
            f"validation rows (difference {bounded(least.difference)}) in {listed(when, 2)}"
        )
    return failed(name, title, said[0], "see the findings beside this one for the cause", said[1:])


def concept(found: Backtested, config: Config) -> Finding:
    """Tell whether the same inputs mean something else now: what is left if all else is right."""
    name, title = "concept", "Concept drift"
    falls = found.age.p_value < config.backtest.level and found.age.trend > 0
    if not found.changes:
        return open_(name, title, "too little truth to tell")
    if not falls and not any(one.worse for one in found.changes):
        return passed(name, title, "nothing says that the same inputs have another truth now")
    others = []
    if misplaced(found, config):
        others.append("truth is in the wrong place")
    if found.skew.differ and not found.skew.rounded:
        others.append("answers are not the model's own")
    if any(one.drifted for one in found.inputs):
        others.append("inputs have drifted")
    if found.broken:
        others.append("inputs break the schema")
    if others:
        return open_(name, title, f"quality fell, but {' and '.join(others)}: mend that first")
    return failed(
        name, title,
        "quality fell while inputs look as before, answers are the model's own and truth is in its "
        "place: the same inputs have another truth now",
        "train on newer rows; older ones teach what no longer holds",
    )  # fmt: skip
