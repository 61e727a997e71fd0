"""Tables are read whatever their dialect, and refused by file, column and row."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from project.data.config import MissingTarget, Task
from project.data.schema import ColumnType, Role, Rule
from project.data.table import batches, column_names
from project.errors import DataError

from .tables import CSV, schema_of, stage

RULES = schema_of().columns


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        CSV.replace(",", "|").encode(),
        CSV.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.replace("a,", '"a",').encode(),
        CSV.rstrip("\n").encode(),
    ],
    ids=["comma", "semicolon", "tab", "bar", "crlf", "bom", "quotes", "no newline at the end"],
)
def test_every_dialect_gives_the_same_table(tmp_path: Path, content: bytes) -> None:
    table = stage(tmp_path, content)
    assert table.column("id").to_pylist() == ["a", "b", "c"]
    assert table.column("size").to_pylist() == [1.5, None, 20.0]
    assert table.column("kind").to_pylist() == ["plum", "apple", "plum"]
    assert table.column("__row_id__").to_pylist() == [1, 2, 3]


def test_a_delimiter_inside_quotes_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"size, in cm, or so";"kind"\n1;x\n')
    assert column_names(tmp_path / "t.csv") == ["size, in cm, or so", "kind"]


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_compressed_table_is_read_as_it_is(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"t.csv.{suffix}"
    if suffix == "gz":
        source.write_bytes(gzip.compress(CSV.encode()))
    else:
        source.write_bytes(pa.compress(CSV.encode(), codec="zstd", asbytes=True))
    assert sum(batch.num_rows for batch in batches(source, RULES)) == 3


def test_a_folder_of_parquet_parts_is_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for part in range(2):
        rows = pa.table(
            {"id": [f"{part}"], "size": [part], "kind": pa.array(["x"]).dictionary_encode()}
        )
        pq.write_table(rows, folder / f"{part}.parquet")
    read = pa.Table.from_batches(list(batches(folder, RULES)))
    assert read.column("size").to_pylist() == [0.0, 1.0]
    assert read.column("kind").to_pylist() == ["x", "x"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["t.csv is empty"]),
        ("id,size,kind\n", ["no rows"]),
        ("id,size,size,kind\na,1,2,x\n", ["column 'size'", "twice"]),
        ("id,,kind\na,1,x\n", ["column 2", "no name"]),
        ("id,size,sort\na,1,x\n", ["no column 'kind'", "conf/schema.yaml"]),
        ("id,kind\na,x\n", ["no column 'size'", "conf/schema.yaml"]),
        ("id,size,kind,extra\na,1,x,2\n", ["column 'extra'", "extra: {type: text"]),
        ("id,size,kind\na,1,x\nb,big,y\n", ["column 'size'", "row 2", "'big'", "category"]),
        ("id,size,kind\na,1,x\nb,2\n", ["row 2", "3 cells", "b,2"]),
        ("id,size,kind\na,1,x\nb,2,y,z\n", ["row 2", "3 cells", "b,2,y,z"]),
        ("id,size,kind\na,1,x\nb,2,caf\xe9\n".encode("latin1"), ["not UTF-8", "byte 26", "iconv"]),
        ("id,size,k\xe9\n".encode("latin1"), ["not UTF-8", "iconv"]),
        ("id,size,kind\na,1,x\nb,2,\n", ["'kind'", "is not missing", "row 2", "missing_target"]),
        ("id,size,kind\na,1,x\nb,2,x\n", ["'x' in every row"]),
        ("id,size,kind\na,inf,x\nb,2,y\n", ["column 'size'", "is finite", "row 1"]),
    ],
)
def test_a_bad_table_is_refused_by_column_and_row(
    tmp_path: Path, content: str | bytes, words: list[str]
) -> None:
    (tmp_path / "validated.parquet").write_text("the last good version")
    with pytest.raises(DataError) as raised:
        stage(tmp_path, content)
    for word in words:
        assert word in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (tmp_path / "validated.parquet").read_text() == "the last good version"
    assert not list(tmp_path.glob(".*"))


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "t.csv.gz"
    rows = "".join(f"{i},{i},x{i}\n" for i in range(50_000))
    source.write_bytes(gzip.compress(("id,size,kind\n" + rows).encode())[:-1000])
    with pytest.raises(DataError, match="is the file whole"):
        list(batches(source, RULES))


def test_a_missing_source_is_named() -> None:
    with pytest.raises(DataError, match="there is no such file"):
        column_names(Path("nowhere.csv"))


def test_what_only_claims_to_be_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("not at all")
    with pytest.raises(DataError, match="is not Parquet"):
        column_names(tmp_path / "t.parquet")


def test_text_in_a_parquet_number_column_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "size": ["big"], "kind": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="column 'size' can't be read as number"):
        list(batches(tmp_path / "t.parquet", RULES))


def test_rows_without_target_are_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    content = "id,size,kind\na,1,x\nb,2,\nc,3,y\n"
    table = stage(tmp_path, content, missing_target=MissingTarget.drop)
    assert table.column("__row_id__").to_pylist() == [1, 3]


def test_a_target_that_is_text_is_no_quantity(tmp_path: Path) -> None:
    schema = schema_of(kind=Rule(ColumnType.number, Role.target))
    with pytest.raises(DataError, match=r"column 'kind' .* row 1 and 2 more with 'plum'"):
        stage(tmp_path, CSV, schema, task=Task.regression)


def test_times_are_read_by_their_format(tmp_path: Path) -> None:
    rule = Rule(ColumnType.time, Role.ignore, format="%d.%m.%Y %H:%M")
    content = "id,size,kind\n01.02.2026 12:30,1,x\n29.02.2024 00:00,2,y\n,3,x\n"
    table = stage(tmp_path, content, schema_of(id=rule))
    times = [str(time) for time in table.column("id").to_pylist()]
    assert times == ["2026-02-01 12:30:00", "2024-02-29 00:00:00", "None"]


@pytest.mark.parametrize("day", ["31.02.2026", "29.02.2026", "31.04.2026", "32.01.2026", "1/2/26"])
def test_a_day_that_is_in_no_calendar_is_refused(tmp_path: Path, day: str) -> None:
    rule = Rule(ColumnType.time, Role.ignore, format="%d.%m.%Y")
    content = f"id,size,kind\n01.02.2026,1,x\n{day},2,y\n"
    with pytest.raises(DataError, match=f"'is a time like %d.%m.%Y' in row 2 with '{day}'"):
        stage(tmp_path, content, schema_of(id=rule))


def test_a_header_may_have_newlines_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('\n"size\nin cm";"kind"\n1;x\n')
    assert column_names(tmp_path / "t.csv") == ["size\nin cm", "kind"]
