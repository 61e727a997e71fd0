"""The configurations of the models that are searched beside each other."""

from ..config import Config
from ..models.catalog import with_model
from ..paths import PROJECT


def families(config: Config) -> list[Config]:
    """Return one configuration for each of `tuning.models`, which differ in the model alone.

    Overrides of a model's keys count for the configured model; the others are as shipped.

    Raises
    ------
    ConfigError
        When there is no such model.
    """
    names = config.tuning.models or [config.model.name]
    return [with_model(config, name, PROJECT, "tuning.models") for name in names]
