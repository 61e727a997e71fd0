"""Train a model and leave a run.

    make train                                   the configuration of conf/
    make train ARGS="model=boosting seed=7"      with overrides

Reads conf/ and the data stages' outputs; writes runs/<run id>/ and, through the tracker, wandb/.
Inputs that already have a run show that run at once.
"""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import app
from .compute import pin
from .config import Config
from .data import given
from .data.stages import checksums, ensure
from .environment import tell
from .locks import reading
from .manifest import write_manifest
from .paths import PROJECT, Paths
from .provenance import circumstances, code_patch, inputs, plain, run_id
from .report.terminal import show
from .runs import CODE, MODEL, SCHEMA, create, find
from .tracking.config import check, group

if TYPE_CHECKING:
    import pandas as pd

    from .evaluation.metrics import Predictions
    from .models.training import Trained


def run(config: Config, paths: Paths, noted: dict[str, Any] | None = None) -> None:
    """Bring the data up to date, train unless that was done before, and show the result.

    Parameters
    ----------
    config, paths
        What to train, and where.
    noted
        Circumstances to be recorded beside the others, such as the study that chose the model.
    """
    check(config.tracking)
    pin(config.compute)
    config.data = ensure(paths)
    into = inputs(config, checksums(paths) | given.checksums(config, paths), paths)
    name = run_id(into)
    found = find(name, paths)
    if found is None:
        tell(into, paths)
        if config.checks.before_train:
            from .check import quick

            quick(config, paths)
        try:
            found = make(config, into, paths, noted)
        except Exception as error:
            track_failure(config, name, error, paths)
            raise
        track(config, found, paths)
        show(found, known=False)
    else:
        show(found, known=True)


def make(
    config: Config, into: dict[str, Any], paths: Paths, noted: dict[str, Any] | None = None
) -> Path:
    """Train, evaluate on validation and write the run's folder.

    Returns
    -------
    pathlib.Path
        The folder; it exists only when all of it does.
    """
    # Imported here, so that showing a known run needs none of scikit-learn.
    from .data.load import along, load
    from .evaluation.answers import score_given
    from .evaluation.scores import score
    from .models.cautions import recording
    from .models.foldscores import fold_scores
    from .models.iterations import curves
    from .models.speed import speed
    from .models.store import save, save_beside
    from .models.training import train
    from .report.run_page import illustrate
    from .resources import watching

    start = time.perf_counter()
    around, patch = circumstances(), code_patch()
    splits = load(config.data, paths, "train", "valid")
    by = along(config.data, paths, "train")
    with watching() as watch:
        trained = train(config, splits["train"], by)
    with recording("prediction") as heard:
        predictions, predict_s = _predictions(trained, splits, config)
        metrics = score(predictions, config, trained.decision)
    metrics["rule"] = trained.rule
    metrics["splits"]["valid"]["answers"] = score_given(
        config, into, splits["valid"], predictions["valid"]["model"], paths
    )
    folds, heard_in_folds = fold_scores(config, splits["train"], by)
    name = run_id(into)
    with create(name, paths) as folder:
        # Who asks the model later need not have the project's conf/ of that day.
        shutil.copyfile(paths.schema, folder / SCHEMA)
        outputs = save(folder, trained, splits, predictions, metrics, config)
        save_beside(
            folder,
            curves=curves(trained.pipeline, splits, config),
            folds=folds,
            resources=watch.table,
            warnings=trained.warnings + heard + heard_in_folds,
        )
        if patch:
            (folder / CODE).write_bytes(patch)
        timings = {**speed(trained, splits["train"], config), "predict_s": predict_s}
        content = {
            "run_id": name,
            "inputs": into,
            "circumstances": around | (noted or {}),
            "tracking": plain(config)["tracking"] | {"group": group()},
            "outputs": outputs,
            "timings": {**timings, "total_s": time.perf_counter() - start},
            "sizes": {
                "model_bytes": (folder / MODEL).stat().st_size,
                "peak_memory_mb": watch.peak_memory_mb,
            },
            "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        illustrate(folder, content)
        write_manifest(content, folder)
    return paths.runs / name


def _predictions(
    trained: "Trained", splits: dict[str, "pd.DataFrame"], config: Config
) -> tuple[dict[str, dict[str, "Predictions"]], float]:
    """Predict every split by the model and its baselines; also the seconds that the model took."""
    from .models.training import predict

    start = time.perf_counter()
    made = {split: {"model": predict(trained.pipeline, x, config)} for split, x in splits.items()}
    seconds = time.perf_counter() - start
    for split, rows in splits.items():
        for name, model in trained.baselines.items():
            made[split][name] = predict(model, rows, config)
    return made, seconds


def track(config: Config, folder: Path, paths: Paths) -> None:
    """Show a finished run in the configured trackers."""
    if config.tracking.tools:
        from .tracking import base, record

        base.track(record.finished(folder, config, paths), config.tracking, paths.root)


def track_failure(config: Config, name: str, error: Exception, paths: Paths) -> None:
    """Show a training that failed in the configured trackers."""
    if config.tracking.tools:
        from .tracking import base, record

        base.track(record.failed(name, error, config), config.tracking, paths.root)


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, PROJECT)


if __name__ == "__main__":
    app.run(_main)
