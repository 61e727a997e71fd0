"""Follow one row through a model, step by step: from its cells to the prediction.

    make explain ROW=<row id>                of the last run
    make explain ROW=<row id> RUN=<id>

Row ids stand in runs/<run id>/predictions.parquet. Reads the run and data/validated/.
"""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from . import errors
from .errors import RunError
from .locks import reading
from .paths import PROJECT, Paths
from .runs import MODEL, PREDICTIONS

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Step = tuple[str, dict[str, object]]  # what was done, and name to value after it


def steps(run: str, row: str, paths: Paths) -> Iterator[Step]:
    """Yield a row after each step of a run's pipeline, its raw cells first.

    Parameters
    ----------
    run
        Id of the run, the beginning of one, or "latest".
    row
        Id of a row of its predictions.
    paths
        The project.

    Raises
    ------
    RunError
        When there is no such run, or no such row in it.
    DataError
        When the rows that it was made of are not here any more.
    """
    from .data.load import features, load
    from .models.store import load_model
    from .recorded import open_run

    made = open_run(run, paths)
    folder, data = made.folder, made.config.data
    known = pd.read_parquet(folder / PREDICTIONS).set_index("row_id")
    rows = pd.concat(load(data, made.paths, *known["split"].unique()).values())
    found = rows.index[rows.index.astype(str) == row]
    if len(found) != 1:
        raise RunError(
            f"ROW={row or ' is empty and'} names no row of run {folder.name}: give a row id of "
            f"runs/{folder.name}/predictions.parquet, such as {known.index[0]}"
        )
    one = rows.loc[found]
    yield "the validated table", {str(name): cell for name, cell in one.iloc[0].items()}
    pipeline = load_model(folder / MODEL)
    yield from _inside(pipeline, features(one, data))
    yield "recorded in predictions.parquet", dict(known.loc[found[0]].drop("split"))


def _inside(pipeline: "Pipeline", row: pd.DataFrame) -> Iterator[Step]:
    """Walk the steps of a pipeline; those of a column transformer's branches one by one."""
    from sklearn.compose import ColumnTransformer

    x: Any = row
    for name, step in pipeline.steps[:-1]:
        if isinstance(step, ColumnTransformer):
            for branch, inner, columns in step.transformers_:
                if branch == "remainder" or not len(columns):
                    continue
                cells, names = x[list(columns)], list(columns)
                for part, transformer in getattr(inner, "steps", [("", inner)]):
                    names = list(transformer.get_feature_names_out(names))
                    cells = transformer.transform(cells)
                    title = f"{name}, {branch}: {part} ({type(transformer).__name__})"
                    yield title, dict(zip(map(str, names), cells[0], strict=True))
        x = step.transform(x)
        yield f"after {name}: what the estimator sees", _of_matrix(step, x)
    model = pipeline.steps[-1][1]
    # By the pipeline, which may decide otherwise than its estimator: by what errors cost.
    said: dict[str, object] = {"prediction": pipeline.predict(row)[0]}
    if hasattr(model, "predict_proba"):
        pairs = zip(model.classes_, model.predict_proba(x)[0], strict=True)
        said |= {f"p({label})": float(p) for label, p in pairs}
    yield type(model).__name__, said


def _of_matrix(step: Any, x: Any) -> dict[str, object]:
    names = step.get_feature_names_out()
    values = x.iloc[0] if isinstance(x, pd.DataFrame) else x[0]
    return dict(zip(map(str, names), values, strict=True))


def show(found: list[Step], console: Console | None = None) -> None:
    """Print the steps, one table each."""
    console = console or Console(highlight=False)
    for title, cells in found:
        console.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
        table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
        for name, value in cells.items():
            text = f"{value:.6g}" if isinstance(value, float) else str(value)
            table.add_row(escape(name), escape(text))
        console.print(table)


def _main() -> None:
    run, row = sys.argv[1:]
    with reading(PROJECT):
        show(list(steps(run, row, PROJECT)))


if __name__ == "__main__":
    errors.run(_main)
