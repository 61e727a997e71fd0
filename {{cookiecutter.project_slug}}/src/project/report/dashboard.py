"""Write reports/dashboard.html: all runs on one page, which fetches nothing and needs no server."""

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..run_rows import COSTS, RunRow, differences, metrics_of, short_names
from .figures import thin
from .html import write_page
from .page_rows import predicted
from .process_figures import curves

PAGE = "dashboard.html"
_SCRIPTS = Path(__file__).parent / "templates" / "dashboard"
_ORDER = ("columns", "table", "pair", "charts", "main")
_POINTS = 100  # of a curve, where there are few runs
_ALL_POINTS = 200_000  # of all curves together


def write(rows: list[RunRow], unread: list[str], project: str, made: str, reports: Path) -> Path:
    """Write the page.

    Parameters
    ----------
    rows
        The runs.
    unread
        A sentence for each run that is left out.
    project, made
        What the page is of, and the time to show on it.
    reports
        The folder of the page.

    Returns
    -------
    pathlib.Path
        The page.
    """
    path = reports / PAGE
    text = json.dumps(content(rows, reports), separators=(",", ":"), allow_nan=False)
    write_page(
        PAGE,
        path,
        project=project,
        count=len(rows),
        made=made,
        unread=unread,
        # No text of a run may end the element that it stands in.
        data=Markup(text.replace("<", "\\u003c")),  # noqa: S704 -- JSON without a "<"
        scripts=[
            Markup((_SCRIPTS / f"{name}.js").read_text(encoding="utf-8"))  # noqa: S704 -- a script of this package
            for name in _ORDER
        ],
    )
    return path


def content(rows: list[RunRow], reports: Path) -> dict[str, Any]:
    """Collect what the page shows, as plain values.

    Parameters
    ----------
    rows
        The runs.
    reports
        Where the page will be, since links start from there.
    """
    keys = differences(rows) if rows else []
    labels, metrics = short_names(keys), metrics_of(rows)
    groups, made = predicted(rows)
    costs = [cost for cost in COSTS if any(cost.key in row.costs for row in rows)]
    points = max(10, min(_POINTS, _ALL_POINTS // max(len(rows), 1)))
    return {
        "config": [{"name": key, "label": labels[key]} for key in keys],
        "metrics": [{"name": name, "higher": higher} for name, higher in metrics.items()],
        "costs": [{"label": cost.label, "unit": cost.unit} for cost in costs],
        "groups": groups,
        "runs": [
            {
                "id": row.run_id,
                "finished": row.manifest["finished"][:19].replace("T", " "),
                "page": _page(row, reports),
                "config": [_cell(row.settings.get(key)) for key in keys],
                "figures": [_figure(row.figures.get(name)) for name in metrics],
                "costs": [_rounded(row.costs.get(cost.key)) for cost in costs],
                "curves": _curves(row.folder, points),
                **made[row.run_id],
            }
            for row in rows
        ],
    }


def _page(row: RunRow, reports: Path) -> str | None:
    """Return the link to a run's page, if it has one."""
    if (row.folder / "report.html").exists():
        return f"../runs/{row.run_id}/report.html"
    again = f"run-{row.run_id}.html"
    return again if (reports / again).exists() else None


def _cell(value: Any) -> Any:
    plain = value is None or isinstance(value, str | int | float | bool)
    return value if plain else json.dumps(value)


def _figure(found: dict[str, Any] | None) -> list[float | None] | None:
    if found is None:
        return None
    return [_rounded(found.get(key)) for key in ("value", "low", "high")]


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _curves(folder: Path, points: int) -> dict[str, Any] | None:
    found = {
        metric: {
            split: list(zip(*(line[i] for i in thin(len(line), points)), strict=True))
            for split, line in splits.items()
        }
        for metric, splits in curves(folder).items()
    }
    return {
        metric: {s: [list(x), [_rounded(v) for v in y]] for s, (x, y) in splits.items()}
        for metric, splits in found.items()
    } or None
