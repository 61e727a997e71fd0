"""Hold a production log to what a run promised.

    make backtest LOG=<file>                         answers of the promoted model
    make backtest LOG=<file> RUN=<id or latest>      of another
    make backtest LOG=<file> ARGS="backtest.period=week"

Reads the log (Parquet, CSV or lines of JSON, as src/project/serving/log.py names its columns) and
the run, with the rows that it was made of; writes reports/backtest-<run id>.html and .json. Exits 1
where something is wrong at the level of conf/backtest.yaml.
"""

import sys
from pathlib import Path

from . import app
from .compute import pin
from .config import Config
from .errors import DataError
from .locks import reading
from .paths import PROJECT, Paths
from .serving.served import served


def run(config: Config, log: str, wanted: str, paths: Paths) -> bool:
    """Go through a log and tell of it.

    Returns
    -------
    bool
        Whether nothing is wrong.
    """
    if not log:
        raise DataError("give the log: make backtest LOG=<file>")
    pin(config.compute)
    folder = served(wanted, paths)
    # Imported here, so that a mistake is told at once.
    from .backtesting.backtest import backtest
    from .backtesting.conclusions import conclude
    from .backtesting.known import know
    from .backtesting.reading import read_log, rules_of
    from .backtesting.served import sort_out
    from .report.backtest import tell

    known = know(folder, config, paths)
    file = Path(log)
    wanted_, maybe = rules_of(known.schema, config.data.target, known.classes)
    rows = sort_out(read_log(file, wanted_, maybe), file, known, config)
    found = backtest(known, rows, config)
    findings = conclude(found, config)
    tell(found, findings, log, config, paths)
    return not any(one.wrong for one in findings)


def _main(config: Config) -> None:
    with reading(PROJECT):
        sound = run(config, _LOG, _WANTED, PROJECT)
    if not sound:
        sys.exit(1)


if __name__ == "__main__":
    # The log and the run come first; all that follows is Hydra's.
    _LOG, _WANTED = sys.argv[1:3]
    del sys.argv[1:3]
    app.run(_main)
