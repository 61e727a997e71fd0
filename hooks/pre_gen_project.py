"""Refuse an answer that can't work, in one sentence with the way to mend it.

Rendered and run by cookiecutter before anything is copied; needs the standard library only.
"""

import codecs
import csv
import difflib
import gzip
import io
import json
import keyword
import os
import re
import sys
import zlib
from pathlib import Path

# As JSON in a raw string, since its encoder leaves no quote that could end the string.
ANSWERS: dict[str, str] = json.loads(r"""{{ cookiecutter | tojson }}""")
# Where the project's folder is made, which is where this runs; cruft does not tell it.
OUTPUT = ANSWERS.get("_output_dir", str(Path.cwd().parent))
HERE = os.environ.get("PWD") or OUTPUT
# `cruft update` renders what it compares from within the project, whose table is there already.
UPDATE = "_output_dir" not in ANSWERS and Path(HERE, ".cruft.json").exists()
TEXT = tuple(kind + pack for kind in (".csv", ".tsv", ".txt") for pack in ("", ".gz", ".zst"))
HEAD = 1 << 20  # bytes of a table that are looked at; the project's first data stage reads it all
# Neither TOML, YAML nor a message of one line can hold these.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
WORDS = ["species", "island", "sex"]
SCHEMES = ("http://", "https://", "s3://", "ssh://")
ADDRESS = re.compile(r"[a-z0-9]+://(?P<login>[^/@]*@)?[^/?#@]+/[!#-&(-;=?-\[\]^_a-z|~]*")
NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "year"]


class Refusal(Exception):
    """State what is wrong with an answer and how to mend it."""


def check_names() -> None:
    """Refuse names that a folder, an image or a configuration file can't have."""
    for key, answer in ANSWERS.items():
        if not key.startswith("_") and CONTROL.search(answer):
            raise Refusal(f"{key} holds a line break or control character: give it as one line")
    if not ANSWERS["project_name"].strip():
        raise Refusal("project_name is empty: give the project a name, such as 'House prices'")
    slug = ANSWERS["__slug"]
    if keyword.iskeyword(slug):
        raise Refusal(f"project_slug '{slug}' is a word of Python: choose another, as '{slug}-one'")
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", slug) or len(slug) > 64:
        raise Refusal(
            f"project_slug '{slug}' can't name the folder: use at most 64 small letters, digits "
            "and single dashes or underscores, beginning with a letter, such as 'house-prices'"
        )
    if not re.fullmatch(r"[A-Za-z0-9_.-]*", entity := ANSWERS["wandb_entity"]):
        raise Refusal(f"wandb_entity '{entity}' has other signs than A-Z a-z 0-9 _ . -: mend it")


def is_there(path: Path) -> bool:
    """Tell whether a path exists; one behind a closed folder does, and opening it says why."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def find_source(answer: str) -> Path:
    """Find the table from where the user stands: `~` and relative paths count from there."""
    # Cookiecutter stands in the template by now. A shell keeps PWD; other callers may not.
    places = [HERE, OUTPUT]
    name = os.path.expanduser(answer)  # noqa: PTH111 -- Path's raises where `~nobody` is no user
    paths = [Path(place, name) for place in places]
    found = [path for path in paths if is_there(path)]
    if not found:
        raise Refusal(
            f"data_source '{answer}' does not exist: give the path of a table, from here "
            f"({places[0]}) or from the root, or leave it empty for the bundled penguins"
        )
    usable = found[-1].is_file() or any(found[-1].glob("*.parquet"))
    if usable and not found[0].samefile(found[-1]):
        raise Refusal(f"data_source '{answer}' may be {found[0]} or {found[-1]}: give it in full")
    return found[0]


def check_source(path: Path, what: str) -> None:
    """Refuse a table that is no readable file, is empty or lacks the target."""
    parts = [p for p in path.iterdir() if p.suffix == ".parquet"] if path.is_dir() else [path]
    name = ".parquet" if path.is_dir() else path.name.lower()
    if not parts or not all(part.is_file() for part in parts):
        raise Refusal(f"{what} is neither a file nor a folder of .parquet files: give one of them")
    if not name.endswith((*TEXT, ".parquet")):
        raise Refusal(f"{what} ends in neither .csv .tsv .txt (.gz .zst) nor .parquet: rename it")
    for part in parts:
        with part.open("rb") as file:
            if not file.read(1):
                raise Refusal(f"{what} is empty ({part.name}): give a table with header and rows")
    # The columns of Parquet and of zstd are told by the project's first data stage.
    if not name.endswith((".parquet", ".zst")):
        with gzip.open(path) if name.endswith(".gz") else path.open("rb") as file:
            check_target(columns_of(file.read(HEAD), what, path.name))


def check_address(url: str) -> None:
    """Refuse an address that nothing can be fetched from; what lies there, the project reads."""
    what = f"data_source '{url}'"
    found = ADDRESS.fullmatch(url)
    if not url.startswith(SCHEMES) or not found:
        raise Refusal(f"{what} can't be fetched: give a path, or an address by {' '.join(SCHEMES)}")
    if (login := found["login"]) and (":" in login or not url.startswith("ssh://")):
        raise Refusal(f"{what} holds a name or password, which git would keep: leave it out")
    path = re.split(r"[?#]", url)[0].rstrip("/").lower()
    if not path.endswith((*TEXT, ".parquet")):
        raise Refusal(f"{what} ends in no .csv .tsv .txt (.gz .zst) or .parquet: name the file")


def columns_of(head: bytes, what: str, name: str) -> list[str]:
    """Read the names in a CSV's header; the delimiter is the one that occurs most."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError as error:
        code = "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "latin1"
        raise Refusal(
            f"{what} is not UTF-8 (byte {error.start}): convert it first, for example with "
            f"iconv -f {code} -t utf-8 {name.removesuffix('.gz')} > utf8.csv"
        ) from None
    line = io.StringIO(text.removeprefix("\ufeff"), newline=None).readline().rstrip("\n")
    if not line.strip():
        raise Refusal(f"{what} is empty in its first line: give a table with header and rows")
    csv.field_size_limit(HEAD)
    unquoted = re.sub(r'"[^"]*"', "", line)
    return next(csv.reader([line], delimiter=max(",;\t|", key=unquoted.count)))


def check_target(columns: list[str]) -> None:
    """Refuse a target that is not among the columns."""
    if (target := ANSWERS["target"]) in columns:
        return
    close = difflib.get_close_matches(target, columns, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    some = ", ".join(columns[:10]) + (", …" if len(columns) > 10 else "")
    raise Refusal(f"target '{target}' is no column of the table: {hint}name one of {some}")


def check() -> None:
    """Check all the answers."""
    check_names()
    if not (target := ANSWERS["target"]):
        raise Refusal("target is empty: name the column that shall be predicted")
    if "${" in target:
        raise Refusal(
            f"target '{target}' holds a dollar sign before a brace, by which settings refer "
            "to other keys: rename the column in the table"
        )
    if answer := ANSWERS["data_source"]:
        if UPDATE:
            return
        if "://" in answer:
            check_address(answer)
            return
        what = f"data_source '{answer}'"
        try:
            check_source(find_source(answer), what)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Refusal(f"{what} can't be unpacked ({error}): give a whole gzip file") from None
        except OSError as error:
            raise Refusal(f"{what} can't be read: {error.strerror}; see its permissions") from None
        return
    check_target(WORDS + NUMBERS)
    if ANSWERS["task"] == "regression" and target in WORDS:
        raise Refusal(
            f"target '{target}' is no quantity: choose task=classification or body_mass_g"
        )


try:
    check()
except Refusal as refusal:
    print(f"error: {refusal}", file=sys.stderr)
    sys.exit(2)
