"""Read Parquet: one file, or a folder of parts that have the same columns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ..errors import DataError, first_line


def names_of(path: Path) -> list[str]:
    """Return the column names of a file, or of the first part of a folder.

    Raises
    ------
    DataError
        When there is no part, or the bytes are not Parquet.
    """
    return list(_schema(parts(path)[0]).names)


def parts(path: Path) -> list[Path]:
    """Return a file, or the parts of a folder by name.

    Raises
    ------
    DataError
        When there is no part.
    """
    found = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not found:
        raise DataError(
            f"{path} is a folder with no Parquet files in it: put the parts there, named *.parquet"
        )
    return found


def batches(path: Path, coded: Sequence[str] = ()) -> Iterator[tuple[Path, pa.RecordBatch]]:
    """Stream the rows of every part as they stand, the columns in the order of the first.

    Parameters
    ----------
    path
        A file, or a folder of parts.
    coded
        Columns whose texts are to come as dictionaries, as the file has most of them.

    Raises
    ------
    DataError
        When a part is damaged, or its columns are not those of the first.
    """
    first, *_ = found = parts(path)
    names = names_of(path)
    for part in found:
        strays = set(_schema(part).names) ^ set(names)
        if strays:
            name = sorted(strays)[0]
            has, lacks = (first, part) if name in names else (part, first)
            raise DataError(
                f"{lacks} has no column '{name}', which {has} has: write the parts with the same "
                "columns"
            )
    kind = ds.ParquetFileFormat(dictionary_columns=list(coded))
    for part in found:
        try:
            for batch in ds.dataset(part, format=kind).to_batches():
                yield part, batch.select(names)
        except (pa.ArrowException, OSError) as error:
            raise _broken(part, error) from None


def _schema(part: Path) -> pa.Schema:
    try:
        return pq.read_schema(part)
    except (pa.ArrowException, OSError) as error:
        raise _broken(part, error) from None


def _broken(part: Path, error: Exception) -> DataError:
    return DataError(
        f"{part} can't be read as Parquet: {first_line(error)}; is the file whole? Make it anew"
    )
