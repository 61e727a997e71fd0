"""Show all runs on one page, to sort, filter and compare.

    make dashboard

Reads runs/, writes reports/dashboard.html. A run that can't be read is told of and left out.
"""

import sys
from datetime import UTC, datetime

from . import errors
from .errors import RunError
from .locks import reading
from .paths import PROJECT, Paths
from .report.progress import counting
from .run_rows import RunRow, read
from .runs import every


def rows_of(paths: Paths) -> tuple[list[RunRow], list[str]]:
    """Read all runs.

    Returns
    -------
    tuple
        The runs, the last that was finished first, and a sentence for each that can't be read.

    Raises
    ------
    RunError
        When there is none.
    """
    folders = every(paths)
    if not folders:
        raise RunError("there is no run in runs/ yet: `make train` makes one")
    rows, unread = [], []
    with counting("reading runs", len(folders)) as done:
        for folder in folders:
            try:
                rows.append(read(folder))
            except RunError as error:
                unread.append(str(error))
            done(1)
    return sorted(rows, key=lambda row: str(row.manifest["finished"]), reverse=True), unread


def _main() -> None:
    with reading(PROJECT):
        rows, unread = rows_of(PROJECT)
        from .report.dashboard import write

        made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        page = write(rows, unread, _name(PROJECT), made, PROJECT.reports)
    for sentence in unread:
        print(f"left out: {sentence}", file=sys.stderr)
    print(f"{len(rows)} runs: open reports/{page.name} in a browser")


def _name(paths: Paths) -> str:
    import tomllib

    with (paths.root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["name"])


if __name__ == "__main__":
    errors.run(_main)
