"""Draw a validation curve: how scores follow from one setting of a model.

    make validation-curve ARGS="curves.over=C"
    make validation-curve ARGS="model=forest curves.over=min_samples_leaf curves.values=[1,2,5,20]"

Reads the training split alone; writes reports/validation-curve.html and .json.
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
    from .curves.validation import validation_curve
    from .data.load import along, load
    from .report.validation_curve import tell

    rows = load(config.data, paths, "train")["train"]
    tell(validation_curve(config, rows, along(config.data, paths, "train")), config, paths.reports)


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, PROJECT)


if __name__ == "__main__":
    app.run(_main)
