"""Tables for the terminal, all alike."""

from rich import box
from rich.table import Table


def plain_table(*columns: str, padding: tuple[int, int] = (0, 1)) -> Table:
    """Return a table without lines but the one below its head; padding is that of a cell."""
    return Table(*columns, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding)
