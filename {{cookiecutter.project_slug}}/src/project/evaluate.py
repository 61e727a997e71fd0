"""Evaluate a run by every method of conf/methods/, on validation or, on purpose, on the test split.

    make evaluate RUN=<id or latest>                     on the validation rows
    make evaluate RUN=<id> SPLIT=test                    opens the test split: counted, see below
    make evaluate ARGS="methods.conformal.coverage=0.8"  with overrides

Reads runs/<run id>/ and the data stages' outputs; writes reports/evaluation-<run id>-<split>.html
and .json, and a line into test-openings.jsonl for each time that the test split is opened.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import app
from .compute import pin
from .config import Config
from .data.config import Data
from .data.stages import checksums, ensure
from .errors import ConfigError, RunError
from .locks import reading
from .manifest import check_files, load_manifest
from .openings import record
from .paths import PROJECT, Paths
from .runs import MODEL, one_run
from .typed import typed

if TYPE_CHECKING:
    from .evaluation.subject import Subject, Table

VALID, TEST = "valid", "test"


def run(config: Config, wanted: str, split: str, paths: Paths) -> None:
    """Evaluate a run and tell of it."""
    folder, manifest, subject, names = begin(config, wanted, split, paths)
    # Imported here, so that a mistake is told at once.
    from .evaluation.evaluate import evaluate
    from .report.evaluation import tell

    openings = opening(folder, manifest, split, paths)
    table = read_table(split, names, config, paths)
    found = evaluate(subject, table, config)
    tell(found, folder.name, split, openings, manifest, config, paths)


def begin(
    config: Config, wanted: str, split: str, paths: Paths
) -> "tuple[Path, dict[str, Any], Subject, list[str]]":
    """Do all that comes before the first row of the split is read, and may be refused.

    Returns
    -------
    tuple
        The run's folder and its manifest; its model, with what it is held against; and the columns
        beside the features that are asked for. `config.data` is the run's from then on.

    Raises
    ------
    ConfigError, RunError
        When the run, the split or a setting can't be used.
    """
    if split not in (VALID, TEST):
        raise ConfigError(f"SPLIT={split}: give valid, or test to open the test split")
    pin(config.compute)
    folder = one_run(wanted, paths)
    manifest = load_manifest(folder)
    check_files(folder, manifest)
    ensure(paths)
    same_data(manifest, checksums(paths), folder.name)
    config.data = typed(Data, manifest["inputs"]["config"]["data"], f"runs/{folder.name}")
    # Imported here, so that a mistake is told at once.
    from .data.load import others
    from .evaluation.declared import beside, check_expectations, check_named

    names = beside(config)
    subject = read_subject(folder, manifest, split, config, paths)
    # All that may be refused comes before the test rows, since what was seen can't be unseen.
    check_expectations(config, subject.pipeline)
    check_named(config, subject.train.join(others(paths, "train", names)))
    return folder, manifest, subject, names


def opening(
    folder: Path, manifest: dict[str, Any], split: str, paths: Paths
) -> list[dict[str, Any]]:
    """Record that the test split is opened, where it is; return all openings then, or none."""
    if split != TEST:
        return []
    checksum = manifest["inputs"]["data"].get(paths.split.relative_to(paths.root).as_posix())
    return record(folder.name, checksum, paths)


def same_data(manifest: dict[str, Any], now: dict[str, str], name: str) -> None:
    """See that the rows are those that a run was made of.

    Raises
    ------
    RunError
        When the data has changed since.
    """
    then = manifest["inputs"]["data"]
    changed = sorted(path for path in then.keys() | now.keys() if then.get(path) != now.get(path))
    if changed:
        raise RunError(
            f"run {name} was made of another version of {changed[0]}, so its rows for validation "
            "and test are not these: bring that version back (`git checkout` of its dvc.lock and "
            "conf/, then make pull), or train again"
        )


def read_subject(
    folder: Path, manifest: dict[str, Any], split: str, config: Config, paths: Paths
) -> "Subject":
    """Read a run's model, fit its baselines again, and choose the rows that calibrate.

    Where the test split is evaluated, all validation rows calibrate; where validation is, one half
    of it does, and the other judges.
    """
    from .data.load import features, load, target
    from .evaluation.subject import Subject
    from .models.baselines import baselines
    from .models.store import load_model

    splits = load(config.data, paths, "train", VALID)
    train, valid = splits["train"], splits[VALID]
    x, y = features(train, config.data), target(train, config.data)
    others = baselines(replace(config, seed=int(manifest["inputs"]["config"]["seed"])))
    model = folder / MODEL
    return Subject(
        pipeline=load_model(model),
        baselines={name: one.fit(x, y) for name, one in others.items()},
        train=train,
        calibration=valid if split == TEST else valid[first_half(valid, config, paths)],
        facts={
            "fit_s": float(manifest["timings"]["fit_s"]),
            "artefact_bytes": float(model.stat().st_size),
        },
    )


def first_half(valid: Any, config: Config, paths: Paths) -> Any:
    """Tell which validation rows calibrate, the others judge; shape (n,) of truth values.

    What belongs together stays together, as in the splits: groups whole, and the earlier rows
    before the later; elsewhere a hash of the row id decides, which later rows don't move.
    """
    import numpy as np
    import pandas as pd

    from .data.config import SplitMethod
    from .data.load import along

    by = along(config.data, paths, VALID)
    if by is None:
        by = valid.index.to_numpy()
    elif config.data.split.method is SplitMethod.time:
        return by <= np.sort(by)[(len(by) - 1) // 2]
    salted = pd.util.hash_array(by.astype(np.uint64) ^ np.uint64(0x9E3779B97F4A7C15))
    return salted < np.uint64(2**63)


def read_table(split: str, names: list[str], config: Config, paths: Paths) -> "Table":
    """Read the rows to evaluate on, and the columns beside them."""
    from .data.load import load, others
    from .evaluation.subject import Table

    return Table(load(config.data, paths, split)[split], others(paths, split, names))


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, _WANTED, _SPLIT, PROJECT)


if __name__ == "__main__":
    # The run and the split come first; all that follows is Hydra's.
    _WANTED, _SPLIT = sys.argv[1:3]
    del sys.argv[1:3]
    app.run(_main)
