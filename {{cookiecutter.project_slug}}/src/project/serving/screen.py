"""Hold the rows that a model is asked about to the rules of its schema, fast enough for one row.

The rules are those of `data.rules`, which words them with pandera; a test holds the two together.
Only what the model sees and the key are held to rules: a target is a truth that came out later.
"""

import math
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from ..data.schema import EXACT, ColumnType, Role, Rule, Schema
from ..data.violations import Violations
from ..errors import DataError

_LISTED = "the model has learnt these categories alone"
_BOUNDS = "the model has learnt from no such value"


class Screen:
    """The rules of a model's schema.

    Parameters
    ----------
    schema
        The rules.
    """

    def __init__(self, schema: Schema) -> None:
        self.rules = schema.columns
        self.needed = [n for n, rule in schema.columns.items() if rule.role is Role.feature]
        self.key = schema.key
        self._known = {
            name: pa.array(rule.categories, pa.string())
            for name, rule in schema.columns.items()
            if rule.categories is not None
        }

    def check_columns(self, names: Iterable[str], where: str) -> None:
        """Compare the columns that are given with those of the schema.

        Raises
        ------
        DataError
            When one that the model needs is missing, or one is unknown.
        """
        given = list(names)
        for name in self.needed:
            if name not in given:
                raise DataError(
                    f"{where} has no column '{name}', which the model needs: add it, with empty "
                    "cells where nothing is known"
                )
        for name in given:
            if name not in self.rules:
                raise DataError(
                    f"{where} has a column '{name}', which the schema of the model does not list: "
                    "take it out, or correct its name"
                )

    def check_rows(self, rows: pa.RecordBatch, first: int, found: Violations) -> dict[str, int]:
        """Check some rows, and add what breaks a rule.

        Parameters
        ----------
        rows
            Shape (n, columns), of the types that `data.cells.convert` gives.
        first
            The number of the first row, counted from 1.
        found
            Takes the violations.

        Returns
        -------
        dict
            Column to the number of cells with a category that the schema does not list, and lets
            pass: the model takes it for a rare one.
        """
        unseen = {}
        for name in (*self.needed, *(n for n in self.key if n not in self.needed)):
            if name not in rows.schema.names:
                continue
            cells, rule = rows.column(name), self.rules[name]
            if cells.null_count and (not rule.nullable or name in self.key):
                _add(found, name, "is not missing", cells.is_null(), None, first, "fill it in")
            if rule.type.numeric:
                _numbers(found, name, cells, rule, first)
            elif name in self._known:
                # Few words there are, and many cells: each is looked up once.
                coded = cells.dictionary_encode()
                new = pc.invert(pc.is_in(coded.dictionary, value_set=self._known[name]))
                if not pc.any(new).as_py():
                    continue
                strange = new.take(coded.indices)
                # The words of a dictionary need not all be in these rows.
                if not (count := pc.sum(strange).as_py()):
                    continue
                if rule.unseen:
                    unseen[name] = count
                else:
                    _add(found, name, listed(rule), strange, cells, first, _LISTED)
        return unseen


def listed(rule: Rule) -> str:
    """Name the rule that a cell holds one of the listed categories."""
    names = ", ".join(rule.categories or [])
    return f"is one of {names}" if len(names) < 60 else f"is one of {len(rule.categories or [])}"


def _numbers(found: Violations, name: str, cells: pa.Array, rule: Rule, first: int) -> None:
    ends = pc.min_max(cells)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is None:
        return
    whole = rule.type is ColumnType.integer
    if not (math.isfinite(low) and math.isfinite(high)):
        bad = pc.invert(pc.is_finite(cells))
        _add(found, name, "is finite", bad, cells, first, "give a finite number or none")
    if whole and not pc.all(pc.equal(pc.round(cells), cells)).as_py():
        bad = pc.not_equal(pc.round(cells), cells)
        _add(found, name, "is a whole number", bad, cells, first, "round it")
    if whole and max(-low, high) >= EXACT:
        bad = pc.greater_equal(pc.abs(cells), EXACT)
        _add(found, name, "has at most 15 digits", bad, cells, first, "longer ones lose digits")
    if rule.min is not None and low < rule.min:
        rule_, bad = f"is at least {rule.min:g}", pc.less(cells, rule.min)
        _add(found, name, rule_, bad, cells, first, _BOUNDS)
    if rule.max is not None and high > rule.max:
        rule_, bad = f"is at most {rule.max:g}", pc.greater(cells, rule.max)
        _add(found, name, rule_, bad, cells, first, _BOUNDS)


def _add(
    found: Violations,
    name: str,
    rule: str,
    bad: pa.Array,
    cells: pa.Array | None,
    first: int,
    hint: str,
) -> None:
    places = pc.indices_nonzero(pc.fill_null(bad, fill_value=False))
    examples = [] if cells is None else cells.take(places[:10]).to_pylist()
    found.add(name, rule, [first + at for at in places.to_pylist()], examples, hint)


def refuse(where: str, found: Violations) -> DataError:
    """Word all that rows break in one sentence: the first, and how many more there are."""
    first, *others = list(found)
    more = f"; and {len(others)} more" if others else ""
    return DataError(f"{where}: {first.sentence()}{more}")
