"""Every rule is held on every row, all at once; what is odd but no violation is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from project.data.config import (
    Data,
    MissingTarget,
    Split,
    SplitMethod,
    Task,
    with_schema,
)
from project.data.duplicates import Repeats
from project.data.profile import profile
from project.data.schema import ColumnType, Role, Rule, Schema
from project.data.table import ROW_ID
from project.data.validate import Passed, validate
from project.data.violations import RowsRefused, Violation, Violations, shown
from project.errors import DataError

ROWS = 200


def frame(**columns: Any) -> pd.DataFrame:
    """Return a table that breaks no rule, but for some columns."""
    draw = np.random.default_rng(0)
    good = {
        "name": [f"n{i}" for i in range(ROWS)],
        "size": draw.normal(5, 1, ROWS).round(3),
        "count": draw.integers(0, 9, ROWS).astype(float),
        "colour": draw.choice(["red", "green"], ROWS),
        "when": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(ROWS), "h"),
        "kind": draw.choice(["a", "b"], ROWS),
    }
    return pd.DataFrame(good | columns)


def schema_of(*key: str, **rules: Rule) -> Schema:
    """Return the rules of that table, with some replaced."""
    columns = {
        "name": Rule(ColumnType.text, Role.id, nullable=False),
        "size": Rule(ColumnType.number, min=0, max=20),
        "count": Rule(ColumnType.integer),
        "colour": Rule(ColumnType.category, categories=["green", "red"], unseen=0.01),
        "when": Rule(ColumnType.time, Role.time),
        "kind": Rule(ColumnType.category, Role.target, categories=["a", "b"]),
    }
    return Schema(list(key), columns | rules)


def check(
    folder: Path,
    rows: pd.DataFrame,
    schema: Schema | None = None,
    recorded: pd.DataFrame | None = None,
    **data: Any,
) -> Passed:
    """Hold a table to a schema."""
    schema = schema or schema_of()
    target = data.pop("target", "kind")
    settings = Data(
        source="t.csv",
        target=target,
        task=data.pop("task", Task.classification),
        missing_target=data.pop("missing_target", MissingTarget.refuse),
        split=Split(0.2, 0.2, data.pop("method", SplitMethod.hash), 0),
    )
    table = pa.Table.from_pandas(rows, preserve_index=False)
    ids = pa.array(range(1, len(rows) + 1), pa.int64())
    pq.write_table(table.add_column(0, ROW_ID, ids), folder / "raw", row_group_size=64)
    known = profile(recorded) if recorded is not None else None
    return validate(with_schema(settings, schema), schema, folder / "raw", folder / "out", known)


def broken(folder: Path, rows: pd.DataFrame, *more: Any, **data: Any) -> list[Violation]:
    """Return the rules that a table breaks."""
    (folder / "out").write_text("the last good version")
    with pytest.raises(RowsRefused) as raised:
        check(folder, rows, *more, **data)
    assert (folder / "out").read_text() == "the last good version"
    return raised.value.violations


def cells(name: str, places: dict[int, Any]) -> pd.DataFrame:
    """Return the good table with some cells of a column replaced; rows count from 1."""
    rows = frame()
    for row, value in places.items():
        rows.loc[row - 1, name] = value
    return rows


def test_a_good_table_passes_as_it_is(tmp_path: Path) -> None:
    passed = check(tmp_path, frame())
    assert (passed.rows, passed.dropped, passed.cautions) == (ROWS, 0, [])
    assert (tmp_path / "out").read_bytes() == (tmp_path / "raw").read_bytes()


@pytest.mark.parametrize(
    ("name", "value", "rule", "rules"),
    [
        ("size", -1.0, "is at least 0", {}),
        ("size", 21.0, "is at most 20", {}),
        ("size", np.inf, "is finite", {"size": Rule(ColumnType.number)}),
        ("size", np.nan, "is not missing", {"size": Rule(ColumnType.number, nullable=False)}),
        ("name", None, "is not missing", {}),
        ("kind", None, "is not missing", {}),
        ("count", 1.5, "is a whole number", {}),
        ("count", 1e15, "has at most 15 digits", {}),
        ("kind", "c", "is one of a, b", {}),
        (
            "colour",
            "blue",
            "is one of green, red",
            {"colour": Rule(ColumnType.category, categories=["green", "red"])},
        ),
    ],
)
def test_every_rule_tells_its_rows(
    tmp_path: Path, name: str, value: Any, rule: str, rules: dict[str, Rule]
) -> None:
    # In three batches of the Parquet file, if not of the stage.
    (found,) = broken(tmp_path, cells(name, dict.fromkeys((3, 70, 200), value)), schema_of(**rules))
    assert (found.column, found.rule, found.count) == (name, rule, 3)
    assert found.rows == [3, 70, 200]
    assert found.examples == ([] if value is None or value != value else [shown(value)])
    assert found.hint


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    rows = cells("size", {2: 99.0, 5: -1.0})
    rows.loc[[6, 8], "count"] = 0.5
    rows.loc[9, "kind"] = "z"
    rows.loc[10, "name"] = None
    told = {(v.column, v.rule): v.rows for v in broken(tmp_path, rows)}
    assert told == {
        ("size", "is at most 20"): [2],
        ("size", "is at least 0"): [5],
        ("count", "is a whole number"): [7, 9],
        ("kind", "is one of a, b"): [10],
        ("name", "is not missing"): [11],
    }


def test_a_rule_names_its_first_rows_and_counts_all(tmp_path: Path) -> None:
    (found,) = broken(tmp_path, cells("size", {row: 21.0 + row for row in range(1, 101)}))
    assert found.count == 100
    assert found.rows == list(range(1, 11))
    assert len(found.examples) == 10


def test_the_batches_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = cells("name", {7: "n1", 150: "n1"})
    rows.loc[[20, 100], "size"] = -1.0
    whole = broken(tmp_path, rows, schema_of("name"))
    monkeypatch.setattr("project.data.frozen.ROWS", 13)
    assert broken(tmp_path, rows, schema_of("name")) == whole


def test_a_key_names_one_row(tmp_path: Path) -> None:
    rows = cells("name", {7: "n1", 150: "n1"})
    (found,) = broken(tmp_path, rows, schema_of("name"))
    assert (found.column, found.rule, found.rows) == ("name", "is unique", [2, 7, 150])
    assert "key" in found.hint


def test_a_key_of_two_columns_names_one_row(tmp_path: Path) -> None:
    rows = frame(count=np.arange(ROWS) // 2.0, colour=["red", "green"] * (ROWS // 2))
    schema = schema_of("count", "colour")
    assert check(tmp_path, rows, schema).rows == ROWS
    rows.loc[3, "colour"] = "red"
    (found,) = broken(tmp_path, rows, schema)
    assert (found.column, found.rule, found.rows) == ("", "key is unique", [3, 4])


def test_a_unique_column_repeats_nothing(tmp_path: Path) -> None:
    rule = Rule(ColumnType.text, Role.id, unique=True)
    (found,) = broken(tmp_path, cells("name", {5: "n0"}), schema_of(name=rule))
    assert (found.column, found.rule, found.rows) == ("name", "is unique", [1, 5])


def test_a_key_and_what_the_split_goes_by_can_not_be_missing(tmp_path: Path) -> None:
    rules = {
        "name": Rule(ColumnType.text, Role.id),
        "colour": Rule(ColumnType.category, Role.group),
    }
    (found,) = broken(tmp_path, cells("name", {4: None}), schema_of("name", **rules))
    assert (found.column, found.rule) == ("name", "is not missing")
    found, *_ = broken(
        tmp_path, cells("colour", {4: None}), schema_of(**rules), method=SplitMethod.group
    )
    assert (found.column, found.rule) == ("colour", "is not missing")
    found, *_ = broken(tmp_path, cells("when", {4: pd.NaT}), method=SplitMethod.time)
    assert (found.column, found.rule) == ("when", "is not missing")
    assert check(tmp_path, cells("when", {4: pd.NaT})).rows == ROWS


def test_unseen_categories_have_some_slack(tmp_path: Path) -> None:
    told = check(tmp_path, cells("colour", {5: "blue", 6: "pink"})).cautions
    assert len(told) == 1
    for word in ("'colour'", "'blue', 'pink'", "row 5"):
        assert word in told[0]
    (found,) = broken(tmp_path, cells("colour", dict.fromkeys((5, 6, 7), "blue")))
    assert found.rows == [5, 6, 7]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"count": 3.0}, ["'count' is 3 in 100.0% of the rows"]),
        ({"count": np.arange(ROWS)}, ["'count' counts the rows", "id or ignore"]),
        ({"colour": [f"c{i}" for i in range(ROWS)]}, ["'colour' differs in nearly every row"]),
        ({"colour": ["1,5", "2,50"] * 100}, ["'colour' holds numbers", "'1,5'", "number"]),
        ({"colour": ["€ 5", "10 %"] * 100}, ["'colour' holds numbers"]),
        ({"colour": ["a b", "A B", "c"] * 66 + ["c", "c"]}, ["'a b', 'A B'", "may be the same"]),
        ({"name": [f"n{i // 2}" for i in range(ROWS)]}, ["'name' names 200 of 200", "group"]),
        ({"kind": ["a"] * 197 + ["b"] * 3}, ["class 'b' stands in 3 rows"]),
    ],
)
def test_what_is_odd_is_told_and_stops_nothing(
    tmp_path: Path, columns: dict[str, Any], words: list[str]
) -> None:
    schema = schema_of(colour=Rule(ColumnType.category))
    told = check(tmp_path, frame(**columns), schema).cautions
    assert len(told) == 1
    for word in words:
        assert word in told[0]


def test_rows_that_repeat_are_told_where_no_key_forbids_it(tmp_path: Path) -> None:
    rows = pd.concat([frame(), frame().iloc[[0, 4]]], ignore_index=True)
    told = check(tmp_path, rows).cautions
    assert "2 rows repeat others cell by cell, first row 1" in told[0]


def test_a_drifted_column_is_told_and_others_are_not(tmp_path: Path) -> None:
    recorded = frame()
    rows = frame(size=frame()["size"] + 3)
    (told,) = check(tmp_path, rows, recorded=recorded).cautions
    assert "column 'size' has drifted" in told
    assert check(tmp_path, frame(), recorded=recorded).cautions == []


def test_a_type_that_was_corrected_since_is_no_drift(tmp_path: Path) -> None:
    recorded = frame(count=["x"] * ROWS, colour=np.arange(ROWS))
    assert check(tmp_path, frame(), recorded=recorded).cautions == []


@pytest.mark.parametrize("gap", [False, True])
def test_a_copy_of_the_target_is_refused_even_with_gaps(tmp_path: Path, gap: bool) -> None:
    copy = frame()["kind"].map({"a": "red", "b": "green"})
    copy[::9] = None if gap else copy[::9]
    (found,) = broken(tmp_path, frame(colour=copy))
    assert (found.column, found.rule) == ("colour", "is no copy of the target 'kind'")
    ignored = schema_of(colour=Rule(ColumnType.category, Role.ignore))
    assert check(tmp_path, frame(colour=copy), ignored).rows == ROWS


def test_a_rescaled_target_is_refused_and_a_noisy_one_is_not(tmp_path: Path) -> None:
    rules = {"size": Rule(ColumnType.number, Role.target), "kind": Rule(ColumnType.category)}
    schema = schema_of(count=Rule(ColumnType.number), **rules)
    target: dict[str, Any] = {"task": Task.regression, "target": "size"}
    inches = frame()["size"] / 2.54
    (found,) = broken(tmp_path, frame(count=inches), schema, **target)
    assert (found.column, found.rule) == ("count", "is no copy of the target 'size'")
    noisy = inches + np.random.default_rng(1).normal(0, 0.01, ROWS)
    assert check(tmp_path, frame(count=noisy), schema, **target).rows == ROWS
    constant = check(tmp_path, frame(count=1.0), schema, **target)
    assert "'count' is 1" in constant.cautions[0]


def test_rows_without_a_target_are_left_out_or_refused(tmp_path: Path) -> None:
    rows = cells("kind", {1: None, 100: None})
    passed = check(tmp_path, rows, missing_target=MissingTarget.drop)
    assert (passed.rows, passed.dropped) == (ROWS - 2, 2)
    kept = pq.read_table(tmp_path / "out").column(ROW_ID).to_pylist()
    assert kept == [row for row in range(1, ROWS + 1) if row not in (1, 100)]
    (found,) = broken(tmp_path, rows)
    assert found.rows == [1, 100]
    assert "missing_target: drop" in found.hint


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("a", "is 'a' in every row"),
        (None, "is missing in every row"),
        ([f"k{i % 101}" for i in range(ROWS)], "more than 100 classes"),
    ],
)
def test_there_must_be_something_to_learn(tmp_path: Path, kind: Any, words: str) -> None:
    rows = frame(kind=kind).astype({"kind": "str" if kind else "object"})
    schema = schema_of(kind=Rule(ColumnType.category, Role.target))
    with pytest.raises(DataError, match=words):
        check(tmp_path, rows, schema, missing_target=MissingTarget.drop)


def test_rows_that_share_a_hash_but_differ_are_not_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    # All hashes collide: only looking at the cells can tell.
    monkeypatch.setattr(
        "project.data.duplicates.row_hash", lambda rows: np.zeros(len(rows), np.uint64)
    )
    rows = pd.DataFrame({"a": [1, 2, 1, 3, None, None], "b": list("xxxyzz")})
    repeats = Repeats(["a", "b"])
    repeats.add(rows.iloc[:3])
    repeats.add(rows.iloc[3:])
    twice = repeats.confirmed(iter([rows.iloc[:3], rows.iloc[3:]]))
    assert twice.index.tolist() == [0, 2, 4, 5]


def test_rows_that_are_not_suspected_are_not_read_again() -> None:
    repeats = Repeats(["a"])
    repeats.add(pd.DataFrame({"a": [1, 2, 3]}))

    class Again:
        def __iter__(self) -> Iterator[pd.DataFrame]:
            return self

        def __next__(self) -> pd.DataFrame:
            raise AssertionError

    assert repeats.confirmed(Again()).empty
    assert Repeats(["a"]).suspects().size == 0


def test_violations_of_one_rule_are_counted_together() -> None:
    found = Violations()
    found.add("a", "r", [3], ["x"], hint="mend it")
    found.add("a", "r", [9, 11], ["x", "y"])
    found.add("", "s")
    first, second = found
    assert (first.count, first.rows, first.examples) == (3, [3, 9, 11], ["x", "y"])
    assert (
        first.sentence() == "column 'a' breaks the rule 'r' in row 3 and 2 more with 'x'; mend it"
    )
    assert second.sentence() == "the table breaks the rule 's'"
    refused = RowsRefused("t.csv", list(found))
    assert str(refused).endswith("mend it. And 1 more, as listed above")
    found.forgive(first)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (900.0, "900"),
        (0.1, "0.1"),
        ("a\nb\0", "a\\nb\\x00"),
        ("x" * 100, "x" * 79 + "…"),
        ("é", "é"),
    ],
)
def test_a_cell_is_shown_in_one_short_line(cell: object, text: str) -> None:
    assert shown(cell) == text
