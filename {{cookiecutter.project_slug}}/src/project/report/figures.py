"""Draw figures as SVG for the pages: small, sharp in print, the same bytes for the same numbers."""

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..paths import PROJECT

# A container forgets what it wrote elsewhere, and would search for fonts each time.
os.environ.setdefault("MPLCONFIGDIR", str(PROJECT.cache / "matplotlib"))

import matplotlib as mpl
from cycler import cycler
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

# Told apart by people who see colours differently (Okabe and Ito 2008), and from grey paper.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666")
# Stands for the colour of the page's text, which follows the reader's choice of dark or light.
_INK = "#010203"
_IDS = re.compile(r' id="[A-Za-z0-9.]+_\d+"')  # two figures of a page would share them
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, searchable, in the page's font
    "svg.hashsalt": "figure",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.parse_math": False,  # a dollar in a name is a dollar
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor"), _INK),
    **dict.fromkeys(("xtick.color", "ytick.color"), _INK),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.grid": True,
    "grid.color": "#8884",
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Drawn:
    """A finished figure.

    Attributes
    ----------
    name
        Of its file, without the ending.
    title
        What it shows.
    svg
        The element.
    note
        What a reader has to know to read it, such as how many rows are drawn.
    """

    name: str
    title: str
    svg: Markup
    note: str = ""


@contextmanager
def drawing(width: float = 6.0, height: float = 4.0) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure with one pair of axes, in the style of all the others.

    Parameters
    ----------
    width, height
        In inches; a page scales the figure to its own width.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def logarithmic(axes: Axes) -> None:
    """Scale an x axis by ratios, with plain numbers at its ticks: formulas are not parsed here."""
    axes.set_xscale("log")
    for place in (axes.xaxis.set_major_formatter, axes.xaxis.set_minor_formatter):
        place(_Plain(minor_thresholds=(1.5, 0.5)))


class _Plain(LogFormatter):
    """Label the ticks that LogFormatter would, as 0.3 and not as 3e-01."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


def svg(figure: Figure, title: str) -> Markup:
    """Write a figure as an SVG element that a page can hold, with its title for screen readers.

    Call it while `drawing` is open.
    """
    text = io.StringIO()
    with warnings.catch_warnings():
        # The reader's browser has glyphs that the font for measuring lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(
            text, format="svg", transparent=True, metadata={"Date": None, "Title": title}
        )
    whole = _IDS.sub("", text.getvalue()).replace(_INK, "currentColor")
    return Markup(whole[whole.index("<svg") :])  # noqa: S704 -- drawn here, text is escaped by the library


def label(name: object, longest: int = 24) -> str:
    """Return a name as a figure can show it: short, and of characters that XML has."""
    text = _CONTROL.sub("\ufffd", str(name))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def thin(count: int, most: int) -> list[int]:
    """Return up to `most` positions out of `count`, evenly spread."""
    if count <= most:
        return list(range(count))
    return [position * (count - 1) // (most - 1) for position in range(most)]
