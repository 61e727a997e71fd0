"""What goes wrong with files: bytes, lines, archives, Parquet, and what is no file at all."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .corrupt import (
    Make,
    accepted,
    cell,
    file,
    healthy,
    refused,
    same,
    same_but,
    table,
)


def big(text: str) -> str:
    """Repeat the rows until the reader takes several blocks for them."""
    head, rows = text.split("\n", 1)
    return f"{head}\n{rows * 2000}"


def zstd(data: str) -> bytes:
    """Compress by zstd."""
    return bytes(pa.compress(data.encode(), codec="zstd", asbytes=True))


def arrow() -> pa.Table:
    """Return the healthy table with the types that a writer of Parquet gives it."""
    names, *rows = healthy()
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return pa.table(
        {
            **columns,
            "size": [float(cell) if cell else None for cell in columns["size"]],
            "count": [int(cell) for cell in columns["count"]],
            "when": pa.array(columns["when"]).cast(pa.timestamp("us")),
        }
    )


def parquet(change: Callable[[pa.Table], pa.Table]) -> Make:
    """Write the healthy table as Parquet, changed."""

    def make(folder: Path) -> Path:
        pq.write_table(change(arrow()), folder / "t.parquet")
        return folder / "t.parquet"

    return make


def second() -> pa.Table:
    """Return the part of the healthy table that is second in `parts`."""
    return arrow().slice(60)


def big_size(part: pa.Table) -> pa.Table:
    """Put text into a column of numbers."""
    return part.set_column(1, "size", pa.array(["big"] * part.num_rows))


def put(name: str, values: pa.Array) -> Make:
    """Put other cells into a column of the Parquet file."""
    at = arrow().schema.names.index(name)
    return parquet(lambda t: t.set_column(at, name, values))


def parts(change: Callable[[Path], object]) -> Make:
    """Write the healthy table as two parts in a folder, and change the folder."""

    def make(folder: Path) -> Path:
        where = folder / "parts"
        where.mkdir()
        for part in range(2):
            pq.write_table(arrow().slice(60 * part, 60), where / f"{part}.parquet")
        change(where)
        return where

    return make


def no_file(name: str, change: Callable[[Path], object]) -> Make:
    """Make something that is no file."""

    def make(folder: Path) -> Path:
        change(folder / name)
        return folder / name

    return make


def unreadable(folder: Path) -> Path:
    """Write the table, and let nobody read it."""
    path = file(str)(folder)
    path.chmod(0)
    return path


def truncate(path: Path) -> None:
    """Cut the end of a file off."""
    path.write_bytes(path.read_bytes()[:-50])


def cast(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    """Give a column another type."""
    return lambda t: t.set_column(t.schema.names.index(name), name, t.column(name).cast(kind))


BYTES = [
    accepted("a byte order mark", file(lambda t: "\ufeff" + t), "it is no part of a name", same),
    refused(
        "Latin-1",
        file(lambda t: t.replace("red", "r\xf6t").encode("latin1")),
        "not UTF-8",
        "latin1",
    ),
    refused("UTF-16", file(lambda t: t.encode("utf-16")), "is UTF-16", "iconv -f utf-16"),
    refused("UTF-16, unmarked", file(lambda t: t.encode("utf-16-le")), "UTF-16", "iconv"),
    refused(
        "a broken byte far down",
        file(lambda t: big(t).encode() + b"f\xff1,1,1,red,2026-01-01,no,x,plum\n"),
        "not UTF-8",
        "byte ",
    ),
    accepted(
        "NUL in a text", cell("note", "a\0b"), "no rule forbids it", same_but("note", r5="a\0b")
    ),
    refused("NUL in a number", cell("size", "4\0"), "'size'", "row 5"),
    refused("NULs at the end, after a crash", file(lambda t: t + "\0" * 4096), "row 121"),
    accepted("emoji", cell("note", "\U0001f34e"), "it is UTF-8", same_but("note", r5="\U0001f34e")),
    refused("an empty file", file(lambda _: ""), "is empty"),
    refused("only blank lines", file(lambda _: "\n\n\n"), "is empty"),
    refused("only a header", file(lambda t: t.split("\n")[0] + "\n"), "no rows"),
    refused(
        "a page of HTML",
        file(lambda _: "<!DOCTYPE html>\n<html></html>\n"),
        "header",
        "correct `source`",
    ),
]

LINES = [
    accepted(
        "mixed line ends",
        file(lambda t: t.replace("\n", "\r\n", 40)),
        "CR LF and LF both end a line",
        same,
    ),
    accepted("CR alone", file(lambda t: t.replace("\n", "\r")), "old Macs end lines so", same),
    accepted("no newline at the end", file(str.rstrip), "the last row is whole", same),
    accepted(
        "blank lines", file(lambda t: t.replace("\nf01", "\n\nf01")), "they say nothing", same
    ),
    accepted("blank lines before the header", file(lambda t: "\n\n" + t), "they say nothing", same),
    refused("lines of blanks", file(lambda t: t.replace("\nf010", "\n  \nf010")), "row 11"),
    refused("a row too short", file(lambda t: t.replace("f010,", "")), "row 11", "8 cells"),
    refused("rows too long", file(lambda t: t.replace(",yes,", ",yes,,")), "8 cells", "more"),
    refused("a delimiter in a cell", file(lambda t: t.replace(",no,", ",no,no,", 1)), "8 cells"),
    refused("an open quote", file(lambda t: t.replace(",plum\n", ',"plum\n', 1)), "quote"),
    refused("an open quote at the end", file(lambda t: t[:-5] + '"plum\n'), "quote"),
    refused("a stray quote", file(lambda t: t.replace('""', '"', 1)), "row "),
    accepted(
        "newlines in quotes",
        cell("note", "two\nlines"),
        "a quoted cell may hold them",
        same_but("note", r5="two\nlines"),
    ),
    accepted("another delimiter", table(list, ";"), "the header tells which it is", same),
    accepted("tabs", table(list, "\t"), "the header tells which it is", same),
    refused("another delimiter in the rows", file(lambda t: t.replace(",", ";", 7)), "8 cells"),
    refused("a cell of 10 MB", cell("note", "x" * 10_000_000), "row 5", "MB"),
    accepted(
        "a cell of 1 MB",
        cell("note", "x" * 1_000_000),
        "it is long, but a cell",
        same_but("note", r5="x" * 1_000_000),
    ),
]

ARCHIVES = [
    accepted("gzip", file(lambda t: gzip.compress(t.encode()), "t.csv.gz"), "it is read", same),
    accepted("zstd", file(zstd, "t.csv.zst"), "it is read", same),
    refused(
        "truncated gzip",
        file(lambda t: gzip.compress(big(t).encode())[:-999], "t.csv.gz"),
        "file whole",
    ),
    refused("truncated zstd", file(lambda t: zstd(big(t))[:-9], "t.csv.zst"), "file whole"),
    refused("gzip named .csv", file(lambda t: gzip.compress(t.encode())), "gzip", "t.csv.gz"),
    refused("zstd named .csv", file(zstd), "zstd", "t.csv.zst"),
    refused("CSV named .gz", file(str, "t.csv.gz"), "not compressed by gzip"),
    refused("CSV named .zst", file(str, "t.csv.zst"), "not compressed by zstd"),
    refused("a workbook", file(lambda _: b"PK\3\4" + bytes(100)), "workbook", "CSV"),
]

PARQUET = [
    accepted("Parquet", parquet(lambda t: t), "its types fit", same),
    accepted("a folder of parts", parts(lambda _: None), "they are one table", same),
    accepted("smaller types", parquet(cast("count", pa.int8())), "they hold the same", same),
    accepted(
        "a dictionary", parquet(cast("colour", pa.dictionary(pa.int8(), pa.string()))), "so", same
    ),
    refused("numbers as text", put("size", pa.array(["big"] * 120)), "'size'", "number", "big"),
    accepted(
        "numbers as text that can be read",
        parquet(cast("size", pa.string())),
        "the schema says that they are numbers",
        same,
    ),
    refused("digits lost in Parquet", put("count", pa.array([2**60 + 1] * 120)), "'count'"),
    refused("lists", put("note", pa.array([["a", "b"]] * 120)), "'note'", "text"),
    refused("structs", put("size", pa.array([{"cm": 1.0}] * 120)), "'size'", "number"),
    refused("a column less", parquet(lambda t: t.drop_columns("size")), "no column 'size'"),
    refused("a file cut off", lambda f: truncated(f), "t.parquet", "Parquet"),
    refused(
        "a part has a column less",
        parts(lambda f: pq.write_table(second().drop_columns("size"), f / "1.parquet")),
        "1.parquet",
        "'size'",
    ),
    accepted(
        "a part has another type",
        parts(lambda f: pq.write_table(cast("size", pa.string())(second()), f / "1.parquet")),
        "the schema says what all are read as",
        same,
    ),
    refused(
        "a part has text for numbers",
        parts(lambda f: pq.write_table(big_size(second()), f / "1.parquet")),
        "1.parquet",
        "'size'",
        "number",
    ),
    refused("a part is cut off", parts(lambda f: truncate(f / "1.parquet")), "1.parquet"),
    refused("CSV named .parquet", file(str, "t.parquet"), "t.parquet", "Parquet"),
    refused("Parquet named .csv", lambda f: renamed_parquet(f), "Parquet", "t.parquet"),
]

PLACES = [
    refused("a link to nowhere", no_file("t.csv", lambda p: p.symlink_to("no")), "no such file"),
    refused("an empty folder", no_file("t", Path.mkdir), "no Parquet files"),
    refused("an empty folder named .csv", no_file("t.csv", Path.mkdir), "no Parquet files"),
    refused("a named pipe", no_file("t.csv", lambda p: os.mkfifo(p)), "no file"),
    refused("nobody may read it", unreadable, "ermission"),
]


def truncated(folder: Path) -> Path:
    """Write a Parquet file without its end."""
    path = parquet(lambda t: t)(folder)
    truncate(path)
    return path


def renamed_parquet(folder: Path) -> Path:
    """Write a Parquet file with the name of a CSV."""
    return parquet(lambda t: t)(folder).rename(folder / "t.csv")


FILES = [*BYTES, *LINES, *ARCHIVES, *PARQUET, *PLACES]
