"""Which files of predictions are configured as baselines, and their checksums."""

from ..config import Config
from ..errors import DataError
from ..files import md5
from ..paths import Paths


def files(config: Config) -> dict[str, str]:
    """Return the answers that are configured: whose they are to the file, as written."""
    given = vars(config.evaluation.baselines)
    return {name: file for name, file in given.items() if file}


def checksums(config: Config, paths: Paths) -> dict[str, str]:
    """Return file to MD5, for the identity of a run.

    Raises
    ------
    DataError
        When there is no such file in the project.
    """
    found = {}
    for name, file in files(config).items():
        path = (paths.root / file).resolve()
        if not path.is_file() or not path.is_relative_to(paths.root.resolve()):
            raise DataError(
                f"evaluation.baselines.{name}: there is no file {file} in the project's folder: "
                "correct the path, or set it to null"
            )
        found[file] = md5(path)
    return found
