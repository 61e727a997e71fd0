"""What goes wrong with the columns and cells of a CSV, and what becomes of it."""

import pandas as pd

from .corrupt import (
    HEADER,
    Table,
    accepted,
    cell,
    column,
    refused,
    renamed,
    same,
    same_but,
    swap,
    table,
)


def reordered(rows: Table) -> Table:
    """Put the columns into another order, names and all."""
    return [row[::-1] for row in rows]


def leaking(rows: Table) -> Table:
    """Let one column say what the target says."""
    at, kind = HEADER.index("fresh"), HEADER.index("kind")
    for row in rows[1:]:
        row[at] = "yes" if row[kind] == "plum" else "no"
    return rows


def counts_are_zero(found: pd.DataFrame, _: pd.DataFrame) -> bool:
    """Tell whether a column is constant."""
    return bool((found["count"] == 0).all())


COLUMNS = [
    refused("a column is missing", table(lambda t: [r[:1] + r[2:] for r in t]), "no column 'size'"),
    refused(
        "a column is new",
        table(lambda t: [[*r, "x" if i else "extra"] for i, r in enumerate(t)]),
        "column 'extra'",
        "does not list",
    ),
    refused("a column is renamed", renamed("size", "width"), "no column 'size'", "'width'"),
    refused("the header differs in case", renamed("size", "Size"), "'size'", "'Size'"),
    refused("the header has blanks", renamed("size", " size"), "'size'", "' size'"),
    refused("a column stands twice", renamed("size", "count"), "'count' stands twice"),
    refused("a name is empty", renamed("size", ""), "column 2 has no name"),
    refused("a name is the project's", renamed("note", "__row_id__"), "'__row_id__'", "rename"),
    refused("the target is renamed", renamed("kind", "sort"), "no column 'kind'", "'sort'"),
    refused("there is no header", table(lambda t: t[1:]), "'f000' and 7 more", "header"),
    refused("two columns have swapped", swap("size", "colour"), "'size'", "'is a number'"),
    refused(
        "two quantities have swapped", swap("size", "count"), "'size'", "'is at most", "2 more"
    ),
    refused("two categories have swapped", swap("colour", "fresh"), "'colour'", "'is one of"),
    accepted("columns stand in another order", table(reordered), "they go by their names", same),
    refused(
        "a very wide table",
        table(lambda t: [r + [f"x{i}" for i in range(5000)] for r in t]),
        "column 'x0' and 4,999 more",
        "does not list",
    ),
]

NUMBERS = [
    refused("out of range", cell("size", "900"), "'size'", "'is at most", "row 5", "'900"),
    refused("below the range", cell("size", "-3"), "'size'", "'is at least", "row 5"),
    accepted(
        "spellings of a missing number",
        cell("size", "NaN", "nan", "NA", "N/A", "null", "", "#N/A", "-nan"),
        "all of these are missing cells",
        same_but("size", **{f"r{row}": None for row in range(5, 13)}),
    ),
    refused("None for a missing number", cell("size", "None"), "'None'", "leave", "empty"),
    refused("a blank number", cell("size", "  "), "'size'", "row 5", "'  '", "empty"),
    refused("infinity", cell("size", "inf", "-Infinity"), "'is finite'", "row 5 and 1 more"),
    refused("beyond floating point", cell("size", "1e999"), "'size'", "'is finite'", "row 5"),
    refused("near the end of floats", cell("size", "1e308", "-1e308", "5e-324"), "'size'", "row 6"),
    refused("digits lost", cell("count", "9007199254740993"), "'count'", "row 5"),
    refused("a hexadecimal number", cell("count", "0x1F"), "'count'", "'0x1F'", "row 5"),
    refused("a thousands separator", cell("count", "1,234"), "'1,234'", "thousands"),
    refused("a blank for thousands", cell("count", "1 234"), "'1 234'", "thousands"),
    refused("a decimal comma", cell("size", "2,5"), "'2,5'", "1234.5"),
    refused(
        "decimal commas all over",
        column("size", lambda _, old: old.replace(".", ",")),
        "'size'",
        "1234.5",
    ),
    refused("a currency sign", cell("size", "$5", "5 €"), "'$5'", "row 5 and 1 more"),
    refused("a percent sign", cell("size", "5%"), "'5%'"),
    refused("text in a number", cell("size", "big"), "'size'", "row 5 with 'big'"),
    refused("text for all numbers", column("size", lambda i, _: f"n{i}"), "row 1 and 119 more"),
    refused("a fraction in an integer", cell("count", "1.5"), "'count'", "whole", "row 5"),
    accepted(
        "negative zero",
        cell("count", "-0", "-0.0"),
        "it is zero",
        same_but("count", r5=0, r6=0),
    ),
    accepted(
        "signs, exponents and blanks around",
        cell("size", "+4.0", " 4 ", "4e0"),
        "these are numbers too",
        same_but("size", r5=4, r6=4, r7=4),
    ),
    accepted(
        "a constant column",
        column("count", lambda *_: "0"),
        "nothing is wrong in it",
        counts_are_zero,
        "'count' is 0",
        "nothing can be learnt",
    ),
]

CATEGORIES = [
    accepted(
        "an unseen category",
        cell("colour", "pink"),
        "one in a hundred may be",
        same_but("colour", r5="pink"),
        "'colour' holds 'pink'",
        "row 5",
    ),
    refused("many unseen categories", cell("colour", *["pink"] * 9), "row 5 and 8 more", "pink"),
    accepted(
        "a category with blanks",
        cell("colour", " red"),
        "it is another category, one in a hundred",
        same_but("colour", r5=" red"),
        "' red'",
        "blank",
    ),
    refused("categories with blanks", cell("colour", *["red "] * 9), "'red '", "blank"),
    refused("categories in capitals", cell("colour", *["RED"] * 9), "'RED'", "capitals"),
    refused(
        "booleans in several spellings",
        cell("fresh", "True", "TRUE", "1", "y"),
        "'fresh'",
        "'is one of no, yes'",
        "row 5 and 3 more",
    ),
    refused("a missing category", cell("colour", "NA"), "'is not missing'", "row 5"),
]

TIMES = [
    refused(
        "dates in two formats",
        cell("when", "24.11.2026", "11/24/2026 12:00"),
        "'when'",
        "'is a time'",
        "row 5 and 1 more",
        "format",
    ),
    refused("an impossible date", cell("when", "2026-02-30 12:00:00"), "'when'", "02-30"),
    refused("an impossible hour", cell("when", "2026-02-03 25:00:00"), "'when'", "25:00"),
    refused(
        "times with and without zone",
        cell("when", "2026-02-03 12:00:00Z", "2026-02-03 12:00:00+02:00"),
        "'when'",
        "zone",
        "row 5",
    ),
    accepted(
        "times with zones",
        column("when", lambda _, old: old.replace(" 12:", " 14:") + "+02:00"),
        "they are kept as UTC",
        same,
    ),
]

KEYS = [
    refused("a key twice", cell("id", "f000"), "'id'", "row 1 and 1 more", "'f000'", "repeated"),
    refused("a key is missing", cell("id", ""), "'id'", "'is not missing'", "row 5"),
    refused("the file twice", table(lambda t: t + t[1:]), "'id'", "'is unique'", "row 1"),
    accepted(
        "the file twice, without a key",
        table(lambda t: t + t[1:]),
        "without a key rows may repeat",
        lambda f, g: len(f) == 2 * len(g),
        "120 rows repeat others",
        setting="keyless",
    ),
]

TARGETS = [
    refused("a copy of the target", table(leaking), "'fresh'", "copy of the target 'kind'"),
    refused(
        "the target in other units",
        column("size", lambda i, _: str(2 + (i - 1) * 13 % 20 / 2)),
        "'size'",
        "copy of the target",
        setting="regression",
    ),
    refused("a constant target", column("kind", lambda *_: "plum"), "'plum' in every row"),
    refused("a target is missing", cell("kind", "", ""), "'kind'", "row 5 and 1 more", "drop"),
    accepted(
        "a target is missing and may be",
        cell("kind", ""),
        "missing_target is drop",
        lambda f, g: same(f, g.drop(index=5)),
        setting="drop",
    ),
    refused("every target is missing", column("kind", lambda *_: ""), "'kind'"),
    refused("all may be dropped", column("kind", lambda *_: ""), "every row", setting="drop"),
    accepted(
        "a class stands in one row",
        column("kind", lambda i, _: "plum" if i == 7 else "apple"),
        "it is a class of the schema",
        lambda f, _: (f["kind"] == "plum").sum() == 1,
        "'plum' stands in 1 row",
    ),
    refused("an unseen class", cell("kind", "pear"), "'kind'", "'is one of apple, plum'", "row 5"),
]

CELLS = [*COLUMNS, *NUMBERS, *CATEGORIES, *TIMES, *KEYS, *TARGETS]
