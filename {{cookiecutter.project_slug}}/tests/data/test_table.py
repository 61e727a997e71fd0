"""Tables are read whatever their dialect, and refused by file, column and row."""

import dataclasses
import gzip
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from project.config import ColumnType, Data, MissingTarget, Split, Task
from project.data.infer import infer
from project.data.ingest import ingest
from project.data.table import batches, column_names
from project.data.validate import validate
from project.errors import DataError

CSV = "id,size,kind\na,1.5,plum\nb,,apple\nc,2e1,plum\n"
TYPES = {"id": ColumnType.ignore, "size": ColumnType.number, "kind": ColumnType.category}


def data_of(**changes: Any) -> Data:
    """Return a data configuration for `CSV`."""
    data = Data(
        source="t.csv",
        target="kind",
        task=Task.classification,
        missing_target=MissingTarget.refuse,
        split=Split(0.2, 0.2, 0),
        columns=dict(TYPES),
    )
    return dataclasses.replace(data, **changes)


def stage(tmp_path: Path, content: str | bytes, data: Data | None = None) -> pa.Table:
    """Write a CSV, ingest and validate it, and return the outcome."""
    source, data = tmp_path / "t.csv", data or data_of()
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    ingest(data, source, tmp_path / "raw.parquet")
    validate(data, tmp_path / "raw.parquet", tmp_path / "validated.parquet")
    return pq.read_table(tmp_path / "validated.parquet")


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
    assert sum(batch.num_rows for batch in batches(source, TYPES)) == 3


def test_a_folder_of_parquet_parts_is_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for part in range(2):
        rows = pa.table(
            {"id": [f"{part}"], "size": [part], "kind": pa.array(["x"]).dictionary_encode()}
        )
        pq.write_table(rows, folder / f"{part}.parquet")
    read = pa.Table.from_batches(list(batches(folder, TYPES)))
    assert read.column("size").to_pylist() == [0.0, 1.0]
    assert read.column("kind").to_pylist() == ["x", "x"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["t.csv is empty"]),
        ("id,size,kind\n", ["no rows"]),
        ("id,size,size,kind\na,1,2,x\n", ["column 'size'", "twice"]),
        ("id,,kind\na,1,x\n", ["column 2", "no name"]),
        ("id,size,sort\na,1,x\n", ["no column 'kind'", "id, size, sort"]),
        ("id,kind\na,x\n", ["no column 'size'", "columns"]),
        ("id,size,kind,extra\na,1,x,2\n", ["column 'extra'", "extra: number"]),
        ("id,size,kind\na,1,x\nb,big,y\n", ["column 'size'", "row 2", "'big'", "size: category"]),
        ("id,size,kind\na,1,x\nb,2\n", ["row 2", "2 cells", "3"]),
        ("id,size,kind\na,1,x\nb,2,y,z\n", ["row 2", "4 cells", "3"]),
        ("id,size,kind\na,1,x\nb,2,caf\xe9\n".encode("latin1"), ["not UTF-8", "byte 26", "iconv"]),
        ("id,size,k\xe9\n".encode("latin1"), ["not UTF-8", "iconv"]),
        ("id,size,kind\na,1,x\nb,2,\n", ["target 'kind' is missing in 1 rows", "row 2"]),
        ("id,size,kind\na,1,x\nb,2,x\n", ["'x' in every row"]),
        ("id,size,kind\na,inf,x\nb,2,y\n", ["column 'size' is infinite in row 1"]),
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
        list(batches(source, TYPES))


def test_a_missing_source_is_named() -> None:
    with pytest.raises(DataError, match="there is no such file"):
        column_names(Path("nowhere.csv"))


def test_what_only_claims_to_be_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("not at all")
    with pytest.raises(DataError, match="can't be read as Parquet"):
        column_names(tmp_path / "t.parquet")


def test_text_in_a_parquet_number_column_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "size": ["big"], "kind": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="column 'size' can't be read as number"):
        list(batches(tmp_path / "t.parquet", TYPES))


def test_rows_without_target_are_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    content = "id,size,kind\na,1,x\nb,2,\nc,3,y\n"
    table = stage(tmp_path, content, data_of(missing_target=MissingTarget.drop))
    assert table.column("__row_id__").to_pylist() == [1, 3]


def test_a_target_that_is_text_is_no_quantity(tmp_path: Path) -> None:
    data = data_of(task=Task.regression, columns=TYPES | {"kind": ColumnType.number})
    with pytest.raises(DataError, match="column 'kind', row 1 holds 'plum'"):
        stage(tmp_path, CSV, data)


def test_types_are_inferred_from_what_most_cells_are(tmp_path: Path) -> None:
    rows = io.StringIO()
    rows.write("name,amount,rough,colour,flag,empty,kind\n")
    for i in range(60):
        rows.write(
            f"person {i},{i},{'x' if i == 7 else i},{'red' if i % 2 else 'blue'},true,,{i % 3}\n"
        )
    (tmp_path / "t.csv").write_text(rows.getvalue())
    types = infer(data_of(columns={}), tmp_path / "t.csv")
    assert {name: kind.value for name, kind in types.items()} == {
        "name": "ignore",
        "amount": "number",
        "rough": "number",
        "colour": "category",
        "flag": "category",
        "empty": "ignore",
        "kind": "category",
    }
