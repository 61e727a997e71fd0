"""Rows are taken out, and every other byte of a table stays as it was."""

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from project.data import rewrite
from project.data.person import Person
from project.data.schema import ColumnType, Rule

CELL = st.text(st.sampled_from("abé 5'-\"\n\r,;"), max_size=6)
ROW = st.tuples(st.sampled_from(["p1", "p2", "p 3", "4"]), CELL, CELL)


def person(*keys: str) -> Person:
    """Mean the rows with some ids, which are text."""
    meant = Person({"id": Rule(ColumnType.text)})
    for key in keys:
        meant.add(["id"], [key])
    return meant


def quoted(cell: str, always: bool) -> str:
    """Write a cell as a CSV does."""
    special = always or not cell or any(sign in cell for sign in '",;\n\r')
    return '"' + cell.replace('"', '""') + '"' if special else cell


@settings(deadline=None)  # it writes and reads files
@given(
    rows=st.lists(
        st.tuples(ROW, st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n"])), min_size=1
    ),
    keys=st.sets(st.sampled_from(["p1", "p2", "p 3", "4"]), min_size=1),
    delimiter=st.sampled_from([",", ";"]),
    suffix=st.sampled_from(["", ".gz", ".zst"]),
    bom=st.booleans(),
    closed=st.booleans(),
)
def test_exactly_the_rows_with_the_key_go_and_the_others_keep_their_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[tuple[str, str, str], bool, str]],
    keys: set[str],
    delimiter: str,
    suffix: str,
    bom: bool,
    closed: bool,
) -> None:
    file = tmp_path_factory.mktemp("table") / f"t.csv{suffix}"
    header = "\ufeff" * bom + delimiter.join(["id", '"a, b"', "c"]) + "\n"
    lines = [delimiter.join(quoted(c, always) for c in cells) + end for cells, always, end in rows]
    if not closed:
        lines[-1] = lines[-1].rstrip("\n").removesuffix("\r") if lines[-1][-1] != '"' else lines[-1]
    left = [
        # The blank line after a row is none of its own.
        line if cells[0] not in keys else "\n" * line.endswith("\n\n")
        for (cells, *_), line in zip(rows, lines, strict=True)
    ]
    write(file, (header + "".join(lines)).encode())
    gone = rewrite.find(file, person(*keys))
    assert gone.tolist() == [cells[0] in keys for cells, *_ in rows]
    rewrite.remove(file, gone, file.parent / ".forget")
    assert read(file) == (header + "".join(left)).encode()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def write(file: Path, content: bytes) -> None:
    """Write bytes, compressed as the file's name says."""
    kind = {".gz": "gzip", ".zst": "zstd"}.get(file.suffix)
    with pa.output_stream(str(file), compression=kind) as stream:
        stream.write(content)


def read(file: Path) -> bytes:
    """Read the bytes of a file, compressed as its name says."""
    kind = {".gz": "gzip", ".zst": "zstd"}.get(file.suffix)
    with pa.input_stream(str(file), compression=kind) as stream:
        return bytes(stream.read())


@settings(deadline=None)
@given(
    text=st.text(st.sampled_from('ab",\n\r'), max_size=40).map(lambda t: "id,x\n" + t),
    block=st.integers(1, 9),
)
def test_records_are_cut_where_arrow_cuts_them_whatever_the_block(text: str, block: int) -> None:
    content = text.encode()
    whole = pa.BufferReader(content)
    old, rewrite._BLOCK = rewrite._BLOCK, block
    try:
        cut = list(rewrite.records(whole, ","))
    finally:
        rewrite._BLOCK = old
    assert b"".join(cut) == content
    try:
        rows = pacsv.read_csv(
            pa.BufferReader(content), parse_options=pacsv.ParseOptions(newlines_in_values=True)
        ).num_rows
    except pa.ArrowInvalid:
        return  # no table: it is refused before
    assert len([record for record in cut if record.strip(b"\r\n")]) - 1 == rows


def test_lines_with_a_quote_inside_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b'id,size\na,5" pipe\nb,"6"" pipe"\nc,"7" pipe\n')
    rewrite.remove(file, rewrite.find(file, person("b")), tmp_path / ".forget")
    assert file.read_bytes() == b'id,size\na,5" pipe\nc,"7" pipe\n'


def test_a_table_that_would_be_read_otherwise_afterwards_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b"id,size\na,1\nb,2\n")
    monkeypatch.setattr(rewrite, "records", lambda *_: iter([b"id,size\n", b"a,1\nb,2\n"]))
    with pytest.raises(Exception, match="nothing of it has changed"):
        rewrite.remove(file, rewrite.find(file, person("b")), tmp_path / ".forget")
    assert file.read_bytes() == b"id,size\na,1\nb,2\n"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_every_row_can_go(tmp_path: Path) -> None:
    file = tmp_path / "t.csv.gz"
    file.write_bytes(gzip.compress(b"id,size\na,1\n"))
    rewrite.remove(file, rewrite.find(file, person("a")), tmp_path / ".forget")
    assert gzip.decompress(file.read_bytes()) == b"id,size\n"


def test_parts_of_a_folder_without_such_a_row_keep_their_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, ids in enumerate((["a", "b", "c", "d"], ["e", "f"])):
        rows = pa.table({"id": ids, "n": pa.array(range(len(ids)), pa.int16())})
        pq.write_table(rows, folder / f"{number}.parquet", row_group_size=2, compression="zstd")
    before = (folder / "1.parquet").read_bytes()
    for part in rewrite.parts(folder):
        gone = rewrite.find(part, person("b"))
        if gone.any():
            rewrite.remove(part, gone, tmp_path / ".forget")
    assert (folder / "1.parquet").read_bytes() == before
    table = pq.ParquetFile(folder / "0.parquet")
    assert table.read().to_pydict() == {"id": ["a", "c", "d"], "n": [0, 2, 3]}
    assert table.schema_arrow.field("n").type == pa.int16()
    assert table.metadata.num_row_groups == 2
    assert table.metadata.row_group(0).column(0).compression == "ZSTD"
    assert b"b" not in np.array(table.read().column("id").to_pylist(), dtype=bytes)
