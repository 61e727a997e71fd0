"""Versions of a table are compared by what they hold, not by how they lie."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from project.data.diff import Difference, Version, diff
from project.data.table import ROW_ID
from project.paths import Paths
from project.report.difference import headline, show, write

Row = tuple[float | None, str | None, dt.datetime | None]
CELLS = st.tuples(
    st.none() | st.sampled_from([0.0, -0.0, 1.5, -2.0, float("inf")]),
    st.none() | st.sampled_from(["", "a", "b", "ab"]),
    st.none() | st.just(dt.datetime(2024, 2, 29)),  # tables keep times without zone
)
TABLES = st.dictionaries(st.integers(0, 12), CELLS, max_size=10)


def version(folder: Path, name: str, rows: dict[int, Row], columns: str = "idxyt") -> Version:
    """Freeze rows by id, in their order; columns are stored in the order of their letters."""
    ids, cells = list(rows), list(rows.values())
    x, y, t = ([row[i] for row in cells] for i in range(3))
    arrays = {
        "i": ("id", pa.array([float(i) for i in ids], pa.float64())),
        "x": ("x", pa.array(x, pa.float64())),
        "y": ("y", pa.array(y, pa.string())),
        "t": ("t", pa.array(t, pa.timestamp("us"))),
    }
    kept = dict(arrays[letter] for letter in columns if letter in arrays)
    table = pa.table({ROW_ID: pa.array(range(1, len(ids) + 1), pa.int64()), **kept})
    path = folder / f"{name}.parquet"
    pq.write_table(table, path, row_group_size=3)
    return Version(name, path, name)


def compare(old: dict[int, Row], new: dict[int, Row], key: list[str]) -> tuple[Difference, ...]:
    """Compare both ways."""
    with TemporaryDirectory() as folder:
        a, b = version(Path(folder), "a", old), version(Path(folder), "b", new)
        return diff(a, b, key, set()), diff(b, a, key, set())


@given(rows=TABLES, order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("key", [[], ["id"]])
def test_a_table_does_not_differ_from_itself_in_another_order(
    key: list[str], rows: dict[int, Row], order: object
) -> None:
    shuffled = list(rows.items())
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, whose type is hidden
    with TemporaryDirectory() as folder:
        a = version(Path(folder), "a", rows)
        b = version(Path(folder), "b", dict(shuffled), "tyxid")
        found = diff(a, b, key, set())
    assert found.empty
    assert not found.shifts
    assert not found.cells


def same(one: Row, other: Row) -> bool:
    return one == other  # 0.0 equals -0.0, as it does to people


@given(old=TABLES, new=TABLES)
def test_with_a_key_the_counts_are_those_of_plain_python(
    old: dict[int, Row], new: dict[int, Row]
) -> None:
    found, back = compare(old, new, ["id"])
    changed = [i for i in old.keys() & new.keys() if not same(old[i], new[i])]
    assert found.added == len(new.keys() - old.keys())
    assert found.removed == len(old.keys() - new.keys())
    assert found.changed == len(changed)
    cells = {change.column: change.count for change in found.cells}
    for place, name in enumerate("xyt"):
        assert cells.get(name, 0) == sum(old[i][place] != new[i][place] for i in changed)
    assert (back.added, back.removed, back.changed) == (found.removed, found.added, found.changed)
    assert {change.column: change.count for change in back.cells} == cells


@given(old=TABLES, new=TABLES)
def test_without_a_key_rows_are_compared_as_a_multiset(
    old: dict[int, Row], new: dict[int, Row]
) -> None:
    # Without the id, rows repeat.
    with TemporaryDirectory() as folder:
        a, b = (version(Path(folder), n, r, "xyt") for n, r in (("a", old), ("b", new)))
        found, back = diff(a, b, [], set()), diff(b, a, [], set())
    left = list(old.values())
    added = 0
    for row in new.values():
        if row in left:
            left.remove(row)
        else:
            added += 1
    assert (found.added, found.removed, found.changed) == (added, len(left), 0)
    assert (back.added, back.removed) == (found.removed, found.added)


ROWS: dict[int, Row] = {i: (i / 2, "ab"[i % 2], None) for i in range(60)}


def test_columns_are_told_as_new_gone_or_of_another_type(tmp_path: Path) -> None:
    old = version(tmp_path, "old", ROWS, "ixt")
    new = version(tmp_path, "new", ROWS, "ixy")
    table = pq.read_table(new.path)
    text = table.column("x").cast(pa.string())
    pq.write_table(table.set_column(table.schema.get_field_index("x"), "x", text), new.path)
    found = diff(old, new, ["id"], set())
    changes = {change.column: (change.old, change.new) for change in found.columns}
    assert changes == {"x": ("number", "text"), "y": ("", "text"), "t": ("time", "")}
    assert (found.added, found.removed, found.changed) == (0, 0, 0)
    assert not found.empty


def test_changed_cells_are_shown_by_their_key(tmp_path: Path) -> None:
    new = ROWS | {3: (7.25, "b", None), 8: (4.0, None, None)}
    found = diff(version(tmp_path, "a", ROWS), version(tmp_path, "b", new), ["id"], set())
    shown = {change.column: change.examples for change in found.cells}
    assert shown == {"x": [("3", "1.5", "7.25")], "y": [("8", "a", "missing")]}


def test_a_key_that_does_not_name_each_row_once_is_told_and_left(tmp_path: Path) -> None:
    old = version(tmp_path, "a", ROWS)
    table = pq.read_table(old.path)
    pq.write_table(pa.concat_tables([table, table.slice(0, 1)]), tmp_path / "b.parquet")
    new = Version("b", tmp_path / "b.parquet", "b")
    found = diff(old, new, ["id"], set())
    assert (found.key, found.added, found.removed) == ([], 1, 0)
    assert "does not name each row once" in found.note
    found = diff(old, version(tmp_path, "c", ROWS, "xyt"), ["id"], set())
    assert "column 'id' of the key" in found.note


def test_new_rows_are_compared_with_the_old_version(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    old: dict[int, Row] = {i: (float(draw.normal()), "a", None) for i in range(5000)}
    fresh: dict[int, Row] = {i: (float(draw.normal(3)), "a", None) for i in range(5000, 5200)}
    found = diff(version(tmp_path, "a", old), version(tmp_path, "b", old | fresh), ["id"], {"id"})
    shifts = {(what, shift.test.column): shift for what, shift in found.shifts}
    # Four rows in a hundred: the whole columns differ by less than matters.
    assert shifts["added rows", "x"].verdict == "shifted"
    assert shifts["added rows", "x"].test.sizes == (5000, 200)
    assert ("added rows", "id") not in shifts


def test_free_text_is_not_tested_however_many_rows_there_are(tmp_path: Path) -> None:
    old: dict[int, Row] = {i: (0.0, f"text {i}", None) for i in range(3000)}
    new: dict[int, Row] = {i: (0.0, f"text {i}", None) for i in range(2900, 6000)}
    found = diff(version(tmp_path, "a", old), version(tmp_path, "b", new), ["id"], {"id"})
    verdicts = {shift.test.column: shift.verdict for _, shift in found.shifts}
    assert verdicts["y"] == "too little data to tell"
    assert verdicts["x"] == "alike"


def test_a_column_in_another_unit_has_shifted_though_no_row_was_added(tmp_path: Path) -> None:
    old: dict[int, Row] = {i: (float(i), "a", None) for i in range(500)}
    new: dict[int, Row] = {i: (i * 1000.0, "a", None) for i in range(500)}
    found = diff(version(tmp_path, "a", old), version(tmp_path, "b", new), ["id"], {"id"})
    ((what, shift),) = found.shifts
    assert (what, shift.test.column, shift.verdict) == ("all rows", "x", "shifted")
    assert found.changed == 499  # zero is zero in any unit


def test_rows_without_a_key_that_changed_are_no_sample_of_new_ones(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    old: dict[int, Row] = {i: (float(i), "abcd"[i % 4], None) for i in range(400)}
    new: dict[int, Row] = {
        i: (x, "e" if y == "d" and draw.random() < 0.5 else y, t) for i, (x, y, t) in old.items()
    }
    found = diff(version(tmp_path, "a", old, "xy"), version(tmp_path, "b", new, "xy"), [], set())
    assert found.added == found.removed > 0
    assert {what for what, _ in found.shifts} == {"all rows"}
    assert {shift.test.column: shift.shifted for _, shift in found.shifts} == {
        "x": False,
        "y": True,
    }


def test_the_page_and_the_terminal_tell_it_and_escape_what_is_in_the_data(tmp_path: Path) -> None:
    old: dict[int, Row] = {i: (float(i), "[bold]<b>a</b>", None) for i in range(100)}
    new = old | {i: (float(i), "<script>", None) for i in range(100, 300)} | {0: (9.5, "a", None)}
    del new[5]
    paths = Paths(tmp_path)
    found = diff(version(tmp_path, "a", old), version(tmp_path, "b", new), ["id"], set())
    write(found, paths)
    console = Console(width=80, highlight=False)
    with console.capture() as capture:
        show(found, paths, console)
    text = capture.get()
    assert headline(found) == "200 rows added, 1 removed, 1 changed; rows are named by id."
    assert headline(found) in text
    assert "0: 0 → 9.5" in text
    assert "shifted: " in text
    assert "<script>" in text
    page = (tmp_path / "reports" / "diff.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "Kolmogorov–Smirnov" in page
    assert "http" not in page


def test_equal_versions_are_told_in_a_sentence(tmp_path: Path) -> None:
    old, new = version(tmp_path, "a", ROWS), version(tmp_path, "b", ROWS)
    assert headline(diff(old, old, [], set())) == "No difference: the same bytes."
    assert "their order" in headline(diff(old, new, [], set()))
