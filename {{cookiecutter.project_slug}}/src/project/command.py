"""Compose a configuration from overrides, and say by which overrides a run came about."""

import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .paths import PROJECT
from .provenance import leaves, plain

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from .config import Config


def overrides(manifest: dict[str, Any]) -> list[str]:
    """Return the overrides by which the shipped configuration becomes that of a run.

    Where its model's file is gone, the model is named alone.
    """
    from hydra.errors import HydraException

    config = manifest["inputs"]["config"]
    chosen = [f"model={config['model']['name']}"]
    try:
        shipped = _compose(chosen)
        # The seed first, since those of the estimators follow from it.
        if config["seed"] != shipped["seed"]:
            chosen.append(f"seed={config['seed']}")
            shipped = _compose(chosen)
        before, after = (leaves(tree) for tree in (shipped, config))
    except HydraException:
        return chosen
    # What the data is, and where runs are shown, is no business of ARGS.
    after = {k: v for k, v in after.items() if not k.startswith(("data.", "tracking."))}
    moved = {k: v for k, v in after.items() if k in before and before[k] != v}
    # An estimator takes more arguments than its file writes out.
    new = {f"+{k}": v for k, v in after.items() if k not in before and k.startswith("model.")}
    return chosen + [f"{key}={_plain(value)}" for key, value in sorted((moved | new).items())]


def setting(config: "Config", key: str, value: Any) -> str:
    """Return the override that sets a key of a model, whether its file writes it out or not."""
    inner: Any = plain(config)
    for step in key.split("."):
        inner = inner.get(step, ...) if isinstance(inner, dict) else ...
    return f"{'+' if inner is ... else ''}{key}={_plain(value)}"


def composed(name: str, overrides: list[str], conf: Path) -> "DictConfig":
    """Compose a file of `conf/` with all that it builds upon; references stay as written.

    Parameters
    ----------
    name
        Such as "config" or "model/forest".
    overrides, conf
        As ARGS has them, and the folder.
    """
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    # A command that asks this is mostly Hydra's already, with the same folder.
    begun = GlobalHydra.instance().is_initialized()
    with nullcontext() if begun else initialize_config_dir(str(conf), version_base="1.3"):
        return compose(name, overrides)


def _compose(chosen: list[str]) -> dict[str, Any]:
    from omegaconf import OmegaConf

    tree: Any = OmegaConf.to_container(composed("config", chosen, PROJECT.conf), resolve=True)
    found: dict[str, Any] = tree
    return found


def _plain(value: Any) -> str:
    if value is None:
        return "null"
    text = str(value).lower() if isinstance(value, bool) else str(value).replace("'", "")
    return text if re.fullmatch(r"[\w.+\[\], -]*", text) and " " not in text else f"'{text}'"
