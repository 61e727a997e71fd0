"""Configure other models of conf/model/ as the command configures its own."""

from contextlib import nullcontext
from dataclasses import replace

from ..config import Config, Model
from ..errors import ConfigError
from ..paths import PROJECT
from ..typed import typed

REFERENCE = "boosting"  # flexible, and hardly in need of tuning


def known() -> list[str]:
    """Return the names of the models of conf/model/."""
    return sorted(file.stem for file in (PROJECT.conf / "model").glob("*.yaml"))


def configured(config: Config, name: str) -> Config:
    """Return a configuration with another model; the configured one keeps its overrides.

    Raises
    ------
    ConfigError
        When conf/model/ has no such file.
    """
    if name == config.model.name:
        return config
    if name not in known():
        raise ConfigError(
            f"curves.models: there is no conf/model/{name}.yaml; choose from {', '.join(known())}"
        )
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import OmegaConf

    # A command is already within Hydra, which composes from conf/ then.
    within = GlobalHydra.instance().is_initialized()
    start = (
        nullcontext() if within else initialize_config_dir(str(PROJECT.conf), version_base="1.3")
    )
    with start:
        tree = compose("config", [f"model={name}", f"seed={config.seed}"])
    model = OmegaConf.to_container(tree.model, resolve=True)
    return replace(config, model=typed(Model, model, f"conf/model/{name}.yaml"))
