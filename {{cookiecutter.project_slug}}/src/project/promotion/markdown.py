"""Write Markdown tables."""

import re
from collections.abc import Iterator


def cell(text: str) -> str:
    """Return text in which nothing is taken for a mark of Markdown's, on one line."""
    return re.sub(r"([|*\\`]|<(?=[A-Za-z/!?]))", r"\\\1", " ".join(text.split()))


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Write a table, with an empty line behind it."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(' --- ' for _ in head)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
