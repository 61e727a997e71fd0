"""The figures of reports/tuning.html."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from .figures import COLOURS, drawing, svg


def history(trials: pd.DataFrame, found: dict[str, Any]) -> Markup:
    """Draw every trial's score by its number, and the best so far."""
    whole = trials[trials["state"] == "complete"]
    with drawing(6.0, 3.2) as (figure, axes):
        for state, marker, colour in (("complete", "o", COLOURS[0]), ("pruned", "x", COLOURS[6])):
            some = trials[trials["state"] == state]
            axes.plot(some["trial"], some["value"], marker, color=colour, ms=4, label=state)
        values = whole["value"]
        best = values.cummax() if found["higher_is_better"] else values.cummin()
        axes.step(whole["trial"], best, where="post", color=COLOURS[1], label="best so far")
        axes.set(xlabel="trial", ylabel=found["metric"])
        axes.legend()
        return svg(figure, f"{found['metric']} of each trial")


def importance(family: dict[str, Any]) -> Markup | None:
    """Draw which share of the scores' variance each parameter explains; None where it is untold."""
    shares = family["importance"]
    if not shares:
        return None
    keys = list(shares)[::-1]
    with drawing(6.0, 0.8 + 0.35 * len(keys)) as (figure, axes):
        axes.barh([key.split(".", 2)[-1] for key in keys], [shares[key] for key in keys])
        axes.set(xlabel="share of the variance of the scores", xlim=(0, 1))
        return svg(figure, f"importance of the parameters of {family['model']}")


def parallel(trials: pd.DataFrame, family: dict[str, Any], found: dict[str, Any]) -> Markup:
    """Draw each whole trial as a line through its parameters to its score; the best stands out."""
    whole = trials[trials["state"] == "complete"]
    keys = [key.removeprefix("model.") for key in family["best"]["params"]]
    columns = [_places(whole[key]) for key in keys] + [_places(whole["value"])]
    lines = np.column_stack([places for places, _, _ in columns])
    order = np.argsort(whole["value"].to_numpy() * (1 if found["higher_is_better"] else -1))
    with drawing(max(6.0, 1.5 * len(columns)), 3.6) as (figure, axes):
        for rank, line in enumerate(order):
            good = rank / max(len(order) - 1, 1)
            last = rank == len(order) - 1
            axes.plot(
                lines[line],
                color=COLOURS[1] if last else COLOURS[0],
                linewidth=2 if last else 0.8,
                alpha=1 if last else 0.1 + 0.5 * good,
            )
        names = [key.split(".", 1)[-1] for key in keys] + [found["metric"]]
        ends = [f"{low}\n{name}" for name, (_, low, _) in zip(names, columns, strict=True)]
        axes.set_xticks(range(len(columns)), ends)
        for place, (_, _, high) in enumerate(columns):
            axes.text(place, 1.04, high, ha="center")
        axes.set(yticks=[], ylim=(-0.05, 1.05))
        axes.grid(False)
        axes.grid(True, axis="x")
        return svg(figure, f"parameters and scores of the trials of {family['model']}")


def _places(column: pd.Series) -> tuple[np.ndarray, str, str]:
    """Return places from 0 to 1, and what the ends are; ratios count where values span many."""
    if not pd.api.types.is_numeric_dtype(column):
        kinds = sorted(column.astype(str).unique())
        places = column.astype(str).map({kind: i for i, kind in enumerate(kinds)}).to_numpy(float)
        return places / max(len(kinds) - 1, 1), kinds[0], kinds[-1]
    values = column.to_numpy(dtype=float)
    low, high = values.min(), values.max()
    scale = np.log(values) if low > 0 and high / low > 30 else values
    reach = scale.max() - scale.min()
    places = (scale - scale.min()) / reach if reach else np.full(len(scale), 0.5)
    return places, f"{low:.3g}", f"{high:.3g}"
