"""Promote a run that passes the gates of conf/evaluation/gates.yaml: its model serves from then on.

    make promote RUN=<id or latest>             by its validation rows
    make promote RUN=<id> SPLIT=test            by the test rows: opens them, which is counted
    make promote ARGS="compute.workers=1"       with overrides, as `make evaluate` takes them

Reads runs/<run id>/, the data stages' outputs and the model that serves; writes models/<version>/
(kept by DVC), its .dvc file and its card models/<version>.md, models/CHANGELOG.md and a line into
models/history.jsonl. Exits 1 where a gate stops the run that is not waived with a reason.
"""

import sys
from typing import TYPE_CHECKING

from . import app
from .config import Config
from .evaluate import begin, opening, read_table
from .locks import promoting, reading
from .paths import PROJECT, Paths
from .promotion import versions
from .promotion.config import check_waivers, load_gates
from .promotion.service import refuse_known

if TYPE_CHECKING:
    from rich.console import Console


def run(
    config: Config, wanted: str, split: str, paths: Paths, console: "Console | None" = None
) -> bool:
    """Examine a run, judge it, and promote it if it may pass.

    Returns
    -------
    bool
        Whether it was promoted.
    """
    folder, manifest, subject, names = begin(config, wanted, split, paths)
    refuse_known(folder.name, paths)
    gates = load_gates(config.data.task, paths)
    check_waivers(gates, [*subject.baselines])
    # Imported here, after the pins.
    from .evaluation.evaluate import evaluate
    from .evaluation.result import MODEL
    from .evaluation.subject import ask
    from .promotion.card import Examined, write
    from .promotion.gate import plain
    from .promotion.gates import judge
    from .promotion.incumbent import examine, load
    from .report import promotion as report

    other = load(config, paths)
    openings = opening(folder, manifest, split, paths)
    table = read_table(split, names, config, paths)
    found = evaluate(subject, table, config)
    made = {
        name: ask(model, table.rows, config.data)
        for name, model in {MODEL: subject.pipeline, **subject.baselines}.items()
    }
    incumbent = examine(other, subject, table, made, config) if other else None
    judged = judge(found, made, incumbent, gates, config)
    report.show(judged, manifest, split, openings, found, config, console)
    if any(gate.stops for gate in judged):
        report.refused(judged, folder.name, console)
        return False
    examined = Examined(
        folder, manifest, split, openings, found, incumbent, judged, gates, sys.argv[1:]
    )
    version, page = versions.keep(
        folder,
        plain(judged, folder.name, split, found),
        lambda version: write(version, examined, config, paths),
        paths,
    )
    report.promoted(version, page, incumbent.version if incumbent else None, paths, console)
    return True


def _main(config: Config) -> None:
    with reading(PROJECT), promoting(PROJECT):
        done = run(config, _WANTED, _SPLIT, PROJECT)
    if not done:
        sys.exit(1)


if __name__ == "__main__":
    # The run and the split come first; all that follows is Hydra's.
    _WANTED, _SPLIT = sys.argv[1:3]
    del sys.argv[1:3]
    app.run(_main)
