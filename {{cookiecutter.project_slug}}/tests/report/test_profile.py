"""The profile page stands alone, stays small and hides nothing that it leaves out."""

import io
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from project.data.config import Data
from project.data.description import Description
from project.data.exploration import DRAWN, explore
from project.data.schema import ColumnType, Role, Rule, Schema, load_schema
from project.paths import Paths
from project.report.numbers import p_number
from project.report.profile import PAGE, rule, tell, value
from project.report.progress import written


def page(data: Data, schema: Schema, paths: Paths) -> tuple[str, str]:
    """Tell of a table, and return the page and what the terminal shows."""
    out = io.StringIO()
    tell(explore(data, schema, paths), paths.reports, Console(file=out, width=80))
    return (paths.reports / PAGE).read_text(encoding="utf-8"), out.getvalue()


class Balanced(HTMLParser):
    """Fail on a tag that is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed(data: Data, paths: Paths) -> None:
    text, _ = page(data, load_schema(paths.schema), paths)
    assert not re.search(r"<script|<link|<img|https?:|url\(|@import", text)
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert "nan" not in re.sub(r"<[^>]*>", "", text).lower().split()


def test_the_terminal_shows_what_the_page_says(data: Data, paths: Paths) -> None:
    text, shown = page(data, load_schema(paths.schema), paths)
    assert "200 rows, 5 columns" in shown
    assert "reports/profile.html" in shown
    line = next(line for line in shown.splitlines() if line.startswith("colour"))
    figure = re.search(r"\d\.\d\d", line)
    assert figure is not None
    assert f'<td class="number">{figure[0]}</td>' in text
    assert "goes with it" in line
    assert "hardly a value repeats" in text


def test_names_of_columns_and_categories_are_no_markup(data: Data, paths: Paths) -> None:
    table = pq.read_table(paths.validated).to_pandas()
    table["<b>bold</b>"] = np.where(table["kind"] == "plum", "<i>a</i>", "[red]b")
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), paths.validated)
    schema = load_schema(paths.schema)
    schema.columns["<b>bold</b>"] = Rule(ColumnType.category)
    text, shown = page(data, schema, paths)
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<i>a" not in text
    assert "<b>bold</b>" in shown


@pytest.mark.parametrize("columns", [500])
def test_a_wide_table_stays_below_a_megabyte(data: Data, paths: Paths, columns: int) -> None:
    draw = np.random.default_rng(0)
    table = pq.read_table(paths.validated).to_pandas()
    goal = pd.factorize(table[data.target])[0]
    schema = load_schema(paths.schema)
    added = {}
    for i in range(columns - len(schema.columns)):
        name = f"a column with rather a long name, number {i}"
        if i % 2:
            added[name] = draw.normal(size=len(table)) + goal
            schema.columns[name] = Rule(ColumnType.number)
        else:
            added[name] = np.array([f"category number {j}" for j in range(12)])[
                (draw.integers(0, 8, len(table)) + goal) % 12
            ]
            schema.columns[name] = Rule(ColumnType.category)
    table = pd.concat([table, pd.DataFrame(added)], axis=1)
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), paths.validated)
    text, _ = page(data, schema, paths)
    assert len(text.encode()) < 1_000_000
    assert f"{DRAWN} columns are drawn above; these are not" in text
    for name in added:
        assert name in text


def test_figures_are_written_for_people() -> None:
    number, time = Description(0, 1), Description(0, 1, time=True)
    assert [value(n, number) for n in (2007, 0.12345678, 1234567.8, 2e12)] == [
        *("2007", "0.1235", "1,234,568", "2e+12"),
    ]
    assert value(1577836800, time) == "2020-01-01"
    assert value(1577836800 + 5400, time) == "2020-01-01 01:30"
    assert [p_number(p) for p in (1e-9, 0.0042, 0.014, 0.5)] == [
        "< 0.0001",
        "0.0042",
        "0.014",
        "0.50",
    ]
    assert [written(n) for n in (0, 999, 15_241, 2_500_000)] == [
        "0 bytes",
        "999 bytes",
        "15.2 kB",
        "2.5 MB",
    ]


def test_the_rule_of_a_column_is_told_in_words() -> None:
    held = Rule(ColumnType.category, Role.feature, False, True, categories=["a", "b"], unseen=0.01)
    assert rule(held) == (
        "schema: never missing, no value twice, one of 2 listed, others in up to 1% of the rows"
    )
