"""Load a model file only if all that it holds is of known types, since it may be anybody's.

A file of skops names types and functions by module, to be imported, made and called. What may be
named is listed here; a file that names anything else is refused before any of it is imported.
"""

import importlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import skops.io
from sklearn.base import BaseEstimator

from ..errors import RunError

# Beside scikit-learn's own estimators and NumPy's numbers, which skops knows to be harmless: what
# these are made of, and the estimators of the extras. To use a type of another package in a model,
# see first that making it, and setting its attributes, runs nothing; then add its name.
TRUSTED = {
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.model_selection._split.GroupKFold",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
}
# Ways in which skops makes an object again. Those that call what the file names, or look up an
# attribute by a name from the file, are missing: reduce, methods, partials, operators.
_WAYS = {
    *("BytearrayNode", "BytesNode", "CachedNode", "DefaultDictNode", "DictNode", "DTypeNode"),
    *("FunctionNode", "JsonNode", "ListNode", "LossNode", "NdArrayNode", "ObjectNode"),
    *("RandomGeneratorNode", "RandomStateNode", "SetNode", "SliceNode", "TreeNode", "TupleNode"),
    "TypeNode",
}
_MEMBER = re.compile(r"schema\.json|[\w-]+\.(npy|bin)")
_PACKAGE = __name__.partition(".")[0]


def load_trusted(file: Path) -> Any:
    """Make the object that a model file holds.

    Raises
    ------
    RunError
        When the file names a type that is not listed, is no whole model file, or would unpack to
        more than it is.
    """
    where = "/".join(file.parts[-3:])  # such as runs/<run id>/model.skops
    refuse_foreign(file, where)
    try:
        return skops.io.load(file, trusted=sorted(_foreign(file)))
    except Exception as error:
        # Whatever the reader stumbles over, from a lost key to a claim of more memory than there
        # is, was in the file.
        raise _damaged(where, error) from None


def refuse_foreign(file: Path, where: str) -> None:
    """Refuse a model file that `load_trusted` would not load; nothing of it is imported.

    Parameters
    ----------
    file, where
        The file, and its name in messages.

    Raises
    ------
    RunError
        It names the type, the member or the way of making that is not known.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_archive(archive, file.stat().st_size, where)
            tree = json.loads(archive.read("schema.json"))
        _refuse({way for way in _ways(tree) if way not in _WAYS}, "an object made by", where)
        unknown = {name for name in _foreign(file) if not _known(name)}
    except RunError:
        raise
    except Exception as error:  # as above
        raise _damaged(where, error) from None
    _refuse(unknown, "an object of the type", where)


def _refuse(names: set[str], what: str, where: str) -> None:
    if names:
        raise RunError(
            f"{where} holds {what} {', '.join(sorted(names))}, which may run code of whoever "
            "made the file, so it is not loaded: take a model from somebody you trust, or, if "
            "the type is one of yours, add it to TRUSTED in src/project/models/trusted.py"
        )


def _foreign(file: Path) -> list[str]:
    """List the types and functions of a file that skops itself does not know."""
    return [str(name) for name in skops.io.get_untrusted_types(file=file)]


def _known(name: str) -> bool:
    """Tell whether a type is listed, or an estimator of this project's own code."""
    if name in TRUSTED:
        return True
    module, _, kind = name.rpartition(".")
    if not re.fullmatch(rf"{_PACKAGE}(\.[a-z]\w*)+", module):
        return False
    found = getattr(importlib.import_module(module), kind, None)
    return isinstance(found, type) and issubclass(found, BaseEstimator)


def _check_archive(archive: zipfile.ZipFile, size: int, where: str) -> None:
    names = archive.namelist()
    for name in names:
        if not _MEMBER.fullmatch(name) or names.count(name) > 1:
            raise RunError(
                f"{where} holds a file {name!r} that no model has in it, so it is not loaded: "
                "restore the model from a copy, or train again"
            )
    # Models are stored without compression, so that nothing can be larger than the file.
    if sum(item.file_size for item in archive.infolist()) > size:
        raise RunError(
            f"{where} would unpack to more than the file is, which no model does, so it is not "
            "loaded: restore it from a copy, or train again"
        )


def _damaged(where: str, error: Exception) -> RunError:
    told = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return RunError(
        f"{where} is no whole model file ({told}): restore it from a copy, or train again"
    )


def _ways(tree: Any) -> Iterator[str]:
    """List how a file wants its objects to be made, at any depth."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if "__loader__" in node:
                yield str(node["__loader__"])
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)
