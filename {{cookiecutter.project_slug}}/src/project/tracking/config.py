"""The types of conf/tracking/*.yaml, and what is refused before anything is trained."""

import os
import time
import uuid
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from omegaconf import MISSING

from ..errors import ConfigError
from ..extras import missing

KEY = "WANDB_API_KEY"
_GROUP = "RUN_GROUP"  # in the environment, which all processes of a multirun share
# Modules of this package that are no tracker.
_NOT_TOOLS = {"__init__", "base", "checklist", "config", "record", "server", "study", "sync"}


class Mode(Enum):
    """Whether a tracker may use the network."""

    offline = "offline"
    online = "online"


@dataclass
class Tracking:
    """conf/tracking/*.yaml.

    Attributes
    ----------
    tools
        Modules of this package; none: nothing is tracked.
    mode, timeout_s
        Of Weights & Biases, and the seconds that a server may cost.
    rows
        Of the row table, at most; 0 leaves it out.
    project, entity
        Where runs are filed.
    """

    tools: list[str] = MISSING
    mode: Mode = MISSING
    timeout_s: float = MISSING
    rows: int = MISSING
    project: str = MISSING
    entity: str = MISSING


def tools() -> list[str]:
    """List the trackers there are: the modules beside this one."""
    modules = sorted(file.stem for file in Path(__file__).parent.glob("*.py"))
    return [name for name in modules if name not in _NOT_TOOLS]


def check(config: Tracking) -> None:
    """Refuse, before anything is trained, what a tracker would only ask for afterwards.

    Raises
    ------
    ConfigError
        When a tracker is not known or not built in, or the account of an online one is not given:
        its own way is to prompt for it.
    """
    for name in config.tools:
        if name not in tools():
            raise ConfigError(
                f"tracking.tools names '{name}': choose of {', '.join(tools())}, or [] for none"
            )
        if find_spec(name) is None:
            raise missing(name, f"tracking.tools=[{name}]")
    if config.mode is Mode.online and "wandb" in config.tools and not os.environ.get(KEY):
        raise ConfigError(
            f"tracking=online needs {KEY}: put it into .env as .env.example shows, or leave "
            "tracking=offline"
        )


def begin_group() -> None:
    """Name what the jobs of this multirun have in common, its other processes included."""
    now = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    os.environ.setdefault(_GROUP, f"sweep-{now}-{uuid.uuid4().hex[:4]}")


def group() -> str:
    """Return what the jobs of this multirun have in common; empty for a single run."""
    return os.environ.get(_GROUP, "")
