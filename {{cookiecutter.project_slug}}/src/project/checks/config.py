"""conf/checks.yaml."""

from dataclasses import dataclass, field

from omegaconf import MISSING

from ..errors import ConfigError


@dataclass
class Checks:
    """How sure an alarm must be, and what is waived."""

    level: float = MISSING
    most_rows: int = MISSING
    before_train: bool = MISSING
    waivers: dict[str, str] = field(default_factory=dict)


def check_checks(checks: Checks) -> None:
    """Refuse values out of range, and waivers without a reason.

    Raises
    ------
    ConfigError
        Which names the key.
    """
    if not 0 < checks.level <= 0.5:
        raise ConfigError(f"checks.level is {checks.level}: give a share such as 0.01")
    if checks.most_rows < 100:
        raise ConfigError(f"checks.most_rows is {checks.most_rows}: give 100 or more")
    for name, reason in checks.waivers.items():
        if not reason.strip():
            raise ConfigError(
                f"conf/checks.yaml: the waiver of '{name}' has no reason: say why it is harmless"
            )
