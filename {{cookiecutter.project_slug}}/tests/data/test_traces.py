"""A person is recognised however the table writes the key, and found wherever the rows were put."""

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from project.data import traces
from project.data.person import Person, parse
from project.data.schema import ColumnType, Role, Rule, Schema
from project.data.schema_file import without_categories
from project.data.traces import Search
from project.data.twins import Twins
from project.errors import ConfigError, DataError

WORD = "P-00817"
RULES = {
    "id": Rule(ColumnType.text, Role.id),
    "group": Rule(ColumnType.integer, Role.group),
    "size": Rule(ColumnType.number),
    "colour": Rule(ColumnType.category),
    "kind": Rule(ColumnType.category, Role.target),
}
CSV = f"id,group,size,colour,kind\n{WORD},17,1.5,red,x\nP-9,18,2.5,red,x\n"


def meant(wanted: str = WORD, key: tuple[str, ...] = ("id",), root: Path = Path()) -> Person:
    """Read KEY."""
    return parse(wanted, Schema(list(key), RULES), root)


def rows(**cells: list[object]) -> pa.Table:
    """Make a table."""
    return pa.table(cells)


@pytest.mark.parametrize(
    ("wanted", "cells", "found"),
    [
        ("group=17", {"group": ["17", " 17", "17.0", "117", "x", None]}, [1, 1, 1, 0, 0, 0]),
        ("group=17", {"group": [17.0, 18.0, None]}, [1, 0, 0]),
        ("group=1.7e1", {"group": [17, 18]}, [1, 0]),
        ("17", {"id": [17, 18]}, [1, 0]),
        ("17", {"id": ["17", "17.0", "017", "NA"]}, [1, 0, 0, 0]),
        ("a=b,c", {"id": ["a=b,c", "a"]}, [1, 0]),
        ("17", {"id": pa.array(["17", "18", "17"]).dictionary_encode()}, [1, 0, 1]),
    ],
)
def test_a_key_is_compared_as_the_schema_reads_the_column(
    wanted: str, cells: dict[str, list[object]], found: list[int]
) -> None:
    assert meant(wanted).mask(rows(**cells)).tolist() == [bool(hit) for hit in found]


def test_a_key_of_two_columns_needs_both() -> None:
    person = meant('"a, b",17', ("id", "group"))
    table = rows(id=["a, b", "a, b", "c"], group=[17, 18, 17])
    assert person.mask(table).tolist() == [True, False, False]


def test_a_file_names_many(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("a\n\ngroup=17\n")
    person = meant("@ids.txt", root=tmp_path)
    table = rows(id=["a", "b", "c"], group=[1, 17, 18])
    assert person.mask(table).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("wanted", "key", "error", "words"),
    [
        ("size=3", ("id",), ConfigError, "'size' has the role feature"),
        ("x", (), ConfigError, "set `key`"),
        ("x", ("id", "group"), DataError, "give those of id, group"),
        ("@nothing.txt", ("id",), DataError, "nothing.txt can't be read"),
    ],
)
def test_what_names_nobody_is_told(
    wanted: str, key: tuple[str, ...], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        meant(wanted, key)


def _npy(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array(["other", WORD]))


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/schema.json", json.dumps({"categories": [WORD]}))


def _gz_in_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv.gz", gzip.compress(CSV.encode()))


def _no_key(path: Path) -> None:
    pq.write_table(rows(size=[1.5, 9.0], colour=["red", "red"], kind=["x", "x"]), path)


def _one_of_two_gzips(path: Path) -> None:
    path.write_bytes(gzip.compress(b"nothing\n") + gzip.compress(WORD.encode()))


HIDDEN: dict[str, Callable[[Path], object]] = {
    "csv": lambda p: p.write_text(CSV),
    "other columns": lambda p: p.write_text(f'name;note\nx;"met {WORD} there"\n'),
    "short key in a csv": lambda p: p.write_text("group\tx\n17.0\t1\n"),
    "latin1": lambda p: p.write_bytes(f"caf\xe9 {WORD}".encode("latin1")),
    "utf-16": lambda p: p.write_text(f"id\n{WORD}\n", encoding="utf-16"),
    "json": lambda p: p.write_text(json.dumps({"a": [WORD]})),
    "gzip": lambda p: p.write_bytes(gzip.compress(CSV.encode())),
    "two gzips": _one_of_two_gzips,
    "zstd": lambda p: p.write_bytes(pa.compress(CSV.encode(), codec="zstd", asbytes=True)),
    "zip": _zip,
    "gzip in a zip": _gz_in_zip,
    "numpy": _npy,
    "parquet": lambda p: pq.write_table(rows(group=[17, 18]), p),
    "parquet of other columns": lambda p: pq.write_table(rows(who=["x", WORD]), p),
    "parquet without the key": _no_key,
    "a truncated archive": lambda p: p.write_bytes(b"\x1f\x8b" + WORD.encode()),
}


@pytest.fixture
def search() -> Search:
    """Look for one row of two."""
    person = meant()
    person.add(["group"], ["17"])
    row = rows(id=[WORD], group=["17"], size=["1.5"], colour=["red"], kind=["x"])
    other = rows(id=["P-9"], group=[18], size=[2.5], colour=["red"], kind=["x"])
    return Search(person, {WORD, "17", "red"}, Twins(row, lambda: iter([other]), RULES))


@pytest.mark.parametrize("put", HIDDEN.values(), ids=HIDDEN)
def test_rows_are_found_whatever_holds_them(
    put: Callable[[Path], object], search: Search, tmp_path: Path
) -> None:
    put(tmp_path / "hidden")
    assert [trace.path for trace in search.folder(tmp_path)] == ["hidden"]


def test_a_name_of_a_file_is_found(search: Search, tmp_path: Path) -> None:
    (tmp_path / f"{WORD}.png").touch()
    assert len(list(search.folder(tmp_path))) == 1


@pytest.mark.parametrize(
    "text",
    [
        CSV.replace(f"{WORD},17", "P-8,16"),
        f"{WORD}5 x{WORD} 17 red",
        "size,colour,kind\n2.5,red,x\n",
    ],
    ids=["others' rows", "inside longer words", "a twin of another row"],
)
def test_what_is_not_theirs_is_not_found(text: str, search: Search, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "history").write_text(CSV)
    assert list(search.folder(tmp_path)) == []


@settings(deadline=None)
@given(before=st.integers(0, 40), after=st.sampled_from(["", " ", "5"]), chunk=st.integers(1, 20))
def test_where_a_file_is_cut_moves_nothing(before: int, after: str, chunk: int) -> None:
    old, traces._CHUNK = traces._CHUNK, chunk
    try:
        hidden = "." * before + WORD + after
        found = Search(meant(), {WORD})._in_text(pa.BufferReader(hidden.encode()))
    finally:
        traces._CHUNK = old
    assert bool(found) == (after != "5")


def test_categories_go_and_the_rest_of_the_schema_stays_as_it_was_written() -> None:
    written = """\
# a comment
key: [id]
columns:
  id: {type: category, categories: [a1, 'b 2', c3], unseen: 0.01}   # why
  other: {type: category, categories: [a1]}
  group:
    type: category
    categories:
      - x # first
      - a1
      - y
"""
    gone = without_categories(written, {"id": {"b 2", "c3"}, "group": {"a1"}})
    assert gone == written.replace(", 'b 2', c3]", "]").replace("      - a1\n", "")
    last = without_categories(written, {"id": {"a1", "b 2", "c3"}, "group": {"x", "y", "a1"}})
    assert "categories: [], unseen" in last
