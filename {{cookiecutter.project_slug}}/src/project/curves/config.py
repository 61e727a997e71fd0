"""conf/curves/*.yaml."""

from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

from ..errors import ConfigError


@dataclass
class Curves:
    """What learning and validation curves cover."""

    metric: str | None = MISSING
    sizes: int = MISSING
    least_per_class: int = MISSING
    models: list[str] = field(default_factory=list)
    target: float | None = MISSING
    draws: int = MISSING
    over: str | None = MISSING
    values: list[Any] = field(default_factory=list)
    points: int = MISSING


def check_curves(curves: Curves) -> None:
    """Refuse numbers out of range.

    Raises
    ------
    ConfigError
        Which names the key.
    """
    for key, value, low, high in (
        ("sizes", curves.sizes, 4, 30),
        ("least_per_class", curves.least_per_class, 1, 10_000),
        ("draws", curves.draws, 100, 100_000),
        ("points", curves.points, 3, 100),
    ):
        if not low <= value <= high:
            raise ConfigError(f"curves.{key} is {value}: give a whole number from {low} to {high}")
    if len(curves.values) == 1:
        raise ConfigError(f"curves.values is {curves.values}: one value makes no curve, give more")
