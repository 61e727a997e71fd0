"""The configurations of the models that are searched beside each other."""

from contextlib import nullcontext
from dataclasses import replace

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import MissingConfigException
from omegaconf import OmegaConf

from ..config import Config, Model
from ..errors import ConfigError
from ..paths import PROJECT
from ..typed import typed


def families(config: Config) -> list[Config]:
    """Return one configuration for each of `tuning.models`, which differ in the model alone.

    Overrides of a model's keys count for the configured model; the others are as shipped.

    Raises
    ------
    ConfigError
        When there is no such model.
    """
    names = config.tuning.models or [config.model.name]
    return [
        config if name == config.model.name else replace(config, model=_model(name, config.seed))
        for name in names
    ]


def _model(name: str, seed: int) -> Model:
    # Within a command of Hydra's its folder is known; elsewhere it has to be said.
    begun = GlobalHydra.instance().is_initialized()
    with nullcontext() if begun else initialize_config_dir(str(PROJECT.conf), version_base="1.3"):
        try:
            tree = compose("config", [f"model={name}", f"seed={seed}"])
        except MissingConfigException:
            there = ", ".join(sorted(f.stem for f in (PROJECT.conf / "model").glob("*.yaml")))
            raise ConfigError(
                f"tuning.models: there is no conf/model/{name}.yaml; choose from {there}"
            ) from None
    OmegaConf.resolve(tree)
    model: Model = typed(Model, tree.model, f"conf/model/{name}.yaml")
    return model
