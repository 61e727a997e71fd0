"""Extras: packages that only some projects need, built into the image when a line asks for them.

requirements/extras.txt names them; requirements/extras/<name>.lock says what each adds.
"""

from pathlib import Path

from .errors import ConfigError
from .paths import Paths


def chosen(paths: Paths) -> list[str]:
    """Return the names in requirements/extras.txt, in order; none where there is no such file."""
    file = paths.root / "requirements" / "extras.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return sorted({name for line in lines for name in line.partition("#")[0].split()})


def lock(name: str, paths: Paths) -> Path:
    """Name the file that pins what an extra adds."""
    return paths.root / "requirements" / "extras" / f"{name}.lock"


def missing(name: str, wanted_by: str) -> ConfigError:
    """Word what to do when the image lacks an extra.

    Parameters
    ----------
    name
        Of the extra.
    wanted_by
        What needs it, such as "tracking=mlflow".
    """
    return ConfigError(
        f"{wanted_by} needs the extra '{name}': add the line {name} to requirements/extras.txt "
        "and run the command again, which builds it into the image"
    )
