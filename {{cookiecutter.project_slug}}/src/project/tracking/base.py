"""What a tracker is: something that is fed from a finished run folder."""

import os
from pathlib import Path
from typing import Protocol

from ..config import Mode, Tracking
from ..errors import ConfigError


class Tracker(Protocol):
    """Show a run in an outside tool."""

    def track(self, run: Path) -> None:
        """Record a finished run.

        Parameters
        ----------
        run
            The run's folder; it is only read. Whatever the tool lacks or loses can be sent again
            from there.
        """


def check(config: Tracking) -> None:
    """Refuse, before anything is trained, what a tracker would only ask for afterwards.

    Raises
    ------
    ConfigError
        When the account of an online tracker is not given: its own way is to prompt for it.
    """
    if config.mode is Mode.online and not os.environ.get("WANDB_API_KEY"):
        raise ConfigError(
            "tracking=online needs WANDB_API_KEY: put it into .env as .env.example shows, or leave "
            "tracking=offline"
        )


def tracker(config: Tracking, root: Path) -> Tracker | None:
    """Return the configured tracker, or None where there is none to be.

    Parameters
    ----------
    config
        conf/tracking/*.yaml.
    root
        The project's root, below which a tracker may keep files of its own.
    """
    if config.mode is Mode.disabled:
        return None
    from .wandb import Wandb

    return Wandb(config, root)
