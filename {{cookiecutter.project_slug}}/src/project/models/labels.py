"""Number the classes for a classifier that takes no names, as XGBoost's does."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone


class NumberedClasses(ClassifierMixin, BaseEstimator):
    """Fit a classifier on the numbers of the classes, and answer with their names.

    Parameters
    ----------
    estimator
        The classifier; it is cloned, and the fitted one is `estimator_`.
    """

    def __init__(self, estimator: BaseEstimator) -> None:
        self.estimator = estimator

    def fit(self, x: np.ndarray | pd.DataFrame, y: np.ndarray) -> "NumberedClasses":
        """Fit on features of shape (n, features) and class labels of shape (n,)."""
        self.classes_, numbers = np.unique(y, return_inverse=True)
        self.estimator_ = clone(self.estimator).fit(x, numbers)
        return self

    def predict_proba(self, x: np.ndarray | pd.DataFrame) -> np.ndarray:
        """Return probabilities, shape (n, classes), in the order of `classes_`."""
        return np.asarray(self.estimator_.predict_proba(x), dtype=float)

    def predict(self, x: np.ndarray | pd.DataFrame) -> np.ndarray:
        """Return class labels, shape (n,)."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]
