"""Tell by its first bytes that a source is not what its name says, or nothing that can be read."""

from pathlib import Path

from ..errors import DataError, first_line

_START = 256  # bytes that are looked at
_KINDS = {
    b"\x1f\x8b": ("compressed by gzip", ".gz"),
    b"\x28\xb5\x2f\xfd": ("compressed by zstd", ".zst"),
    b"PAR1": ("Parquet", ".parquet"),
}
_FOREIGN = {
    b"PK\3\4": "a workbook or another zip archive: save its sheet as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old workbook: save its sheet as CSV",
    b"BZh": "compressed by bzip2, which is not read here: compress it by gzip or zstd instead",
    b"\xfd7zXZ": "compressed by xz, which is not read here: compress it by gzip or zstd instead",
}


def check_kind(path: Path) -> None:
    """Check that a source is there, and that its bytes begin as its name says.

    Parameters
    ----------
    path
        A file, or a folder of Parquet parts, of which only the presence is checked.

    Raises
    ------
    DataError
        When there is no such file, it is no regular file, nobody may read it, or it is another
        kind of file than its ending says.
    """
    if path.is_dir():
        return
    if path.is_symlink() and not path.exists():
        raise DataError(
            f"{path} is a link to {path.readlink()}, and there is no such file in the project's "
            "folder, which is all that its container sees: copy the table there"
        )
    if not path.exists():
        raise DataError(f"{path}: there is no such file; correct `source` in conf/data.yaml")
    if not path.is_file():
        raise DataError(f"{path} is no file but a pipe, socket or device: write it to a file first")
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError as error:
        raise DataError(f"{path} can't be opened: {error.strerror}") from None
    if start and (problem := _problem(path, start)):
        raise DataError(f"{path} {problem}")


def not_utf8(path: Path, position: int) -> str:
    """Say that a file is not UTF-8, and how to convert it."""
    return (
        f"{path} is not UTF-8 (byte {position}): convert it, for example with "
        f"`iconv -f latin1 -t utf-8 {path.name} > utf8.csv`"
    )


def broken(path: Path, error: BaseException) -> DataError:
    """Say that a file ends too early, or is damaged."""
    return DataError(f"{path} can't be read to its end: {first_line(error)}; is the file whole?")


def _problem(path: Path, start: bytes) -> str:
    for magic, (kind, ending) in _KINDS.items():
        if start.startswith(magic) and path.suffix != ending:
            name = path.with_suffix(ending) if ending == ".parquet" else f"{path}{ending}"
            return f"is {kind}: name it {name}, here and in conf/data.yaml"
        if path.suffix == ending and not start.startswith(magic):
            return f"is not {kind}, as its name says: correct the name, or make the file anew"
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            return f"is {what}"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return f"is UTF-16: convert it with `iconv -f utf-16 -t utf-8 {path.name} > utf8.csv`"
    if path.suffix not in {ending for _, ending in _KINDS.values()} and b"\0" in start:
        if 3 * start.count(b"\0") > len(start):
            kind = "utf-16be" if start[:1] == b"\0" else "utf-16le"
            return f"is UTF-16: convert it with `iconv -f {kind} -t utf-8 {path.name} > utf8.csv`"
        return "holds NUL bytes, as no text does: is it a CSV?"
    return ""
