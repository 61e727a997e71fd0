"""Tell which models keep rows of their training data, without loading them."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# scikit-learn's estimators with the attribute that holds training rows, or cells of them.
STORES = {
    **dict.fromkeys(
        ["KNeighborsClassifier", "KNeighborsRegressor", "KNeighborsTransformer"], "_fit_X"
    ),
    **dict.fromkeys(["RadiusNeighborsClassifier", "RadiusNeighborsRegressor"], "_fit_X"),
    **dict.fromkeys(["RadiusNeighborsTransformer", "NearestNeighbors"], "_fit_X"),
    **dict.fromkeys(["LocalOutlierFactor", "KNNImputer"], "_fit_X"),
    **dict.fromkeys(
        ["KDTree", "BallTree", "KDTree64", "BallTree64", "KDTree32", "BallTree32"], "data"
    ),
    "KernelDensity": "tree_",
    **dict.fromkeys(["SVC", "NuSVC", "SVR", "NuSVR", "OneClassSVM"], "support_vectors_"),
    **dict.fromkeys(["GaussianProcessClassifier", "GaussianProcessRegressor"], "X_train_"),
    **dict.fromkeys(["KernelRidge", "KernelPCA"], "X_fit_"),
    **dict.fromkeys(["LabelPropagation", "LabelSpreading"], "X_"),
    "Nystroem": "components_",
    "DBSCAN": "components_",
    "AffinityPropagation": "cluster_centers_",
    "HDBSCAN": "_raw_data",
    "Isomap": "training_data_",
    "LocallyLinearEmbedding": "nbrs_",
    "QuantileTransformer": "quantiles_",
    "IsotonicRegression": "X_thresholds_",
}


def texts(model: Path) -> set[str]:
    """Return the texts that a model file holds, such as the categories of an encoder."""
    with zipfile.ZipFile(model) as archive:
        tree = json.loads(archive.read("schema.json"))
    found = (_plain(content) for content in _find(tree, "content"))
    return {text for text in found if isinstance(text, str)}


def stored_rows(model: Path) -> list[str]:
    """Name the estimators inside a model file that keep training rows.

    Parameters
    ----------
    model
        A skops file. Its description of itself is read; nothing of it is run.

    Returns
    -------
    list of str
        Class and attribute, such as "SVC (support_vectors_)"; empty for models of parameters alone.
    """
    with zipfile.ZipFile(model) as archive:
        tree = json.loads(archive.read("schema.json"))
    classes = set(_find(tree, "__class__")) & STORES.keys()
    return sorted(f"{name} ({STORES[name]})" for name in classes)


def _find(tree: Any, key: str) -> Iterator[str]:
    """List the texts that stand under a key, at any depth."""
    for name, inner in tree.items() if isinstance(tree, dict) else ():
        if name == key and isinstance(inner, str):
            yield inner
        yield from _find(inner, key)
    for inner in tree if isinstance(tree, list) else ():
        yield from _find(inner, key)


def _plain(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
