"""What may stand in a column, going by all that stood in it so far."""

import math
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from .schema import ColumnType, Role, Rule

MAX_LISTED = 30  # categories, above which a column's are not listed
_UNSEEN = 0.01
_FAR = 1e300  # beyond it twice a number may be no number


@dataclass
class Seen:
    """What went by in one column."""

    missing: int = 0
    low: float = math.inf
    high: float = -math.inf
    categories: set[str] = field(default_factory=set)

    def add(self, cells: pa.Array) -> None:
        """Look at the next cells, shape (n,)."""
        self.missing += cells.null_count
        if pa.types.is_floating(cells.type):
            finite = cells.filter(pc.is_finite(cells)) if cells.null_count < len(cells) else cells
            low, high = pc.min_max(finite).as_py().values()
            if low is not None:
                self.low, self.high = min(self.low, low), max(self.high, high)
        elif pa.types.is_string(cells.type) and len(self.categories) <= MAX_LISTED:
            self.categories.update(cells.drop_null().unique().to_pylist())


def bound(rule: Rule, seen: Seen) -> None:
    """Put into a rule what the cells of all the rows say: range, categories, missing cells."""
    if rule.role is not Role.target:  # missing_target in conf/data.yaml has that
        rule.nullable = seen.missing > 0
    if rule.type.numeric and -_FAR < seen.low <= seen.high < _FAR:
        rule.min, rule.max = widened(seen.low, seen.high)
    if rule.type is ColumnType.category and 0 < len(seen.categories) <= MAX_LISTED:
        rule.categories = sorted(seen.categories)
        rule.unseen = 0.0 if rule.role is Role.target else _UNSEEN


def widened(low: float, high: float) -> tuple[float, float]:
    """Return round bounds with half the width of a range to spare on both sides.

    What was never negative stays so.
    """
    span = max((high - low) or abs(high) or 1.0, 1 / _FAR)
    step = 10.0 ** math.floor(math.log10(span))
    down = math.floor((low - span / 2) / step) * step
    up = math.ceil((high + span / 2) / step) * step
    bottom = max(down, 0.0) if low >= 0 else down
    digits = max(0, -math.floor(math.log10(step)))
    return round(bottom, digits), round(up, digits)
