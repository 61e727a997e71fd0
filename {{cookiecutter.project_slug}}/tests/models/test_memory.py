"""Every estimator whose file holds training rows is known to hold them."""

import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
import sklearn.neighbors
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import all_estimators

from project.models.memory import STORES, stored_rows, texts

ESTIMATORS = {
    name: kind
    for kinds in ("classifier", "regressor", "transformer", "cluster")
    for name, kind in all_estimators(kinds)
}
DRAW = np.random.default_rng(0)
X = DRAW.random((40, 3)) * 10
Y = (X[:, 0] > 5).astype(int)


def cells_kept(file: Path) -> int:
    """Count the training cells among the arrays of a model's file."""
    kept = set()
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(archive.read(name)))
                if array.dtype.kind == "f":
                    kept.update(np.intersect1d(array.astype(float), X).tolist())
    return len(kept)


def test_every_estimator_that_keeps_training_rows_is_known(tmp_path: Path) -> None:
    unknown, fitted = [], 0
    file = tmp_path / "model.skops"
    for name, kind in ESTIMATORS.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = kind().fit(X[:, 0] if name == "IsotonicRegression" else X, Y)
                skops.io.dump(model, file)
        except Exception:  # noqa: S112  # some take other data, or other estimators
            continue
        fitted += 1
        # The smallest and the largest of a column make no row.
        if cells_kept(file) > 2 * X.shape[1] and not stored_rows(file):
            unknown.append(name)
    assert fitted > 100
    # Here every number is a category; whether one was of forgotten rows alone is looked up.
    assert unknown == ["OneHotEncoder", "OrdinalEncoder", "TargetEncoder"]


def test_the_categories_of_an_encoder_are_read(tmp_path: Path) -> None:
    model = OneHotEncoder().fit(np.array([["é"], ['rare "one"']], dtype=object))
    skops.io.dump(model, tmp_path / "model.skops")
    assert {"é", 'rare "one"'} <= texts(tmp_path / "model.skops")


def test_an_estimator_inside_a_pipeline_is_found(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), SVC(random_state=0)).fit(X, Y)
    skops.io.dump(model, tmp_path / "model.skops")
    assert stored_rows(tmp_path / "model.skops") == ["SVC (support_vectors_)"]


def test_what_is_said_to_keep_rows_is_a_class_of_scikit_learn() -> None:
    known = {*dict(all_estimators()), *dir(sklearn.neighbors), *dir(sklearn.neighbors._kd_tree)}
    assert STORES.keys() <= known | set(dir(sklearn.neighbors._ball_tree))
