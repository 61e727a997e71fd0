"""Draw how the members of an ensemble do, and how far their errors go together."""

import numpy as np
from markupsafe import Markup

from ..evaluation.diversity import Diversity
from .curve_parts import reach
from .ensemble import FEW
from .figures import COLOURS, drawing, svg


def scores(found: Diversity) -> Markup:
    """Draw the members' scores beside the ensemble's: one by one, or as a distribution."""
    values = np.array([member.value for member in found.members.values()])
    few = len(values) <= FEW
    with drawing(6.0, 1.2 + 0.28 * len(values) if few else 3.0) as (figure, axes):
        if few:
            places = np.arange(len(values))[::-1]
            whiskers = reach(list(found.members.values()))
            axes.errorbar(values, places, xerr=whiskers, fmt="o", label="members")
            axes.set_yticks(places, list(found.members))
        else:
            axes.hist(values, bins="auto", color=COLOURS[5], label="members")
            axes.set_ylabel("members")
        for colour, name in zip(COLOURS[1:], ("ensemble", "independent"), strict=False):
            label = name if name == "ensemble" else "if errors were independent"
            axes.axvline(found.figures[name].value, color=colour, label=label)
        axes.set_xlabel(found.score)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
        return svg(figure, f"{found.score} of the members and of the ensemble")


def agreement(found: Diversity) -> Markup:
    """Draw the correlations of the members' errors: a heat map of few, or their distribution."""
    names, matrix = list(found.members), found.correlations
    if len(names) > FEW:
        pairs = matrix[np.triu_indices(len(names), 1)]
        with drawing(6.0, 3.0) as (figure, axes):
            axes.hist(pairs[~np.isnan(pairs)], bins="auto", color=COLOURS[5])
            axes.set_xlabel("correlation of the errors of two members")
            axes.set_ylabel("pairs")
            return svg(figure, "Distribution of the error correlations")
    size = max(3.0, 1.2 + 0.55 * len(names))
    with drawing(size + 0.8, size) as (figure, axes):
        axes.grid(visible=False)
        image = axes.imshow(matrix, vmin=-1, vmax=1, cmap="RdBu_r")
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
        axes.set_yticks(range(len(names)), names)
        for row, line in enumerate(matrix):
            for column, value in enumerate(line):
                ink = "white" if abs(value) > 0.6 else "black"
                text = "–" if np.isnan(value) else f"{value:.2f}"
                axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=8)
        figure.colorbar(image, label="correlation of errors", shrink=0.8)
        return svg(figure, "Correlations of the members' errors")
