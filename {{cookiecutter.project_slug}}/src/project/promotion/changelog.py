"""models/CHANGELOG.md: which model served from when on, and what it brought.

Written anew from the history and the cards each time, so that it is never behind them.
"""

import re
from itertools import pairwise

from ..files import replacing
from ..paths import Paths
from .history import Entry, read

_HEAD = """# Models

Written by `make promote`, `make rollback` and `make forget`; the last change first.
"""
_NOTE = re.compile(r"\[\^[\w-]+\]")


def write(paths: Paths) -> None:
    """Write the changelog."""
    entries = read(paths)
    lines = [_line(one, before, paths) for before, one in pairwise([None, *entries]) if one]
    with replacing(paths.models / "CHANGELOG.md") as scratch:
        scratch.write_text("\n".join([_HEAD, *reversed(lines)]) + "\n", encoding="utf-8")


def _line(one: Entry, before: Entry | None, paths: Paths) -> str:
    day, old = one.time[:10], before.version if before else None
    if one.action == "withdraw":
        return f"- {day}: **{old} withdrawn**, since rows that it learnt from were forgotten."
    link = f"[{one.version}]({one.version}.md)"
    if one.action == "rollback":
        left = f", in place of {old}" if old else ""
        return f"- {day}: **rolled back to {link}**{left}."
    return f"- {day}: **{link}**, run `{one.run}`: {summary(str(one.version), paths)}"


def summary(version: str, paths: Paths) -> str:
    """Return the first paragraph of a version's card, without its footnotes."""
    card = paths.models / f"{version}.md"
    if not card.is_file():
        return "its card is not here."
    _, _, body = card.read_text(encoding="utf-8").partition("\n\n")
    return " ".join(_NOTE.sub("", body.partition("\n\n")[0]).split())
