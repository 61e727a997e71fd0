"""What a schema says of a table that nobody described: types, roles, ranges, categories, key."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.data.bounds import MAX_LISTED, widened
from project.data.config import Data, MissingTarget, Split, SplitMethod, Task, with_schema
from project.data.infer import infer
from project.data.ingest import ingest
from project.data.schema import ColumnType, Role, Rule, Schema
from project.data.validate import validate
from project.errors import DataError

ROWS = 60


def data_of(task: Task = Task.classification, target: str = "y") -> Data:
    """Return conf/data.yaml for the tables of these tests."""
    split = Split(0.2, 0.2, SplitMethod.hash, 0)
    return Data("t.csv", target, task, MissingTarget.refuse, split)


def schema_of(
    folder: Path, task: Task = Task.classification, **columns: Sequence[object]
) -> Schema:
    """Infer the schema of a CSV with some columns and a target."""
    frame = pd.DataFrame({**columns, "y": ["a", "b"] * (ROWS // 2)})
    if task is Task.regression:
        frame["y"] = range(ROWS)
    frame.to_csv(folder / "t.csv", index=False)
    return infer(data_of(task), folder / "t.csv")[0]


def rule_of(folder: Path, cells: Sequence[object], name: str = "x") -> Rule:
    """Infer the rule of one column."""
    return schema_of(folder, Task.classification, **{name: cells}).columns[name]


@pytest.mark.parametrize(
    ("cells", "type_", "role"),
    [
        ([i / 4 for i in range(ROWS)], "number", "feature"),
        ([i % 9 for i in range(ROWS)], "integer", "feature"),
        (["1e3", "-2.5", "NA"] * 20, "number", "feature"),
        (["red", "green", "blue"] * 20, "category", "feature"),
        ([True, False] * 30, "category", "feature"),
        ([f"says {i}" for i in range(ROWS)], "text", "ignore"),
        ([f"2026-01-{1 + i % 28:02}" for i in range(ROWS)], "time", "ignore"),
        ([f"2026-01-{1 + i % 28:02}T12:00:00+01:00" for i in range(ROWS)], "time", "ignore"),
        ([2000 + i % 20 for i in range(ROWS)], "integer", "feature"),
        ([f"0{i % 7}" for i in range(ROWS)], "category", "feature"),
        ([f"4000123412341{i:03}" for i in range(ROWS)], "text", "ignore"),
        ([None] * ROWS, "text", "ignore"),
    ],
    ids=[
        "quantities",
        "whole numbers",
        "exponents and missing cells",
        "categories",
        "booleans",
        "sentences",
        "dates",
        "times with zones",
        "years",
        "codes with leading zeros",
        "card numbers",
        "nothing",
    ],
)
def test_types_and_roles(tmp_path: Path, cells: list[object], type_: str, role: str) -> None:
    rule = rule_of(tmp_path, cells)
    assert (rule.type.value, rule.role.value) == (type_, role)


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "userId", "row-key", "uuid", "Order ID"])
def test_a_name_says_that_a_column_names_rows(tmp_path: Path, name: str) -> None:
    rule = rule_of(tmp_path, list(range(ROWS)), name)
    assert (rule.type, rule.role) == (ColumnType.text, Role.id)


@pytest.mark.parametrize("name", ["paid", "grid", "idle", "monkey"])
def test_a_word_that_ends_like_one_does_not(tmp_path: Path, name: str) -> None:
    assert rule_of(tmp_path, list(range(ROWS)), name).role is Role.feature


def test_an_id_that_repeats_names_groups(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, user_id=[i // 2 for i in range(ROWS)][: MAX_LISTED * 2])
    assert schema.columns["user_id"].role is Role.feature
    frame = pd.DataFrame({"user_id": [i // 2 for i in range(200)], "y": ["a", "b"] * 100})
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert infer(data_of(), tmp_path / "t.csv")[0].columns["user_id"].role is Role.group


def test_the_key_is_the_first_id_that_stands_once(tmp_path: Path) -> None:
    twice = [0, *range(ROWS - 1)]
    gap = [None, *range(ROWS - 1)]
    once: list[object] = list(range(ROWS))
    assert schema_of(tmp_path, a_id=twice, b_id=gap, c_id=once, d_id=once).key == ["c_id"]
    assert schema_of(tmp_path, a_id=twice, b_id=gap).key == []


def test_ranges_categories_and_missing_cells_come_from_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("project.data.infer.HEAD", 10)
    monkeypatch.setattr("project.data.csvfile.BLOCK", 64)
    late: list[object] = [*[1.5] * (ROWS - 1), 1000.0]
    rare = [*["red"] * (ROWS - 1), "green"]
    gap = [*[1] * (ROWS - 1), None]
    columns = schema_of(tmp_path, late=late, rare=rare, gap=gap).columns
    assert columns["late"].max is not None
    assert columns["late"].max >= 1000
    assert columns["rare"].categories == ["green", "red"]
    assert columns["gap"].nullable
    assert not columns["late"].nullable


def test_few_categories_are_listed_and_many_are_not(tmp_path: Path) -> None:
    frame = pd.DataFrame({"few": range(MAX_LISTED), "many": range(MAX_LISTED)}).astype(str)
    frame = pd.concat([frame.add_prefix("").map("c{}".format)] * 10, ignore_index=True)
    frame.loc[0, "many"] = "one more"
    frame["y"] = ["a", "b"] * (len(frame) // 2)
    frame.to_csv(tmp_path / "t.csv", index=False)
    columns = infer(data_of(), tmp_path / "t.csv")[0].columns
    assert len(columns["few"].categories or []) == MAX_LISTED
    assert columns["few"].unseen == 0.01
    assert columns["many"].categories is None
    assert columns["y"].unseen == 0.0


def test_the_task_decides_the_target(tmp_path: Path) -> None:
    target = schema_of(tmp_path, Task.regression).columns["y"]
    assert (target.type, target.role) == (ColumnType.integer, Role.target)
    pd.DataFrame({"x": range(ROWS), "y": [0, 1] * 30}).to_csv(tmp_path / "t.csv", index=False)
    target = infer(data_of(), tmp_path / "t.csv")[0].columns["y"]
    assert target.type is ColumnType.category
    assert target.categories == ["0", "1"]


def test_types_of_parquet_are_taken_over(tmp_path: Path) -> None:
    table = pa.table(
        {
            "whole": pa.array(range(ROWS), pa.int16()),
            "long": pa.array([2**60 + i for i in range(ROWS)]),
            "exact": pa.array(range(ROWS)).cast(pa.decimal128(22, 2)),
            "when": pa.array([0] * ROWS, pa.timestamp("ns", "UTC")),
            "day": pa.array([0] * ROWS, pa.date32()),
            "flag": pa.array([True, False, False] * 20),
            "colour": pa.array(["red", "blue", "red"] * 20).dictionary_encode(),
            "y": ["a", "b"] * 30,
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    schema, _ = infer(data_of(), tmp_path / "t.parquet")
    found = {name: rule.type.value for name, rule in schema.columns.items()}
    assert found == {
        "whole": "integer",
        "long": "text",
        "exact": "number",
        "when": "time",
        "day": "time",
        "flag": "category",
        "colour": "category",
        "y": "category",
    }
    assert ingest(schema, tmp_path / "t.parquet", tmp_path / "raw") == ROWS
    validate(with_schema(data_of(), schema), schema, tmp_path / "raw", tmp_path / "validated")


def test_parts_whose_types_differ_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for part, size in enumerate([pa.array([1, 2]), pa.array([1.5, None])]):
        pq.write_table(
            pa.table({"x": size, "y": ["a", "b"]}), tmp_path / "parts" / f"{part}.parquet"
        )
    schema, _ = infer(data_of(), tmp_path / "parts")
    assert schema.columns["x"].type is ColumnType.number


def test_lists_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [[1], [2]], "y": ["a", "b"]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="column 'x' holds lists"):
        infer(data_of(), tmp_path / "t.parquet")


def test_a_few_unreadable_cells_leave_a_schema_that_can_be_corrected(tmp_path: Path) -> None:
    cells: list[object] = [*range(ROWS - 1), "none"]
    schema = schema_of(tmp_path, x=cells, z=list(range(ROWS)))
    assert schema.columns["x"].type is ColumnType.integer
    assert schema.columns["x"].max is None
    assert schema.columns["z"].max is not None
    with pytest.raises(DataError, match=r"'x' .* in row 60 with 'none'; .* to category"):
        ingest(schema, tmp_path / "t.csv", tmp_path / "raw")


def test_a_target_that_is_not_there_is_told_with_the_likeliest(tmp_path: Path) -> None:
    pd.DataFrame({"Kind": ["a"], "x": [1]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match=r"no column 'kind': set `target` .* to 'Kind'"):
        infer(data_of(target="kind"), tmp_path / "t.csv")
    with pytest.raises(DataError, match="to one of Kind, x"):
        infer(data_of(target="price"), tmp_path / "t.csv")


FINITE = st.floats(-1e12, 1e12)


@given(FINITE, FINITE)
def test_a_widened_range_holds_what_was_seen_and_a_little_more(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    bottom, top = widened(low, high)
    assert bottom <= low <= high <= top
    span = high - low
    if span > 1e-3:
        assert top >= high + 0.49 * span
        assert top - bottom <= 4.1 * span
    assert bottom >= 0 or low < 0


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        (5e-324, 5e-324, (0, 1e-300)),
        (0, 10, (0, 20)),
        (2, 9.9, (0, 14)),
        (-1, 1, (-2, 2)),
        (5, 5, (2, 8)),
        (0, 0, (0, 1)),
    ],
)
def test_bounds_are_round(low: float, high: float, bounds: tuple[float, float]) -> None:
    assert widened(low, high) == bounds
