"""Draw learning curves: how scores follow from the number of training rows, and where they lead.

    make learning-curve
    make learning-curve ARGS="curves.models=[logistic,boosting] curves.target=0.95"

Reads the training split alone; writes reports/learning-curve.html and .json.
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
    from .curves.learning import study
    from .data.load import along, load
    from .report.learning_curve import tell

    rows = load(config.data, paths, "train")["train"]
    tell(study(config, rows, along(config.data, paths, "train")), config, paths.reports)


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, PROJECT)


if __name__ == "__main__":
    app.run(_main)
