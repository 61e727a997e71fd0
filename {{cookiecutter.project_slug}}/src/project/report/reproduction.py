"""Show what came of repeating a run."""

from rich.console import Console
from rich.markup import escape

from ..differences import Difference, Differences
from .tables import plain_table


def show(
    run: str, found: Differences, again: Differences | None, *, console: Console | None = None
) -> None:
    """Print that a run is identical, or a table of the first differences and what they mean.

    Parameters
    ----------
    run
        Its id.
    found
        The recorded run against its repetition.
    again
        The repetition against a second one, where the first was not identical.
    console
        Where to print; standard output where none is given.
    """
    console = console or Console(highlight=False)
    console.print(line(run, found), soft_wrap=True)
    if found.identical:
        return
    table = plain_table()
    for name in ("differs", "", "recorded", "repeated"):
        table.add_column(name, overflow="fold")
    kind = ""
    for one in [*found.inputs, *found.outputs, *found.around]:
        shown = one.kind if one.kind != kind else ""
        table.add_row(*map(escape, (shown, one.what, one.recorded, one.repeated)))
        kind = one.kind
    console.print(table)
    console.print(diagnosis(found, again), soft_wrap=True)


def line(run: str, found: Differences) -> str:
    """Say in one line what came of it."""
    if found.identical:
        others = _kinds(found.around)
        return (
            f"run [bold]{run}[/]: [green]identical[/], bit for bit, in model, predictions and "
            f"metrics" + (f"; although another: {others}" if others else "")
        )
    return f"run [bold]{run}[/]: [red]different[/] in {_kinds([*found.inputs, *found.outputs])}"


def diagnosis(found: Differences, again: Differences | None) -> str:
    """Say in words what the differences point to.

    Evidence comes first: inputs that moved explain all; two repetitions that part from each other
    show the code to be at fault; what is left is the environment.
    """
    if found.inputs:
        return _of_inputs(found.inputs)
    if again is not None and not again.identical:
        return (
            "Two repetitions, one after the other in the same container, differ from each other "
            f"too, in {_kinds(again.outputs)}: the code draws or reads something that no seed and "
            f"no input holds still, such as the clock, an unseeded generator or threads. "
            f"{_stage(again)}"
        )
    packages = [one for one in found.around if one.kind in {"package", "libc"}]
    if packages:
        names = ", ".join(one.what or one.kind for one in packages[:5])
        return (
            f"Repetitions agree with one another here; the environment is not that of the record "
            f"({names}): the image was built on another base, or from other packages."
        )
    if any(one.kind in {"processor", "machine"} for one in found.around):
        return (
            "Repetitions agree with one another here, with the packages of the record; the "
            "processor is another, and something computes by what it offers: train with "
            "compute=portable for results that every processor gives."
        )
    if found.around:
        return (
            "Repetitions agree with one another here, with the packages of the record; the image "
            "or its base is another: something outside of Python's packages has changed."
        )
    return (
        "Repetitions agree with one another here, and everything recorded of the environment is "
        "the same: the run depended on something that is not recorded, such as a file outside of "
        "src/ and the data, an earlier job of the same process, or the date."
    )


def _of_inputs(moved: list[Difference]) -> str:
    what = {one.what.split(".")[0] for one in moved}
    if "code" in what:
        return (
            "The code that git and the patch keep is not the code that ran: a Python file of "
            "src/project was ignored by git, too large to keep or stored with other line endings."
        )
    if what & {"python", "lock"}:
        return (
            "The environment is another from the start: the base image has another Python, or "
            "the locks in requirements/ are not those that the run was made with."
        )
    return "It did not start from the same inputs: see the first rows of the table."


def _stage(again: Differences) -> str:
    kinds = {one.kind for one in again.outputs}
    if "fitted parameter" in kinds:
        return "It is in the fit or before: look at src/project/models and src/project/data."
    if "prediction" in kinds:
        return "The fitted model is the same: look at what predicts."
    return "Model and predictions are the same: look at src/project/evaluation."


def _kinds(differences: list[Difference]) -> str:
    return ", ".join(dict.fromkeys(one.kind for one in differences))
