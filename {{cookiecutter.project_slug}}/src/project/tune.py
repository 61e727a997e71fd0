"""Search for the hyperparameters of one model or several, and train the best as a run.

    make tune                                              the configured model
    make tune ARGS="tuning.models=[logistic,boosting]"     each with the same budget
    make tune ARGS="model=forest tuning.trials=100 tuning.outer_folds=5"

Reads conf/tuning/space/ and the training split, which alone the search sees. Writes
tuning/<study>/ (study.db, trials.parquet), reports/tuning.html and .json, and a run in runs/.
A study that was interrupted goes on; one that is finished is shown again.
"""

from typing import Any

from . import app
from .compute import pin
from .config import Config
from .data.stages import checksums, ensure
from .locks import reading, searching
from .paths import PROJECT, Paths
from .tracking.config import check


def run(config: Config, given: list[str], paths: Paths) -> None:
    """Search, show what was found, and train the best.

    Parameters
    ----------
    config
        With the model to search where `tuning.models` is empty.
    given
        The overrides that led to it, as typed.
    paths
        The project.
    """
    # Imported here, so that a wrong override is told before scikit-learn is there.
    from . import train
    from .report.trials import FILE
    from .report.tuning import show, write
    from .tuning.families import families
    from .tuning.space import applied
    from .tuning.study import enter, study_id

    check(config.tracking)
    pin(config.compute)
    config.data = ensure(paths)
    entries = [enter(one, paths) for one in families(config)]
    name = study_id(entries, checksums(paths), paths)
    known = (paths.tuning / name / FILE).exists()
    with searching(paths, name):
        found = _study(entries, name, paths)
    found = {"study": name, **found}
    if not known:
        _track(found, entries[0].config, paths)
    best = next(one for one in found["families"] if one["model"] == found["winner"])
    entry = entries[found["families"].index(best)]
    found["overrides"] = repeating(entry.config, config, given, best["best"]["params"])
    write(found, paths)
    show(found, paths)
    train.run(applied(entry.config, best["best"]["params"]), paths, {"study": name})


def _study(entries: list[Any], name: str, paths: Paths) -> dict[str, Any]:
    from .data.load import along, load
    from .report.progress import counting
    from .report.trials import write_trials
    from .tuning.samplers import trial_count
    from .tuning.store import Store
    from .tuning.study import study
    from .tuning.verdict import verdict

    first = entries[0].config
    rows = load(first.data, paths, "train")["train"]
    goes_by = along(first.data, paths, "train")
    searches = 1 + first.tuning.outer_folds
    total = searches * sum(trial_count(one.config.tuning, one.space) for one in entries)
    with Store(paths.tuning / name) as store, counting("searching", total) as done:
        found = [study(entry, store, rows, goes_by, done) for entry in entries]
    write_trials(found, paths.tuning / name)
    return {**verdict(found), "search": searched(first)}


def _track(found: dict[str, Any], config: Config, paths: Paths) -> None:
    """Show a study that has come to its end in the configured trackers."""
    if config.tracking.tools:
        import pandas as pd

        from .report.trials import FILE
        from .tracking.base import track
        from .tracking.study import studied

        trials = pd.read_parquet(paths.tuning / found["study"] / FILE)
        track(studied(found, trials, config), config.tracking, paths.root)


def searched(config: Config) -> dict[str, Any]:
    """Return how was searched, as plain values."""
    from .provenance import plain

    tree: dict[str, Any] = plain(config)["tuning"]
    return {**tree, "seed": config.seed}


def repeating(
    chosen: Config, configured: Config, given: list[str], params: dict[str, Any]
) -> list[str]:
    """Return the overrides by which `make train` makes the run of the best trial."""
    from .command import setting

    name = chosen.model.name
    dropped = ["model=", "tuning.", "tuning=", "tracking", "compute.workers"]
    dropped += [f"{key}=" for key in params]
    # What was typed for the configured model says nothing of another.
    dropped += ["model."] if name != configured.model.name else []
    kept = [one for one in given if not one.lstrip("+").startswith(tuple(dropped))]
    return [f"model={name}", *kept, *(setting(chosen, key, value) for key, value in params.items())]


def _main(config: Config) -> None:
    from hydra.core.hydra_config import HydraConfig

    with reading(PROJECT):
        run(config, list(HydraConfig.get().overrides.task), PROJECT)


if __name__ == "__main__":
    app.run(_main)
