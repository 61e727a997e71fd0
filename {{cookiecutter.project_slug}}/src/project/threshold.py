"""Draw cost, precision and recall over the threshold, and say which is the cheapest.

    make threshold ARGS="evaluation=costs"

Reads the training split alone; writes reports/threshold.html and .json.
"""

from . import app
from .compute import pin
from .config import Config
from .data.stages import ensure
from .locks import reading
from .paths import PROJECT, Paths


def run(config: Config, paths: Paths) -> None:
    """Bring the data up to date, measure on the training split, show it and write the page."""
    pin(config.compute)
    config.data = ensure(paths)
    from .curves.threshold import sweep
    from .data.load import along, load
    from .report.threshold import tell

    rows = load(config.data, paths, "train")["train"]
    tell(sweep(config, rows, along(config.data, paths, "train")), config, paths.reports)


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, PROJECT)


if __name__ == "__main__":
    app.run(_main)
