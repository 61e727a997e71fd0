"""Whatever bytes a request holds, it is rows or one sentence."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from project.data.schema import ColumnType, Role, Rule, Schema
from project.errors import DataError
from project.serving.parse import CSV, JSON, LINES, media_type, parse
from project.serving.screen import Screen

SCREEN = Screen(
    Schema(
        columns={
            "size": Rule(ColumnType.number),
            "colour": Rule(ColumnType.category),
            "seen": Rule(ColumnType.time, Role.ignore),
            "kind": Rule(ColumnType.category, Role.target),
        }
    )
)
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.just("\ud800"),
        st.sampled_from(["1.5", "red", "2026-02-30", "2026-02-28", "", "NaN", 10**400, -1e308]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["size", "colour", "seen", "kind", "instances", "odd"])
objects = st.dictionaries(names, values, max_size=5)
whole = st.fixed_dictionaries(
    {"size": values, "colour": values}, optional={"seen": values, "kind": values}
)
cells = st.one_of(
    st.text(max_size=6), st.sampled_from(["1", "x", '"', "\x00", "1e999", "2026-02-30"])
)


def outcome(body: bytes, kind: str, header: str = "") -> pa.RecordBatch | str:
    """Return the rows, or the sentence; anything else that is raised is a defect."""
    try:
        rows, _ = parse(body, kind, header, SCREEN)
    except DataError as error:
        assert "\n" not in str(error)
        str(error).encode()  # so that it can be sent
        return str(error)
    assert rows.num_rows > 0
    assert {"size", "colour"} <= set(rows.schema.names)
    rows.validate(full=True)
    return rows


@given(
    st.binary(max_size=200),
    st.sampled_from([CSV, JSON, LINES]),
    st.sampled_from(["", "present", "absent"]),
)
@example(b"\xff\xfe", CSV, "")
@example(b"[" * 100_000, JSON, "")
@example(b"1" * 5000, JSON, "")
@example(b"size,colour\n" + b'"', CSV, "present")
def test_any_bytes_are_rows_or_a_sentence(body: bytes, kind: str, header: str) -> None:
    outcome(body, kind, header)


@settings(max_examples=300)
@given(st.one_of(values, objects, st.lists(objects | whole, max_size=4)))
def test_any_json_is_rows_or_a_sentence(tree: Any) -> None:
    body = json.dumps(tree).encode()
    outcome(body, JSON)
    outcome(body, LINES)


@settings(max_examples=300)
@given(st.lists(st.lists(cells, max_size=4), max_size=4), st.booleans())
def test_any_csv_is_rows_or_a_sentence(rows: list[list[str]], header: bool) -> None:
    lines = ["size,colour"] * header + [",".join(row) for row in rows]
    outcome("\n".join(lines).encode("utf-8", "surrogatepass"), CSV)


def test_the_same_rows_are_read_from_each_kind() -> None:
    rows = [
        {"size": 1.5, "colour": "red", "seen": "2026-01-02 03:04:05", "kind": None},
        {"size": None, "colour": 'a "b", c', "seen": None, "kind": "plum"},
    ]
    table = 'colour,size,seen,kind\nred, 1.5 ,2026-01-02 03:04:05,\n"a ""b"", c",,NA,plum\n'
    found = [
        outcome(json.dumps(rows).encode(), JSON),
        outcome(json.dumps({"instances": rows}).encode(), JSON),
        outcome("\n".join(map(json.dumps, rows)).encode(), LINES),
        outcome(table.encode(), CSV),
        outcome(b"\xef\xbb\xbf" + table.replace("\n", "\r\n").encode(), CSV, "present"),
    ]
    for one in found:
        assert isinstance(one, pa.RecordBatch)
        assert one.equals(found[0])
    bare = outcome(b"1.5,red\n", CSV)
    assert isinstance(bare, pa.RecordBatch)
    assert bare.to_pylist() == [{"size": 1.5, "colour": "red"}]


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (b"[]", JSON, "holds no rows"),
        (b"size,colour\n", CSV, "has a header but no rows"),
        (b"3", JSON, "is no list of rows"),
        (b"[3]", JSON, "row 1 is no object"),
        (b'[{"size": 1, "colour": "a"}, {"size": 2}]', JSON, "row 2 has no column 'colour'"),
        (b'[{"size": 1, "colour": "a", "oops": 1}]', JSON, "has a column 'oops'"),
        (
            b'[{"size": "1", "colour": "a"}]',
            JSON,
            "column 'size' breaks the rule 'is a number' in row 1 with '1'",
        ),
        (
            b'[{"size": true, "colour": "a"}]',
            JSON,
            "column 'size' breaks the rule 'is a number' in row 1",
        ),
        (b'[{"size": NaN, "colour": "a"}]', JSON, "holds NaN, which is no JSON"),
        (b'{"size": 1, "colour": "a"}\n{"size": 1,', LINES, "line 2 can't be read as JSON"),
        (b'[{"size": 1, "colour": ["a"]}]', JSON, "column 'colour' breaks the rule 'is one text'"),
        (
            b"size,colour\n1,a\nx,b\n",
            CSV,
            "column 'size' breaks the rule 'is a number' in row 2 with 'x'",
        ),
        (b"size,colour\n1,a\n2\n", CSV, "row 2 has 1 cells and not 2, as the header"),
        (b"size,color\n1,a\n", CSV, "has no column 'colour', which the model needs"),
        (
            b"size,colour,seen\n1,a,2026-02-30\n",
            CSV,
            "column 'seen' breaks the rule 'is a time' in row 1",
        ),
        (b"size,colour,size\n1,a,2\n", CSV, "column 'size' stands twice"),
    ],
)
def test_the_sentence_names_column_and_row(body: bytes, kind: str, sentence: str) -> None:
    import re

    said = outcome(body, kind)
    assert isinstance(said, str)
    assert re.search(sentence, said), said


@given(st.text())
def test_any_content_type_is_split(text: str) -> None:
    media_type(text)


def test_parameters_of_a_content_type_are_found() -> None:
    assert media_type("Text/CSV; charset=utf-8; header=absent") == (
        "text/csv",
        {"charset": "utf-8", "header": "absent"},
    )
