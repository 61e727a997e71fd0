"""Test what a model takes for granted on the training rows.

    make assumptions                       of the last run
    make assumptions RUN=<id>              of another
    make assumptions ARGS="model=forest"   of a model of conf/, without a run

Reads the configuration and the training split; writes reports/assumptions.html and .json.
"""

import sys

from . import app, errors
from .compute import pin
from .config import Config
from .data.stages import ensure
from .locks import reading
from .paths import PROJECT, Paths
from .recorded import open_run


def run(config: Config, data: Paths, reports: Paths) -> None:
    """Look at a model's assumptions, print what was found and write the page.

    Parameters
    ----------
    config
        The model, the data's columns and how sure intervals must be.
    data
        Where the rows are.
    reports
        The project to write the page into.
    """
    pin(config.compute)
    from .assumptions.report import look
    from .assumptions.rows import Rows
    from .data.load import along, load
    from .models.pipeline import build_pipeline
    from .report.assumptions import tell

    frame = load(config.data, data, "train")["train"]
    rows = Rows(config, frame, along(config.data, data, "train"))
    estimator = build_pipeline(config.model, config.data)[-1]
    tell(look(rows, estimator), config, len(frame), reports.reports)


def _of_conf(config: Config) -> None:
    with reading(PROJECT):
        pin(config.compute)
        config.data = ensure(PROJECT)
        run(config, PROJECT, PROJECT)


def _of_run(wanted: str) -> None:
    with reading(PROJECT):
        recorded = open_run(wanted, PROJECT)
        run(recorded.config, recorded.paths, PROJECT)


def _main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "latest"
    if sys.argv[2:]:
        del sys.argv[1]
        app.run(_of_conf)
    else:
        errors.run(lambda: _of_run(wanted or "latest"))


if __name__ == "__main__":
    _main()
