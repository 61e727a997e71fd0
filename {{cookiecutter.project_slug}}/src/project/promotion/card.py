"""Write a version's model card: Markdown, filled from what was measured.

Each figure has a footnote that names the test of this project which guards it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import Config
from ..data.config import Task
from ..data.schema import ColumnType, Role
from ..evaluation.metrics import metrics_of
from ..evaluation.result import MODEL, Evaluation
from ..evaluation.scores import ZERO_RULE
from ..paths import Paths
from ..report.evaluation import SPLITS
from ..report.numbers import bounded, p_value, significant
from . import card_parts
from .config import CALIBRATION, INCUMBENT, LATENCY, SLICE, Gates
from .gate import Gate, Incumbent, metric_of
from .guards import GUARDS, note
from .markdown import cell, table

_SHOWN = 5  # slices, and columns that matter
_GATES = {INCUMBENT: "incumbent", CALIBRATION: "alarm", SLICE: "alarm", LATENCY: "latency"}


@dataclass(frozen=True)
class Examined:
    """All that a card tells of: the run, what was found, and what the gates said.

    Attributes
    ----------
    folder, manifest
        The run's.
    split, openings
        Whose rows were examined, and all openings of the test split where it was that.
    found, incumbent
        The evaluations of the run and, where one serves, of the model that did so far.
    judged, gates
        What the gates said, and what they asked.
    arguments
        The overrides that it was examined with.
    """

    folder: Path
    manifest: dict[str, Any]
    split: str
    openings: list[dict[str, Any]]
    found: Evaluation
    incumbent: Incumbent | None
    judged: list[Gate]
    gates: Gates
    arguments: list[str]


def write(version: str, done: Examined, config: Config, paths: Paths) -> str:
    """Return the text of a model card."""
    model = done.manifest["inputs"]["config"]["model"]["name"]
    lines = [
        f"# {version}: {model} predicts {config.data.target}",
        "",
        _summary(done, config),
        "",
        *_problem(done, config),
        *card_parts.data(done.folder, done.manifest, config, paths),
        *_metrics(done, config),
        *_gates(done),
        *card_parts.behaviour(done.found, config),
        *_slices(done.found),
        *card_parts.limits(done.found, done.split, done.openings, done.judged, config),
        *card_parts.repeat(version, done.folder.name, done.manifest, done.split, done.arguments),
    ]
    body = "\n".join(lines)
    used = [key for key in GUARDS if f"[^{key}]" in body]
    notes = [f"[^{key}]: guarded by `{GUARDS[key]}`" for key in used]
    return "\n".join([body, "## Tests behind the figures", "", *notes]) + "\n"


def _summary(done: Examined, config: Config) -> str:
    metric, rows = metric_of(done.gates, config), f"{done.found.rows:,} {SPLITS[done.split]} rows"
    value = bounded(done.found.figures[MODEL][metric.name])
    gain = bounded(done.found.gains[ZERO_RULE][metric.name])
    over = ""
    if done.incumbent:
        lead = next(one.found for one in done.judged if one.name == INCUMBENT)
        over = f"; against {done.incumbent.version}: {lead}{note('incumbent')}"
    return (
        f"{metric.name} {value}{note('metric', 'interval')}, better than the {ZERO_RULE} by {gain}"
        f"{note('gain')}, on {rows}{note('rows')}{over}."
    )


def _problem(done: Examined, config: Config) -> Iterator[str]:
    data = config.data
    yield "## Problem"
    yield ""
    if done.gates.purpose:
        yield f"> {' '.join(done.gates.purpose.split())}"
    else:
        yield "Nobody has written yet what it is for: `purpose` in `conf/evaluation/gates.yaml`."
    yield ""
    what = "a class" if data.task is Task.classification else "a quantity"
    yield f"- Predicts `{data.target}`, {what}."
    names = [f"`{name}` ({data.columns[name].type.value})" for name in data.features(*ColumnType)]
    yield f"- From {', '.join(names)}."
    ignored = [
        f"`{n}`" for n, c in data.columns.items() if c.role not in (Role.feature, Role.target)
    ]
    if ignored:
        yield f"- Does not see {', '.join(ignored)}."
    protected = [f"`{name}`" for name in config.methods.invariance.protected]
    yield f"- Protected attributes: {', '.join(protected) or 'none is declared'}."
    yield ""


def _metrics(done: Examined, config: Config) -> Iterator[str]:
    other = done.incumbent.found if done.incumbent else None
    baselines = list(done.found.gains)
    yield f"## Metrics on {SPLITS[done.split]}"
    yield ""
    yield (
        f"With intervals of {config.evaluation.confidence:.0%}{note('interval')}. ↑: more is "
        "better, ↓: less is."
    )
    yield ""
    gains = [f"better than {name} by{note('gain')}" for name in baselines]
    head = ["metric", f"model{note('metric')}", *gains]
    rows = []
    for metric in metrics_of(config.data.task):
        row = [
            f"{'↑' if metric.higher_is_better else '↓'} {metric.name}",
            f"**{bounded(done.found.figures[MODEL][metric.name])}**",
            *(f"{bounded(done.found.gains[b][metric.name])}" for b in baselines),
        ]
        rows.append(row + ([bounded(other.figures[MODEL][metric.name])] if other else []))
    served = (
        [f"{done.incumbent.version}, which served{note('metric')}"]
        if done.incumbent and other
        else []
    )
    yield from table(head + served, rows)


def _gates(done: Examined) -> Iterator[str]:
    yield "## Gates"
    yield ""
    yield f"From `conf/evaluation/gates.yaml`, at a level of {done.gates.level:g}{note('swaps')}."
    yield ""
    rows = []
    for one in done.judged:
        verdict = f"{one.verdict.value}; waived: {one.waiver}" if one.waiver else one.verdict.value
        found = cell(one.found) + note(_GATES.get(one.name, "swaps"))
        rows.append([one.name, cell(one.asked), found, cell(verdict)])
    head = ["gate", f"asked{note('asked')}", "found", f"verdict{note('waived')}"]
    yield from table(head, rows)


def _slices(found: Evaluation) -> Iterator[str]:
    tested = found.slices
    yield "## Slices"
    yield ""
    yield (
        f"{tested.tested:,} slices were tested, {tested.too_small:,} were too small"
        f"{note('slices')}; the {tested.loss} of all rows is {significant(tested.overall)}"
        f"{note('metric')}."
    )
    yield ""
    worst = tested.results[:_SHOWN]
    if worst:
        rows = [
            [
                cell(one.name),
                f"{one.rows:,}",
                bounded(one.loss),
                significant(one.rest),
                f"{p_value(one.p_value)}, {'worse' if one.worse else 'no worse than by chance'}",
            ]
            for one in worst
        ]
        heads = ("slice", "rows", tested.loss, "of the others", "corrected for their number")
        yield from table([f"{head}{note('slices')}" for head in heads], rows)
