"""Let the version that served before serve again.

    make rollback                the one before
    make rollback TO=v2          another one

Reads models/; writes a line into models/history.jsonl, and models/CHANGELOG.md anew.
"""

import sys

from . import errors
from .locks import promoting, reading
from .paths import PROJECT
from .promotion.service import roll_back


def _main() -> None:
    with reading(PROJECT), promoting(PROJECT):
        before, version = roll_back(sys.argv[1] if len(sys.argv) > 1 else "", PROJECT)
    left = f" in place of {before}" if before else ""
    print(f"{version} serves again{left}: commit models/history.jsonl and models/CHANGELOG.md")


if __name__ == "__main__":
    errors.run(_main)
