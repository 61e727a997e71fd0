"""Hold the rows of a table to the rules of its schema, with pandera."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from .config import Data, SplitMethod
from .schema import EXACT, ColumnType, Role, Rule, Schema
from .violations import Violations

NOT_MISSING = "is not missing"
FINITE = "is finite"
WHOLE = "is a whole number"
SHORT = "has at most 15 digits"
HINTS = {
    NOT_MISSING: "fill the cells in, or set nullable: true in conf/schema.yaml",
    FINITE: "give a finite number or leave the cell empty",
    WHOLE: "round it, or set the column's type to number in conf/schema.yaml",
    SHORT: "longer numbers lose digits; if it is a name, set the type to text or category",
}
_MEND = "mend the cells, or the rule in conf/schema.yaml"


def pandera_schema(schema: Schema, data: Data) -> pa.DataFrameSchema:
    """Translate a schema for pandera.

    Parameters
    ----------
    schema
        The rules of the columns.
    data
        Says which columns can't be missing though their rule allows it: those of the key, and
        what the split goes by. The target's missing cells are not pandera's business.
    """
    by = {SplitMethod.group: Role.group, SplitMethod.time: Role.time}.get(data.split.method)
    filled = {*schema.key, *(data.with_role(by) if by else [])}
    columns = {}
    for name, rule in schema.columns.items():
        nullable = name == data.target or (rule.nullable and name not in filled)
        columns[name] = pa.Column(None, _checks(rule), nullable=nullable)
    return pa.DataFrameSchema(columns)


def hold(rows: pd.DataFrame, checker: pa.DataFrameSchema, found: Violations) -> None:
    """Check some rows, and add what breaks a rule.

    Parameters
    ----------
    rows
        Shape (n, columns), indexed by row id.
    checker
        From `pandera_schema`.
    found
        Takes the violations.
    """
    try:
        checker.validate(rows, lazy=True)
    except SchemaErrors as errors:
        for (column, check), cases in errors.failure_cases.groupby(["column", "check"], sort=False):
            rule = NOT_MISSING if check == "not_nullable" else str(check)
            examples = [] if rule == NOT_MISSING else cases["failure_case"].head(10)
            found.add(str(column), rule, cases["index"].tolist(), examples, HINTS.get(rule, _MEND))


def listed(rule: Rule) -> str:
    """Name the rule that a cell holds one of the listed categories."""
    names = ", ".join(rule.categories or [])
    return f"is one of {names}" if len(names) < 60 else f"is one of {len(rule.categories or [])}"


def _checks(rule: Rule) -> list[pa.Check]:
    checks = []
    if rule.type.numeric:
        checks.append(pa.Check(np.isfinite, error=FINITE))
    if rule.type is ColumnType.integer:
        checks += [pa.Check(_whole, error=WHOLE), pa.Check(_exact, error=SHORT)]
    if rule.min is not None:
        checks.append(pa.Check.ge(rule.min, error=f"is at least {rule.min:g}"))
    if rule.max is not None:
        checks.append(pa.Check.le(rule.max, error=f"is at most {rule.max:g}"))
    if rule.categories is not None:
        checks.append(pa.Check.isin(rule.categories, error=listed(rule)))
    return checks


def _whole(cells: pd.Series) -> pd.Series:
    return cells.round() == cells


def _exact(cells: pd.Series) -> pd.Series:
    return cells.abs() < EXACT
