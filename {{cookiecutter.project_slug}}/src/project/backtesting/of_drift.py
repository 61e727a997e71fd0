"""Say which columns have drifted, and which are in another unit."""

from .drift import GAPS, Drift
from .finding import Finding, failed, listed, open_, passed
from .result import ALL, Backtested


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
    each: dict[tuple[str, str], Drift] = {}
    for one in bad:
        each.setdefault((one.column, one.what), one)
    said = [_drift(one, bad) for one in each.values()]
    return failed(
        name, title, f"{said[0]} (of {count})",
        "look where the column comes from; if it is the world that changed, train on newer rows",
        said[1:],
    )  # fmt: skip


def _drift(one: Drift, bad: list[Drift]) -> str:
    test = one.test
    what = (
        "missing cells" if one.what == GAPS else "median" if test.of == "median" else f"'{test.of}'"
    )
    periods = [
        o.period for o in bad if (o.column, o.what) == (one.column, one.what) and o.period != ALL
    ]
    when = f" in {listed(periods, 2)}" if periods else " in all rows together"
    size = f"distance {abs(test.effect):.2f}"
    return f"{one.column}: {what} from {test.before} to {test.after}, {size}{when}"


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
