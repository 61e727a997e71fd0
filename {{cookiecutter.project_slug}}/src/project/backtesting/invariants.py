"""Hold the rows that were served to the schema of their model's day."""

from dataclasses import dataclass

from ..config import Config
from ..data.rules import hold, pandera_schema
from ..data.schema import Schema
from ..data.violations import Violations
from ..data.whole import tolerate_unseen
from .known import Known
from .periods import Period
from .served import Served


@dataclass(frozen=True)
class Broken:
    """A rule of the schema that served rows break.

    Attributes
    ----------
    column, rule, period
        The period is the first in which it is broken.
    count, rows
        How many rows break it, and the numbers of the first.
    example
        A cell.
    """

    column: str
    rule: str
    period: str
    count: int
    rows: list[int]
    example: str


def invariants(
    known: Known, served: Served, cut: list[Period], config: Config
) -> tuple[list[Broken], list[str]]:
    """Find the rules that are broken, and say what the schema tolerates.

    A share of unseen categories that the schema allows is allowed to each period, since what is
    new at the end would be a small share of the whole.
    """
    features = [str(name) for name in served.rows if name != config.data.target]
    schema = Schema([], {name: known.schema.columns[name] for name in features})
    checker = pandera_schema(schema, config.data)
    broken: dict[tuple[str, str], Broken] = {}
    cautions: list[str] = []
    for period in cut:
        found = Violations()
        hold(served.rows[features].iloc[period.places], checker, found)
        cautions += tolerate_unseen(schema, len(period.places), found)
        for one in found:
            before = broken.get((one.column, one.rule))
            example = one.examples[0] if one.examples else ""
            broken[one.column, one.rule] = Broken(
                one.column,
                one.rule,
                before.period if before else period.name,
                one.count + (before.count if before else 0),
                before.rows if before else one.rows,
                before.example if before else example,
            )
    return list(broken.values()), list(dict.fromkeys(cautions))
