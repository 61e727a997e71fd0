"""Write the page of a run anew, with what this version of the code draws.

    make report RUN=<id, latest or all>

Reads runs/<run id>/, which stays as it is; writes reports/run-<run id>.html.
"""

import sys

from .. import errors
from ..errors import ProjectError
from ..locks import reading
from ..manifest import check_files, load_manifest
from ..paths import PROJECT
from ..runs import chosen


def _main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1]:
        raise ProjectError("use `make report RUN=<id|latest|all>`")
    with reading(PROJECT):
        for folder in chosen(sys.argv[1], PROJECT):
            manifest = load_manifest(folder)
            check_files(folder, manifest)
            from .run_figures import figures
            from .run_page import write

            page = PROJECT.reports / f"run-{folder.name}.html"
            write(folder, manifest, figures(folder, manifest), page)
            print(f"run {folder.name}: reports/{page.name}")


if __name__ == "__main__":
    errors.run(_main)
