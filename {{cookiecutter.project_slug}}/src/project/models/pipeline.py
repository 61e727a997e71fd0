"""Build a model: preprocessing and estimator in one pipeline, so that nothing leaks."""

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler, TargetEncoder

from ..config import Encode, Model, Preprocessing, Scale
from ..data.config import Data, Task
from ..data.schema import ColumnType
from ..errors import ConfigError, first_line
from .catalog import check_built_in
from .labels import NumberedClasses

_SCALERS = {Scale.standard: StandardScaler, Scale.robust: RobustScaler}


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
        When the table has no feature, the estimator can't be made as configured, or its package is
        an extra that is not built in.
    """
    estimator = model.classification if data.task is Task.classification else model.regression
    where = f"conf/model/{model.name}.yaml, {data.task.value}"
    return Pipeline(
        [
            ("prepare", prepare(model.preprocessing, data)),
            ("model", _instantiate(estimator, where, f"model={model.name}")),
        ]
    )


def prepare(preprocessing: Preprocessing, data: Data) -> ColumnTransformer:
    """Build the preprocessing: impute and scale numbers, impute and encode categories.

    Raises
    ------
    ConfigError
        When no column is a feature.
    """
    numbers = data.features(ColumnType.number, ColumnType.integer)
    categories = data.features(ColumnType.category)
    if not numbers and not categories:
        raise ConfigError(
            "conf/schema.yaml: no column has the role feature; give it to one that is number, "
            "integer or category"
        )
    impute = SimpleImputer(
        strategy=preprocessing.impute.value,
        keep_empty_features=True,
        add_indicator=preprocessing.indicator,
    )
    number: list[tuple[str, BaseEstimator]] = [("impute", impute)]
    if preprocessing.scale is not Scale.none:
        number.append(("scale", _SCALERS[preprocessing.scale]()))
    category = [
        ("impute", SimpleImputer(strategy="constant", fill_value="(missing)")),
        ("encode", _encoder(preprocessing, data.task)),
    ]
    return ColumnTransformer(
        [("number", Pipeline(number), numbers), ("category", Pipeline(category), categories)],
        verbose_feature_names_out=False,
    )


def _encoder(preprocessing: Preprocessing, task: Task) -> BaseEstimator:
    if preprocessing.encode is Encode.onehot:
        return OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=preprocessing.max_categories,
            sparse_output=False,
        )
    # The estimator is fitted on means of other rows' targets, so that no row tells it its own.
    if task is Task.classification:
        cut = StratifiedKFold(5, shuffle=True, random_state=preprocessing.seed)
        return TargetEncoder(cv=cut)
    cut = KFold(5, shuffle=True, random_state=preprocessing.seed)
    return TargetEncoder(target_type="continuous", cv=cut)


def _instantiate(estimator: dict[str, object], where: str, wanted_by: str) -> BaseEstimator:
    check_built_in(estimator, wanted_by)
    try:
        # Plain lists and mappings reach the constructors, so that a fitted model holds no others.
        made = instantiate(estimator, _convert_="all")
    except InstantiationException as error:
        # Hydra wraps whatever the constructor raised; the cause names the argument.
        cause = error.__cause__ or error
        raise ConfigError(f"{where}: {first_line(cause)}") from None
    return NumberedClasses(made) if type(made).__name__ == "XGBClassifier" else made
