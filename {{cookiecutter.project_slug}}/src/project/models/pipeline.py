"""Build a model: preprocessing and estimator in one pipeline, so that nothing leaks."""

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ..config import ColumnType, Data, Model, Preprocessing, Task
from ..errors import ConfigError, first_line


def build_pipeline(model: Model, data: Data) -> Pipeline:
    """Build the unfitted pipeline of a model for a table's columns.

    Parameters
    ----------
    model
        Estimators and preprocessing, from `conf/model/`.
    data
        The column types, the target and the task.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Takes a pandas DataFrame with the feature columns, shape (n, features).

    Raises
    ------
    ConfigError
        When the table has no feature, or the estimator can't be made as configured.
    """
    estimator = model.classification if data.task is Task.classification else model.regression
    return Pipeline(
        [
            ("prepare", prepare(model.preprocessing, data)),
            ("model", _instantiate(estimator, f"conf/model/{model.name}.yaml, {data.task.value}")),
        ]
    )


def prepare(preprocessing: Preprocessing, data: Data) -> ColumnTransformer:
    """Build the preprocessing: impute and scale numbers, impute and one-hot encode categories."""
    numbers = data.features(ColumnType.number)
    categories = data.features(ColumnType.category)
    if not numbers and not categories:
        raise ConfigError(
            "conf/data.yaml: every column but the target is ignored; set a column under "
            "`columns` to number or category"
        )
    number: list[tuple[str, BaseEstimator]] = [
        ("impute", SimpleImputer(strategy="median", keep_empty_features=True))
    ]
    if preprocessing.scale:
        number.append(("scale", StandardScaler()))
    category = [
        ("impute", SimpleImputer(strategy="constant", fill_value="(missing)")),
        (
            "encode",
            OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                max_categories=preprocessing.max_categories,
                sparse_output=False,
            ),
        ),
    ]
    return ColumnTransformer(
        [("number", Pipeline(number), numbers), ("category", Pipeline(category), categories)],
        verbose_feature_names_out=False,
    )


def _instantiate(estimator: dict[str, object], where: str) -> BaseEstimator:
    try:
        return instantiate(estimator)
    except InstantiationException as error:
        # Hydra wraps whatever the constructor raised; the cause names the argument.
        cause = error.__cause__ or error
        raise ConfigError(f"{where}: {first_line(cause)}") from None
