"""Show where a run comes from, on the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..runs import FORGOTTEN, read_json

if TYPE_CHECKING:
    from ..lineage import Row, Step

_SIGNS = {
    "same": "[green]✓[/]",
    "cached": "[yellow]○[/]",
    "rewritten": "[yellow]○[/]",
    "erased": "[yellow]○[/]",
    "removed": "[yellow]○[/]",
    "changed": "[red]✗[/]",
    "edited": "[red]✗[/]",
    "gone": "[red]✗[/]",
}


def show(manifest: dict[str, Any], steps: "list[Step]", folder: Path) -> None:
    """Print the chain of a run, and what identifies it.

    Parameters
    ----------
    manifest, steps, folder
        Of the run.
    """
    console = Console(highlight=False)
    config, around = manifest["inputs"]["config"], manifest["circumstances"]
    console.print(
        f"run [bold]{folder.name}[/]: {escape(config['model']['name'])} predicts "
        f"{escape(config['data']['target'])}, finished {manifest['finished']}"
    )
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for step in steps:
        rows = ", ".join(f"{count:,} {name or 'rows'}" for name, count in step.rows.items())
        details = " · ".join(filter(None, [_short(step.checksum), rows]))
        table.add_row(step.name, escape(step.path))
        table.add_row("", f"[dim]{details}[/] {_SIGNS[step.state.name]} {step.state.value}")
    console.print(table)
    commit = around.get("git_commit") or "none"
    dirty = ", with changes beside it" if around.get("git_dirty") else ""
    console.print(f"commit       {commit[:12]}{dirty}")
    for name, value in (
        ("code", manifest["inputs"]["code"]),
        ("packages", manifest["inputs"]["lock"]),
        ("fingerprint", manifest["outputs"]["fingerprint"]),
    ):
        console.print(f"{name:<12} {value[:12]}")
    if (folder / FORGOTTEN).exists():
        rows = read_json(folder / FORGOTTEN)["rows"]
        console.print(
            f"[yellow]{rows or 'None'} of its rows were forgotten since[/]", soft_wrap=True
        )


def show_row(run: str, found: "Row") -> None:
    """Print the raw cells of a row, and what a run predicted for it."""
    console = Console(highlight=False)
    console.print(f"row [bold]{found.row_id}[/] of run [bold]{run}[/], split {found.split}")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, cell in found.cells.items():
        table.add_row(escape(name), "–" if cell is None else escape(str(cell)))
    console.print(table)
    if not found.prediction:
        console.print("The run has predicted nothing for it: only train and valid are predicted.")
        return
    made = {k: v for k, v in found.prediction.items() if k not in ("row_id", "split")}
    told = ", ".join(
        f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in made.items()
    )
    console.print(escape(told), soft_wrap=True)


def _short(checksum: str) -> str:
    """Keep what tells checksums apart, and that of a folder what it is."""
    return checksum[:12] + (".dir" if checksum.endswith(".dir") else "")
