"""Which family an estimator is of, and what it is made of."""

from sklearn.tree import DecisionTreeClassifier

_KINDS = ("Classifier", "Regressor")


def _both(*names: str) -> list[str]:
    return [name + kind for name in names for kind in _KINDS]


_ESTIMATORS = {
    "linear": [
        *("LinearRegression", "Ridge", "Lasso", "ElasticNet", "BayesianRidge"),
        *("RidgeCV", "LassoCV", "ElasticNetCV", "SGDRegressor"),
    ],
    "logistic": ["LogisticRegression", "LogisticRegressionCV", "RidgeClassifier", "SGDClassifier"],
    "naive Bayes": ["MultinomialNB", "BernoulliNB", "ComplementNB", "CategoricalNB"],
    "normal naive Bayes": ["GaussianNB"],
    "trees": _both("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees"),
    "boosting": _both("HistGradientBoosting", "GradientBoosting", "AdaBoost", "XGB", "LGBM"),
    "neighbours": _both("KNeighbors", "RadiusNeighbors"),
    "support vectors": ["SVC", "SVR", "NuSVC", "NuSVR"],
    "linear support vectors": ["LinearSVC", "LinearSVR"],
    "neural network": _both("MLP"),
    "dummy": _both("Dummy"),
}
FAMILY = {name: family for family, names in _ESTIMATORS.items() for name in names}


def families(estimator: object) -> list[str]:
    """Name the families of an estimator; of its members where it is made of others.

    Parameters
    ----------
    estimator
        Unfitted or fitted. Pipelines, bagging, voting, stacking, calibration and searches are
        looked into.

    Returns
    -------
    list of str
        Keys of `FAMILIES`, or names of classes that the registry has no entry for.
    """
    name = _name(estimator)
    if name in FAMILY:
        linear_kernel = getattr(estimator, "kernel", "") == "linear"
        return ["linear support vectors" if linear_kernel else FAMILY[name]]
    inner = _inside(estimator)
    found = [family for one in inner for family in families(one)]
    return list(dict.fromkeys(found)) or [name]


def _name(estimator: object) -> str:
    return (estimator if isinstance(estimator, type) else type(estimator)).__name__


def _inside(estimator: object) -> list[object]:
    if hasattr(estimator, "steps"):
        return [estimator.steps[-1][1]]
    parts = [one for _, one in getattr(estimator, "estimators", None) or [] if one != "drop"]
    parts += [getattr(estimator, key, None) for key in ("estimator", "regressor")]
    if _name(estimator).startswith("Bagging") and all(one is None for one in parts):
        return [DecisionTreeClassifier]
    parts.append(getattr(estimator, "final_estimator", None))
    return [one for one in parts if one is not None]
