"""Compare two data versions, on the terminal and in reports/diff.html.

make diff                     the last commit with the working tree
make diff OLD=v1 NEW=main     two revisions of dvc.lock
"""

import sys

from . import errors
from .data.config import load_data
from .data.schema import Role
from .paths import PROJECT, Paths

_UNTESTED = (Role.id, Role.ignore, Role.group, Role.time)


def run(old: str, new: str, paths: Paths) -> None:
    """Compare two revisions; without `new` the second is the working tree."""
    from .data.diff import diff
    from .data.revisions import committed, working_tree
    from .report.difference import show, write

    before = committed(old or "HEAD", paths)
    after = committed(new, paths) if new else working_tree(paths)
    data = load_data(paths.data_config)
    untested = {name for name, column in data.columns.items() if column.role in _UNTESTED}
    found = diff(before, after, data.key, untested)
    write(found, paths)
    show(found, paths)


if __name__ == "__main__":
    errors.run(lambda: run(sys.argv[1], sys.argv[2], PROJECT))
