"""Train a model and leave a run.

    make train                                   the configuration of conf/
    make train ARGS="model=boosting seed=7"      with overrides

Reads conf/ and the data stages' outputs; writes runs/<run id>/ and, through the tracker, wandb/.
Inputs that already have a run show that run at once.
"""

import time
from pathlib import Path
from typing import Any

from . import app
from .compute import pin
from .config import Config
from .data.stages import checksums, ensure
from .paths import PROJECT, Paths
from .provenance import circumstances, inputs, plain, run_id
from .report.terminal import show
from .runs import MANIFEST, create, find, write_json
from .tracking.base import check, tracker


def run(config: Config, paths: Paths) -> None:
    """Bring the data up to date, train unless that was done before, and show the result."""
    check(config.tracking)
    pin(config.compute)
    config.data = ensure(paths)
    into = inputs(config, checksums(paths), paths)
    name = run_id(into)
    found = find(name, paths)
    if found is None:
        found = make(config, into, paths)
        track(config, found, paths)
        show(found, known=False)
    else:
        show(found, known=True)


def make(config: Config, into: dict[str, Any], paths: Paths) -> Path:
    """Train, evaluate on validation and write the run's folder.

    Returns
    -------
    pathlib.Path
        The folder; it exists only when all of it does.
    """
    # Imported here, so that showing a known run needs none of scikit-learn.
    from .data.load import load
    from .evaluation.scores import score
    from .models.store import save
    from .models.training import predict, train

    start = time.perf_counter()
    splits = load(config.data, paths, "train", "valid")
    trained = train(config, splits["train"])
    models = {"model": trained.pipeline, **trained.baselines}
    predictions = {
        split: {name: predict(model, rows, config) for name, model in models.items()}
        for split, rows in splits.items()
    }
    metrics = score(predictions, config)
    name = run_id(into)
    with create(name, paths) as folder:
        outputs = save(folder, trained, splits, predictions, metrics, config)
        write_json(
            {
                "run_id": name,
                "inputs": into,
                "circumstances": circumstances(),
                "tracking": plain(config)["tracking"],
                "outputs": outputs,
                "timings": {"fit_s": trained.fit_s, "total_s": time.perf_counter() - start},
                "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            },
            folder / MANIFEST,
        )
    return paths.runs / name


def track(config: Config, folder: Path, paths: Paths) -> None:
    """Show a finished run in the configured tracker."""
    outside = tracker(config.tracking, paths.root)
    if outside is not None:
        outside.track(folder)


if __name__ == "__main__":
    app.run(lambda config: run(config, PROJECT))
