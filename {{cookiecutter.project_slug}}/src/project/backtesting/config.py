"""conf/backtest.yaml; types and ranges."""

from dataclasses import dataclass

from omegaconf import MISSING

from ..errors import ConfigError

AUTO, DAY, WEEK, MONTH = "auto", "day", "week", "month"


@dataclass
class Backtest:
    """How a log is cut into periods, and how sure an alarm must be."""

    level: float = MISSING
    period: str = MISSING
    min_rows: int = MISSING
    most_rows: int = MISSING
    tolerance: float = MISSING


def check_backtest(backtest: Backtest) -> None:
    """Check that every value lies where it makes sense.

    Raises
    ------
    ConfigError
        Which names the key.
    """
    if not 0 < backtest.level <= 0.5:
        raise ConfigError(f"backtest.level is {backtest.level}: give a share such as 0.01")
    named = backtest.period in (AUTO, DAY, WEEK, MONTH)
    if not named and not (backtest.period.isascii() and backtest.period.isdigit()):
        raise ConfigError(
            f"backtest.period is '{backtest.period}': give auto, day, week, month or a number of "
            "rows"
        )
    if not named and int(backtest.period) < backtest.min_rows:
        raise ConfigError(
            f"backtest.period is {backtest.period} rows, fewer than backtest.min_rows, "
            f"{backtest.min_rows}: no period would be tested"
        )
    for key, value, low in (
        ("min_rows", backtest.min_rows, 20),
        ("most_rows", backtest.most_rows, 100),
    ):
        if not low <= value <= 1_000_000:
            raise ConfigError(
                f"backtest.{key} is {value}: give a whole number from {low} to 1,000,000"
            )
    if not 0 <= backtest.tolerance < 1:
        raise ConfigError(
            f"backtest.tolerance is {backtest.tolerance}: give a number such as 1e-12"
        )
