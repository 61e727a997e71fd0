"""Answer for the rows of a table by a model, and leave what backtests read.

    make predict IN=new.csv OUT=answers.parquet              by the model that was promoted
    make predict IN=new.csv OUT=answers.csv RUN=latest       by the last run, or by its id
    make predict … ARGS="methods.conformal.coverage=0.8"     with overrides

Reads a table as `make data` does, and runs/<run id>/ or models/<version>/; writes OUT, whole or not
at all: the rows, and beside them what serving/log.py names.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from . import app
from .compute import pin
from .config import Config
from .errors import ConfigError
from .locks import reading
from .paths import PROJECT, Paths
from .serving.served import served

_ENDINGS = (".parquet", ".csv", ".csv.gz")


def run(config: Config, source: str, out: str, wanted: str, paths: Paths) -> None:
    """Answer for a table and say what came of it."""
    check_files(source, out, paths)
    folder = served(wanted, paths)
    pin(config.compute)
    from .data.violations import RowsRefused
    from .report.validation import violation_table
    from .serving.batch import predict
    from .serving.model import open_model

    model = open_model(folder, config.methods)
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    try:
        done = predict(model, Path(source), Path(out), now)
    except RowsRefused as refused:
        from rich.console import Console

        Console(highlight=False).print(violation_table(refused.violations))
        raise
    abstained = "" if model.limits.sure is None else f", {done.abstained:,} of them abstained from"
    print(f"{done.rows:,} rows answered by run {model.run}{abstained}: {out}")
    for name, count in done.unseen.items():
        allowed = model.schema.columns[name].unseen
        more = f", more than the {allowed:.1%} of its schema" if count > allowed * done.rows else ""
        print(
            f"worth a look: {count:,} rows ({count / done.rows:.1%}{more}) hold a category of "
            f"'{name}' that the model has not learnt: it takes it for a rare one"
        )
    for note in model.limits.notes:
        print(f"note: {note}")


def check_files(source: str, out: str, paths: Paths) -> None:
    """See that there is a table to read, and a place to write to.

    Raises
    ------
    ConfigError
        When one is not named, or OUT is no file that may be written.
    """
    if not source or not out:
        raise ConfigError("name the table and the answers: make predict IN=<file> OUT=<file>")
    if not (paths.root / source).exists():
        raise ConfigError(
            f"IN={source}: there is no such file in the project's folder, which is all that its "
            "container sees: correct the path, or copy the table there"
        )
    if not out.endswith(_ENDINGS):
        raise ConfigError(f"OUT={out}: give a name that ends with {', '.join(_ENDINGS)}")
    target = (paths.root / out).resolve()
    if not target.is_relative_to(paths.root.resolve()):
        raise ConfigError(
            f"OUT={out} is not in the project's folder, which is all that its container sees: give "
            "a path in it"
        )
    if target.is_dir():
        raise ConfigError(f"OUT={out} is a folder: give the name of a file")
    if target == (paths.root / source).resolve():
        raise ConfigError(f"OUT={out} is the table itself, which stays as it is: name another file")
    for ours in (paths.runs, paths.models, paths.conf, paths.root / "data", paths.dvc):
        if target.is_relative_to(ours.resolve()):
            raise ConfigError(
                f"OUT={out} is in {ours.name}/, which other commands keep: give another folder"
            )


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, _IN, _OUT, _WANTED, PROJECT)


if __name__ == "__main__":
    # Files and the run come first; all that follows is Hydra's.
    _IN, _OUT, _WANTED = sys.argv[1:4]
    del sys.argv[1:4]
    app.run(_main)
