"""conf/schema.yaml comes back as it was written, and is read as people write it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from project.data.config import load_data
from project.data.schema import ColumnType, Role, Rule, Schema, load_schema
from project.data.schema_file import write_schema
from project.errors import ConfigError

ODD = [
    "a b",
    "it's",
    '"',
    "a\nb",
    "\U0001f34e",
    "#1",
    "yes",
    "null",
    "1",
    "1.50",
    "2026-01-01",
    "a: b",
]
ODD += [
    "${x}",
    "a.b",
    "[",
    "{a}",
    "-",
    "? ",
    "*x",
    "&x",
    "!x",
    "%x",
    "@x",
    "`",
    "\\",
    "\t",
    "é",
    " a",
]
NAMES = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NUMBERS = st.floats(-1e12, 1e12).map(lambda x: round(x, 3)) | st.integers(-9, 9).map(float)
RULES = st.one_of(
    st.builds(
        lambda bounds, nullable: Rule(
            ColumnType.number, Role.feature, nullable, min=min(bounds), max=max(bounds)
        ),
        st.tuples(NUMBERS, NUMBERS),
        st.booleans(),
    ),
    st.builds(
        lambda names, unseen: Rule(ColumnType.category, categories=names, unseen=unseen),
        st.lists(NAMES, min_size=1, max_size=4),
        st.sampled_from([0.0, 0.01]),
    ),
    st.just(Rule(ColumnType.text, Role.id, nullable=False, unique=True)),
    st.just(Rule(ColumnType.time, Role.time, format="%d.%m.%Y")),
)


@given(columns=st.dictionaries(NAMES, RULES, min_size=1, max_size=5), data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_a_schema_comes_back_as_it_was_written(
    tmp_path: Path, columns: dict[str, Rule], data: st.DataObject
) -> None:
    schema = Schema(data.draw(st.lists(st.sampled_from(sorted(columns)), max_size=2)), columns)
    write_schema(schema, tmp_path / "schema.yaml", "a\nb.csv")
    assert load_schema(tmp_path / "schema.yaml") == schema


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_and_category_come_back(tmp_path: Path, name: str) -> None:
    schema = Schema([name], {name: Rule(ColumnType.category, categories=[name])})
    write_schema(schema, tmp_path / "schema.yaml", "t.csv")
    assert load_schema(tmp_path / "schema.yaml") == schema


def written(tmp_path: Path, text: str) -> Schema:
    """Read a schema that somebody typed."""
    (tmp_path / "schema.yaml").write_text(text)
    return load_schema(tmp_path / "schema.yaml")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("[yes, no]", ["yes", "no"]),
        ("[1, 2, 03]", ["1", "2", "03"]),
        ("[1.50, 1e3]", ["1.50", "1e3"]),
        ("[2026-01-01]", ["2026-01-01"]),
        ("['null', '~', 'NA']", ["null", "~", "NA"]),
        ("['${x}', on]", ["${x}", "on"]),
        ("red", ["red"]),
        ("null", None),
    ],
)
def test_categories_are_what_stands_there(tmp_path: Path, typed: str, meant: Any) -> None:
    schema = written(tmp_path, f"columns:\n  a: {{type: category, categories: {typed}}}\n")
    assert schema.columns["a"].categories == meant


def test_a_key_may_be_one_name_and_a_name_may_be_a_number(tmp_path: Path) -> None:
    schema = written(tmp_path, "key: 1\ncolumns:\n  1: {type: text, role: id, nullable: no}\n")
    assert schema.key == ["1"]
    assert schema.columns["1"].nullable is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["lists no columns", "delete"]),
        ("columns:\n\ta: {type: text}", ["line 2", "no tabs"]),
        ("columns: {a: {type: number}", ["line 2", "'}'"]),
        ("columns:\n  a: {type: number}\n  a: {type: number}", ["'a' stands twice"]),
        ("columns: [a]", ["`name: {type: number"]),
        ("columns:\n  a: number", ["column 'a' has no rule"]),
        ("columns:\n  a:", ["column 'a' has no rule"]),
        ("columns:\n  null: {type: number}", ["column 'null'"]),
        ("kye: [a]\ncolumns: {a: {type: number}}", ["'kye'"]),
        ("key: b\ncolumns: {a: {type: number}}", ["key names 'b'", "not among columns"]),
        ("key: {b: 1}\ncolumns: {a: {type: number}}", ["key is no list"]),
        ("columns:\n  a: {type: numbre}", ["columns.a.type", "numbre", "'number', 'integer'"]),
        ("columns:\n  a: {role: id}", ["columns.a.type"]),
        ("columns:\n  a: {type: number, minimum: 1}", ["'a'", "'minimum'", "min, max"]),
        ("columns:\n  a: {type: number, min: low}", ["columns.a.min", "'low'"]),
        ("columns:\n  a: {type: number, min: 2, max: 1}", ["'a'", "min 2 above max 1", "swap"]),
        ("columns:\n  a: {type: number, min: .nan}", ["columns.a.min", "'.nan'"]),
        ("columns:\n  a: {type: number, nullable: maybe}", ["columns.a.nullable", "'maybe'"]),
        ("columns:\n  a: {type: number, categories: [1]}", ["'a'", "lists categories", "number"]),
        ("columns:\n  a: {type: category, min: 1}", ["'a'", "min or max", "category"]),
        ("columns:\n  a: {type: category, categories: [x, null]}", ["'a'", "null", "nullable"]),
        ("columns:\n  a: {type: category, categories: []}", ["'a'", "no category"]),
        ("columns:\n  a: {type: category, categories: {x: 1}}", ["'a'", "no list of names"]),
        ("columns:\n  a: {type: category, unseen: 5}", ["'a'", "unseen 5", "share"]),
        ("columns:\n  a: {type: text}", ["'a' is text", "ignore"]),
        ("columns:\n  a: {type: category, role: time}", ["'a'", "role time"]),
        ("columns:\n  a: {type: number, format: '%Y'}", ["'a'", "format", "number"]),
        ("columns:\n  a: {type: time, role: ignore, format: DD.MM.YYYY}", ["'a'", "strptime"]),
        ("columns:\n  a: {type: time, role: ignore, format: '%H:%M:%S.%f'}", ["fractions"]),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        written(tmp_path, text)
    assert str(raised.value).startswith("conf/schema.yaml")
    assert "\n" not in str(raised.value)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("columns", "method", "words"),
    [
        ("a: {type: number}", "hash", ["'y' is not among", "(a)"]),
        ("y: {type: category}", "hash", ["gives the role target to no column", "'y'"]),
        ("y: {type: number, role: target}", "hash", ["'y' is number", "classification"]),
        ("y: {type: category, role: target}", "group", ["method is group", "role: group"]),
        ("y: {type: category, role: target}", "time", ["method is time", "role: time"]),
        (
            "y: {type: category, role: target}\n  a: {type: time, role: time}\n"
            "  b: {type: number, role: time}",
            "time",
            ["a, b all have the role time"],
        ),
    ],
)
def test_the_schema_and_the_data_file_must_agree(
    tmp_path: Path, columns: str, method: str, words: list[str]
) -> None:
    (tmp_path / "schema.yaml").write_text(f"columns:\n  {columns}\n")
    (tmp_path / "data.yaml").write_text(
        "source: t.csv\ntarget: y\ntask: classification\nmissing_target: drop\n"
        f"split: {{valid: 0.2, test: 0.2, method: {method}, seed: 0}}\n"
    )
    with pytest.raises(ConfigError) as raised:
        load_data(tmp_path / "data.yaml")
    for word in words:
        assert word in str(raised.value)


def test_a_schema_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "schema.yaml").write_bytes("columns: {größe: {type: number}}".encode("latin1"))
    with pytest.raises(ConfigError, match=r"conf/schema.yaml can't be read as YAML"):
        load_schema(tmp_path / "schema.yaml")
