"""Look at the data: every column's distribution, and what goes with the target.

python -m project.profile       data/validated/table.parquet -> reports/profile.html
"""

from . import errors
from .data.stages import ensure
from .locks import reading
from .paths import PROJECT


def _main() -> None:
    with reading(PROJECT):
        data = ensure(PROJECT)
        from .data.exploration import explore
        from .data.schema import load_schema
        from .report.profile import tell

        tell(explore(data, load_schema(PROJECT.schema), PROJECT), PROJECT.reports)


if __name__ == "__main__":
    errors.run(_main)
