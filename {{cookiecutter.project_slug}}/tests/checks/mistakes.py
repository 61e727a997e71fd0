"""The list of planted mistakes."""

import numpy as np
import pandas as pd

from . import broken
from .planted import (
    Mistake,
    _constant,
    _encoded,
    _imputed,
    _Late,
    _leaked,
    _moved,
    _negated,
    _one_part_mislabelled,
    _recoded,
    _scaled,
    _scrambled_fit,
    _sees_all,
    _sorted_split,
    _swapped,
    _too_sure,
    copied,
    drifting,
    filled,
    holes,
    joined,
    loading,
    noisy,
    persons,
    predicting,
    shuffled,
    times,
    two_parts,
)

THEORY, IMPLEMENTATION, HYPERPARAMETERS, DATA, FEATURES = (
    "theory",
    "implementation",
    "hyperparameters",
    "data",
    "features",
)
BOOSTING, FOREST = "model=boosting", "model=forest"
WEIGHT = "penguins by weight"


def _variants(sex: pd.Series) -> pd.Series:
    """Write each sex in three ways."""
    ways = np.random.default_rng(0).choice(["1", "2", "3"], len(sex))
    return sex.map({"male": "m", "female": "f"}) + ways


def _halved(frame: pd.DataFrame) -> pd.DataFrame:
    """Make two classes of a quantity."""
    return frame.assign(target=np.where(frame["target"] > frame["target"].median(), "high", "low"))


def classify(target: str, **arguments: object) -> tuple[str, ...]:
    """Put another classifier or regressor in the place of the configured one."""
    kind = "regression" if target.endswith("Regressor") else "classification"
    inner = ",".join(f"{k}:{v}" for k, v in {"_target_": target, **arguments}.items())
    # Without its own arguments, which another estimator would refuse.
    gone = {
        "classification": ("C", "max_iter", "random_state"),
        "regression": ("alpha", "random_state"),
    }
    return (*(f"~model.{kind}.{name}" for name in gone[kind]), f"+model.{kind}={{{inner}}}")


MISTAKES = [
    Mistake(
        "target left in under another name",
        "no_feature_is_the_target",
        FEATURES,
        change=copied("kind", _variants, "sex"),
    ),
    Mistake(
        "target left in, in another unit",
        "no_feature_is_the_target",
        FEATURES,
        WEIGHT,
        copied("weight_lb", lambda grams: (grams / 453.592).round(2), "body_mass_g"),
    ),
    Mistake(
        "logarithm of the target left in",
        "no_feature_is_the_target",
        FEATURES,
        WEIGHT,
        copied("log_mass", lambda grams: np.log(grams).round(4), "body_mass_g"),
    ),
    Mistake(
        "two columns whose sum is the target",
        "the_target_is_no_sum_of_features",
        FEATURES,
        WEIGHT,
        two_parts,
    ),
    Mistake(
        "running number as a feature",
        "no_feature_is_an_id",
        FEATURES,
        change=lambda frame: frame.assign(position=np.arange(len(frame)) + 1000),
    ),
    Mistake("labels shuffled against rows", "beats_the_zero_rule", THEORY, "digits", shuffled),
    Mistake(
        "index reset after a shuffle", "beats_the_zero_rule", THEORY, "digits", code=loading(_moved)
    ),
    Mistake("wrong join, which duplicates rows", "no_row_stands_twice", DATA, change=joined),
    Mistake("training rows in validation", "no_row_is_in_two_splits", DATA, code=loading(_leaked)),
    Mistake("rows of one person on both sides", "no_row_is_in_two_splits", DATA, change=persons),
    Mistake(
        "rows sorted before they were split",
        "the_splits_look_alike",
        DATA,
        "breast cancer",
        code=loading(_sorted_split),
    ),
    Mistake(
        "category codes differ between splits",
        "the_splits_look_alike",
        DATA,
        code=loading(_recoded),
    ),
    Mistake(
        "feature constant where it is used",
        "columns_vary_in_both_splits",
        DATA,
        code=loading(_constant),
    ),
    Mistake(
        "unit changed half way", "units_stay_the_same", DATA, change=times("body_mass_g", 0.001)
    ),
    Mistake(
        "decimal comma read in one half",
        "units_stay_the_same",
        DATA,
        "breast cancer",
        times("mean_radius", 10),
    ),
    Mistake(
        "missing cells filled with -1",
        "no_number_stands_for_missing",
        DATA,
        change=filled("bill_length_mm", -1),
    ),
    Mistake(
        "missing cells filled with 9999",
        "no_number_stands_for_missing",
        DATA,
        "breast cancer",
        filled("mean_radius", 9999),
    ),
    Mistake(
        "random split of what wanders with time",
        "later_rows_are_predicted_as_well",
        DATA,
        "diabetes",
        drifting,
        (FOREST,),
        schema=("day: {type: time, role: ignore", "day: {type: time, role: time"),
    ),
    Mistake(
        "estimator without a seed",
        "repeats_with_its_seed",
        IMPLEMENTATION,
        overrides=(FOREST, "model.classification.random_state=null"),
    ),
    Mistake(
        "scaler fitted before the split",
        "does_not_see_validation",
        IMPLEMENTATION,
        code=loading(_scaled),
    ),
    Mistake(
        "imputation before the split",
        "does_not_see_validation",
        IMPLEMENTATION,
        change=holes("bill_length_mm"),
        code=loading(_imputed),
    ),
    Mistake(
        "target encoding outside of the folds",
        "does_not_see_validation",
        IMPLEMENTATION,
        WEIGHT,
        code=loading(_encoded),
    ),
    Mistake(
        "model fitted on the held-out rows too",
        "learns_nothing_from_shuffled_targets",
        IMPLEMENTATION,
        overrides=(FOREST,),
        code={"project.models.crossval._one": _sees_all},
    ),
    Mistake(
        "features and labels misaligned in fit",
        "overfits_a_batch",
        IMPLEMENTATION,
        overrides=(BOOSTING,),
        code={"project.checks.implementation.fit": _scrambled_fit},
    ),
    Mistake(
        "inverted positive class",
        "computes_its_metrics_right",
        IMPLEMENTATION,
        code=predicting(_swapped),
    ),
    Mistake(
        "sign lost in the predictions",
        "computes_its_metrics_right",
        IMPLEMENTATION,
        WEIGHT,
        code=predicting(_negated),
    ),
    Mistake(
        "answers of the request before",
        "predicts_each_row_alone",
        IMPLEMENTATION,
        code=predicting(_Late()),
    ),
    Mistake(
        "batch statistics in the prediction",
        "predicts_each_row_alone",
        IMPLEMENTATION,
        code=broken.centred_by_batch(),
    ),
    Mistake(
        "row number as a hidden feature",
        "needs_its_inputs",
        IMPLEMENTATION,
        code=broken.with_row_number(),
    ),
    Mistake(
        "state kept outside of the model",
        "survives_being_stored",
        IMPLEMENTATION,
        code=broken.kept_in_a_global(),
    ),
    Mistake(
        "no place for a category never seen",
        "odd_cells_are_refused_or_predicted",
        DATA,
        code=broken.strict_encoder(),
    ),
    Mistake(
        "max_iter too low",
        "converges",
        HYPERPARAMETERS,
        overrides=("model.classification.max_iter=2",),
    ),
    Mistake(
        "learning rate too small by 100",
        "is_not_beaten_by_the_defaults",
        HYPERPARAMETERS,
        overrides=(BOOSTING, "model.classification.learning_rate=0.001"),
    ),
    Mistake(
        "learning rate too large by 100",
        "is_not_beaten_by_the_defaults",
        HYPERPARAMETERS,
        WEIGHT,
        overrides=(BOOSTING, "model.regression.learning_rate=10"),
    ),
    Mistake(
        "regularisation off",
        "is_not_beaten_by_the_defaults",
        HYPERPARAMETERS,
        "diabetes",
        noisy(200),
        ("model.regression.alpha=1e-12",),
    ),
    Mistake(
        "so deep that it learns by heart",
        "is_not_beaten_by_the_defaults",
        HYPERPARAMETERS,
        "diabetes",
        overrides=(
            BOOSTING,
            "model.regression.min_samples_leaf=1",
            "model.regression.learning_rate=1",
        ),
    ),
    Mistake(
        "regularisation far too strong",
        "is_not_beaten_by_the_defaults",
        HYPERPARAMETERS,
        overrides=("model.classification.C=1e-5",),
    ),
    Mistake(
        "far too shallow",
        "is_not_beaten_by_the_defaults",
        HYPERPARAMETERS,
        WEIGHT,
        overrides=(BOOSTING, "+model.regression.max_leaf_nodes=2", "model.regression.max_iter=5"),
    ),
    Mistake(
        "so few iterations that nothing is learnt",
        "has_room_to_learn",
        THEORY,
        WEIGHT,
        overrides=(
            BOOSTING,
            "model.regression.max_iter=1",
            "model.regression.learning_rate=1e-300",
        ),
    ),
    Mistake(
        "sorted rows, and no shuffling",
        "does_not_hang_on_the_order_of_rows",
        IMPLEMENTATION,
        "diabetes",
        lambda frame: frame.sort_values("target"),
        classify(
            "sklearn.linear_model.SGDRegressor",
            shuffle="false",
            max_iter=1,
            tol="null",
            eta0=0.05,
            learning_rate="constant",
        ),
    ),
    Mistake(
        "probabilities far too sure",
        "probabilities_come_true",
        THEORY,
        "diabetes",
        _halved,
        code=predicting(_too_sure),
        task="classification",
    ),
    Mistake(
        "labels of one part are wrong",
        "no_part_is_served_worse",
        THEORY,
        "digits",
        code=loading(_one_part_mislabelled),
    ),
    Mistake(
        "learning rate off by a factor",
        "settings_lie_where_one_would_search",
        HYPERPARAMETERS,
        overrides=(BOOSTING, "model.classification.learning_rate=0.001"),
    ),
]
