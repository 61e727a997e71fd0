"""`evaluation.costs` of conf/evaluation/, as people write it."""

import math
from typing import Any

from ..errors import ConfigError


def cost_table(written: dict[Any, Any] | None) -> dict[str, dict[str, float]] | None:
    """Read what errors cost; class labels are text, as the table's are.

    Parameters
    ----------
    written
        True class to predicted class to cost; None where errors cost nothing in particular.

    Raises
    ------
    ConfigError
        When it is no table of finite numbers, or a label is one that YAML takes for true or false.
    """
    if written is None:
        return None
    table: dict[str, dict[str, float]] = {}
    for true, row in written.items():
        if not isinstance(row, dict):
            raise ConfigError(
                f"evaluation.costs.{true} is {row}: name the predicted classes and a cost for "
                "each, such as {spam: {ham: 1}, ham: {spam: 5}}"
            )
        table[_label(true)] = {_label(said): _cost(true, said, row[said]) for said in row}
    return table


def _label(written: Any) -> str:
    if isinstance(written, bool):
        raise ConfigError(
            f"evaluation.costs: YAML takes a class for the truth value {str(written).lower()}: "
            'put it into quotes, such as "yes"'
        )
    return str(written)


def _cost(true: Any, said: Any, value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        raise ConfigError(f"evaluation.costs.{true}.{said} is {value}: give a number")
    return float(value)
