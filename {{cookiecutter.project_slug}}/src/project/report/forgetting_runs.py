"""Tell which runs and promoted models follow from rows that are to be forgotten."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ..affected import Affected
from ..paths import Paths
from ..promotion.forgetting import absent, withdrawn

if TYPE_CHECKING:
    from ..data.forget import Plan


def show_runs(plan: "Plan", console: Console) -> None:
    """Name the runs whose models follow from the rows, and how to train each again."""
    known = [run for run in plan.runs if run.ids is not None and not run.promoted]
    trained = [run for run in known if run.rows.get("train")]
    if trained:
        console.print(
            "\nTrained on these rows; medians, scales, thresholds and weights in their models "
            "follow from them in part, until each is trained again:",
            soft_wrap=True,
        )
    for run in trained:
        _show_run(run, console)
    for run in plan.runs:
        if run.ids is None:
            console.print(
                f"  {run.name}: [yellow]can't be told[/], since the version that it was trained on "
                f"is not here: make pull, or rm -r {run.where} if in doubt",
                soft_wrap=True,
            )


def show_models(plan: "Plan", console: Console, paths: Paths) -> None:
    """Name the promoted models that learnt from the rows, and say what serves then."""
    now = withdrawn(plan.runs, paths)
    for run in plan.runs:
        if run.promoted and run.ids is not None:
            serves = "serves, and is withdrawn" if run.name == now else "may not serve again"
            console.print(f"  [bold]models/{run.name}[/] {serves}", soft_wrap=True)
    if now:
        console.print(
            "  [yellow]no model serves then[/]: make rollback or make promote chooses another",
            soft_wrap=True,
        )
    for name in absent(paths):
        console.print(
            f"  models/{name}: [yellow]can't be told[/], since it is not here: make pull first",
            soft_wrap=True,
        )


def _show_run(run: Affected, console: Console) -> None:
    rows = f"{run.rows['train']:,} of its training rows"
    console.print(f"  [bold]{run.name}[/]  {rows}   {escape(run.command)}", soft_wrap=True)
