"""Refuse an answer that can't work, in one sentence with the way to mend it.

Rendered and run by cookiecutter before anything is copied; needs the standard library only.
"""

import csv
import difflib
import gzip
import json
import keyword
import os
import re
import sys
from pathlib import Path

# As JSON in a raw string, since its encoder leaves no quote that could end the string.
ANSWERS: dict[str, str] = json.loads(r"""{{ cookiecutter | tojson }}""")
TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".csv.zst", ".tsv.zst", ".txt.zst")
PENGUINS = {
    "species": "text",
    "island": "text",
    "bill_length_mm": "number",
    "bill_depth_mm": "number",
    "flipper_length_mm": "number",
    "body_mass_g": "number",
    "sex": "text",
    "year": "number",
}


class Refusal(Exception):
    """State what is wrong with an answer and how to mend it."""


def check_names() -> None:
    """Refuse names that a folder, an image or a configuration file can't have."""
    for key in ("project_name", "description", "author_name", "target", "data_source"):
        if not ANSWERS[key].isprintable():
            raise Refusal(f"{key} holds a line break or control character: give it as one line")
    if not ANSWERS["project_name"].strip():
        raise Refusal("project_name is empty: give the project a name, such as 'House prices'")
    slug = ANSWERS["project_slug"]
    if keyword.iskeyword(slug):
        raise Refusal(
            f"project_slug '{slug}' is a word of Python: choose another, such as '{slug}-model'"
        )
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", slug) or len(slug) > 64:
        raise Refusal(
            f"project_slug '{slug}' can't name the folder: use at most 64 small letters, digits "
            "and single dashes or underscores, beginning with a letter, such as 'house-prices'"
        )
    entity = ANSWERS["wandb_entity"]
    if not re.fullmatch(r"[A-Za-z0-9_.-]*", entity):
        raise Refusal(
            f"wandb_entity '{entity}' is no Weights & Biases name: give letters, digits, dashes, "
            "underscores or dots, or leave it empty"
        )


def find_source(answer: str) -> Path:
    """Find the table from where the user stands: `~` and relative paths count from there."""
    path = Path(answer).expanduser()
    # A program that calls cookiecutter may leave PWD as it was; the output folder comes next.
    places = [os.environ.get("PWD", ""), ANSWERS["_output_dir"]]
    for place in places:
        if place and (Path(place) / path).exists():
            return Path(place) / path
    raise Refusal(
        f"data_source '{answer}' does not exist: give the path of a table, from here "
        f"({places[0] or places[1]}) or from the root, or leave it empty for the bundled penguins"
    )


def check_source(path: Path) -> None:
    """Refuse a table that is no readable file, is empty or lacks the target."""
    answer = ANSWERS["data_source"]
    if path.is_dir():
        if not any(path.glob("*.parquet")):
            raise Refusal(
                f"data_source '{answer}' is a folder without .parquet files: give a file, or a "
                "folder of Parquet parts"
            )
        return
    if not path.is_file():
        raise Refusal(f"data_source '{answer}' is not a file: give a CSV or Parquet file")
    name = path.name.lower()
    if not name.endswith((*TEXT, ".parquet")):
        raise Refusal(
            f"data_source '{answer}' has an ending that says no kind of table: name it .csv, .tsv "
            "or .txt (also with .gz or .zst), or .parquet"
        )
    try:
        with path.open("rb") as file:
            first = file.read(1)
    except OSError as error:
        raise Refusal(
            f"data_source '{answer}' can't be read ({error.strerror}): change its permissions with "
            "chmod, or give another file"
        ) from None
    if not first:
        raise Refusal(f"data_source '{answer}' is empty: give a table with a header and rows")
    # The columns of Parquet and of zstd are told by the project's first data stage.
    if not name.endswith((".parquet", ".zst")):
        check_target(header_of(path))


def header_of(path: Path) -> list[str]:
    """Read the names in a CSV's header; the delimiter is the one that occurs most."""
    answer = ANSWERS["data_source"]
    try:
        unpack = gzip.open if path.name.lower().endswith(".gz") else open
        with unpack(path, "rt", encoding="utf-8-sig") as text:
            line = text.readline().rstrip("\n")
    except UnicodeDecodeError as error:
        raise Refusal(
            f"data_source '{answer}' is not UTF-8 (byte {error.start}): convert it first, for "
            f"example with iconv -f latin1 -t utf-8 {path.name} > utf8.csv"
        ) from None
    except (OSError, EOFError) as error:
        raise Refusal(
            f"data_source '{answer}' can't be unpacked ({error}): give a whole gzip file"
        ) from None
    delimiter = max(",;\t|", key=line.count)
    return next(csv.reader([line], delimiter=delimiter), [])


def check_target(columns: list[str]) -> None:
    """Refuse a target that is not among the columns."""
    target = ANSWERS["target"]
    if target in columns:
        return
    close = difflib.get_close_matches(target, columns, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    some = ", ".join(columns[:10]) + (", …" if len(columns) > 10 else "")
    raise Refusal(f"target '{target}' is no column of the table: {hint}name one of {some}")


def check() -> None:
    """Check all the answers."""
    check_names()
    if not ANSWERS["target"]:
        raise Refusal("target is empty: name the column that shall be predicted")
    if ANSWERS["data_source"]:
        check_source(find_source(ANSWERS["data_source"]))
        return
    check_target(list(PENGUINS))
    if ANSWERS["task"] == "regression" and PENGUINS[ANSWERS["target"]] == "text":
        raise Refusal(
            f"target '{ANSWERS['target']}' of the bundled penguins is text, not a quantity: choose "
            "task=classification, or a target such as body_mass_g"
        )


try:
    check()
except Refusal as refusal:
    print(f"error: {refusal}", file=sys.stderr)
    sys.exit(2)
