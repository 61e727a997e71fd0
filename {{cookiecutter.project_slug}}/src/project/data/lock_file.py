"""Read what DVC recorded of the stages, from the text of a dvc.lock."""

from typing import Any

import yaml

from ..errors import DataError, first_line

_NEEDED = ("path", "md5")
_MEND = "bring it back by `git checkout dvc.lock`, or remove it and run make data"


def entries(text: str, *kinds: str) -> list[dict[str, Any]]:
    """Return what is recorded of the stages' files.

    Parameters
    ----------
    text
        Of the file.
    kinds
        "deps" for what stages read, "outs" for what they wrote.

    Returns
    -------
    list of dict
        Each with `path` and `md5`, by kind and then in the order of the file.

    Raises
    ------
    DataError
        When it is not as DVC writes it.
    """
    try:
        tree = yaml.safe_load(text) or {}
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError(f"dvc.lock can't be read ({first_line(error)}): {_MEND}") from None
    stages = tree.get("stages") if isinstance(tree, dict) else None
    if not isinstance(stages, dict) or not all(isinstance(one, dict) for one in stages.values()):
        raise DataError(f"dvc.lock names no stages: {_MEND}")
    found = [one for kind in kinds for stage in stages.values() for one in stage.get(kind) or []]
    for one in found:
        if not isinstance(one, dict) or not all(isinstance(one.get(k), str) for k in _NEEDED):
            raise DataError(f"dvc.lock names a file without its path or checksum: {_MEND}")
    return found
