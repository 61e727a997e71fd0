"""Truth that has come, and truth that has not: whose, when, and whether it is where it belongs."""

from dataclasses import dataclass

import pandas as pd

from ..evaluation.shares import values
from ..evaluation.shift import TwoSampleTest
from .drift import answers
from .finding import corrected
from .misplaced import suspect
from .periods import Period
from .served import Served


@dataclass(frozen=True)
class Suspicion:
    """Truth that would fit better in another way.

    Attributes
    ----------
    kind
        "swapped" classes, or "shifted" rows.
    period, words
        Where, and how it would fit better.
    p_value
        Corrected for all of the family.
    share, otherwise
        How much of it fits as it is, and in the other way: shares of the rows.
    """

    kind: str
    period: str
    words: str
    p_value: float
    share: float
    otherwise: float


@dataclass(frozen=True)
class Selected:
    """Whether what was predicted differs between rows with truth and without.

    Attributes
    ----------
    period, test
        Where, and the comparison: rows without truth against rows with it.
    p_value
        Corrected for all of the family.
    """

    period: str
    test: TwoSampleTest
    p_value: float


@dataclass(frozen=True)
class Truth:
    """What there is to say of truth.

    Attributes
    ----------
    rows, known
        How many rows there are, and how many have truth.
    delay
        From the newest row that has truth to the newest of all; None where none has.
    suspicions, selected
        Tests; each period has as many as it has enough rows for.
    shares
        By period, the share of rows that have truth.
    """

    rows: int
    known: int
    delay: pd.Timedelta | None
    suspicions: list[Suspicion]
    selected: list[Selected]
    shares: dict[str, float]


def truth(
    served: Served, cut: list[Period], judged: list[Period], spread: float, min_rows: int
) -> Truth:
    """Look at the truth of a log.

    Parameters
    ----------
    served
        The log.
    cut, judged
        Periods: as positions in the log, and in its rows with truth where they are enough.
    spread
        Standard deviation of the target in training; not used for classes.
    min_rows
        Below which a period is not tested.
    """
    known = served.known
    delay = served.time[-1] - served.time[known][-1] if known.any() else None
    tried = [one for period in judged for one in suspect(served.judged, period, spread)]
    compared = _selected(served, cut, min_rows) if known.any() and not known.all() else []
    made = iter(corrected([p for *_, p in tried] + [test.p_value for _, test in compared]))
    return Truth(
        rows=len(served),
        known=int(known.sum()),
        delay=delay,
        suspicions=[
            Suspicion(kind, period, words, next(made), share, other)
            for kind, period, words, share, other, _ in tried
        ],
        selected=[Selected(period, test, next(made)) for period, test in compared],
        shares={one.name: float(known[one.places].mean()) for one in cut},
    )


def _selected(served: Served, cut: list[Period], min_rows: int) -> list[tuple[str, TwoSampleTest]]:
    """Compare, within each period, what was said of rows with truth and without."""
    columns = answers(served.said)
    found = []
    for period in cut:
        known = served.known[period.places]
        if min(known.sum(), (~known).sum()) < min_rows / 2:
            continue
        rows = columns.iloc[period.places]
        for name in columns:
            numeric = pd.api.types.is_numeric_dtype(columns[name].dtype)
            old, new = rows[name][known], rows[name][~known]
            found.append((period.name, values(str(name), old, new, numeric=numeric)))
    return found
