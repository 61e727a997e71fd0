"""Write figures with as many digits as they deserve, and what they say in a sentence."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..evaluation.intervals import Estimate

Figure = dict[str, float | None]  # value, low and high; None where there is too little data to tell


@dataclass(frozen=True)
class Verdict:
    """Whether a model beats the zero rule.

    Attributes
    ----------
    tone
        "good", "bad" or "odd".
    head, rest
        The sentence: what is to be seen at once, and what follows.
    """

    tone: str
    head: str
    rest: str


def verdict(metrics: dict[str, Any]) -> Verdict:
    """Say whether a model beats the zero rule in the first metric.

    Parameters
    ----------
    metrics
        The content of a run's metrics.json.
    """
    first = metrics["metrics"][0]
    gain = metrics["splits"]["valid"]["gains"]["model"][first["name"]]
    if None in (gain["value"], gain["low"], gain["high"]):
        return Verdict("odd", "Too little data to tell", " whether it beats the zero rule.")
    if gain["low"] == gain["high"] == 0:
        same = f": their {first['name']} is the same."
        return Verdict("bad", "It does not beat the zero rule", same)
    told, low, high = apart(gain, higher_is_better=first["higher_is_better"])
    rest = f": {told} in {first['name']}."
    if low > 0:
        return Verdict("good", "It beats the zero rule", rest)
    if high < 0:
        return Verdict("bad", "It is worse than the zero rule", rest)
    return Verdict("odd", "Too little data to tell", f" whether it beats the zero rule{rest}")


def apart(gain: dict[str, float], *, higher_is_better: bool) -> tuple[str, float, float]:
    """Write how far a model is from another one, both bounds known.

    Parameters
    ----------
    gain
        Its figure minus the other one's, with the bounds.
    higher_is_better
        Of the metric.

    Returns
    -------
    tuple
        "better by …" or "worse by …"; by how much it is better at the least, and at the most.
    """
    sign = 1 if higher_is_better else -1
    low, high = sorted((sign * gain["low"], sign * gain["high"]))
    better = sign * gain["value"] >= 0
    ends = (low, high) if better else (-high, -low)
    figure: Figure = {"value": abs(gain["value"]), "low": ends[0], "high": ends[1]}
    return f"{'better' if better else 'worse'} by {estimate(figure, decimals(figure))}", low, high


def estimate(figure: Figure, digits: int) -> str:
    """Write a figure with its interval."""
    low, high = (number(figure[bound], digits) for bound in ("low", "high"))
    return f"{number(figure['value'], digits)} [{low}, {high}]"


def number(value: float | None, digits: int) -> str:
    """Write a number with some decimals; a dash where there is none."""
    if value is None:
        return "–"
    return _plain(value, digits)


def decimals(figure: Figure) -> int:
    """Return as many decimals as an interval is narrow for: its width keeps two digits."""
    low, high = figure.get("low"), figure.get("high")
    if low is None or high is None or low == high:
        return 2
    return min(max(1 - math.floor(math.log10(high - low)), 0), 6)


def seconds(value: float | None) -> str:
    """Write a time for people, in the unit that suits it."""
    if value is None:
        return "–"
    if value < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.0f} min"


def short(value: Any) -> str:
    """Write any value of a configuration, a float by six digits."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return str(value)


def bounded(found: "Estimate", *, percent: bool = False) -> str:
    """Write an estimate, by as many decimals as its interval is narrow for."""
    if percent:
        return f"{interval(*(100 * v for v in (found.value, found.low, found.high)), sign='%')}"
    return interval(found.value, found.low, found.high)


def lead(gain: "Estimate") -> str:
    """Write by how much a model is better than another one, or worse."""
    return f"{'better' if gain.value >= 0 else 'worse'} by {size(gain)}"


def size(found: "Estimate") -> str:
    """Write an estimate as what lies above zero, whichever side it is on."""
    if found.value >= 0:
        return bounded(found)
    return interval(-found.value, -found.high, -found.low)


def interval(value: float, low: float, high: float, *, sign: str = "") -> str:
    """Write a figure with its interval: the width keeps two digits.

    Parameters
    ----------
    value, low, high
        NaN where there is too little data to tell, or nothing was drawn from.
    sign
        What stands behind the figure.
    """
    if math.isnan(value) or math.isnan(low) or math.isnan(high):
        return significant(value)
    width = high - low
    most = 4 if abs(value) >= 0.1 else 6
    finite = 0 < width < math.inf
    digits = min(max(1 - math.floor(math.log10(width)), 0), most) if finite else 2
    whole, *bounds = (_plain(one, digits) for one in (value, low, high))
    return f"{whole}{sign} [{', '.join(bounds)}]"


def significant(value: float | None, digits: int = 3) -> str:
    """Write a number by so many digits; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value) or value == 0:
        return _plain(value, 0)
    if abs(value) < 1e-6:
        return f"{value:.0e}"
    return _plain(value, min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), 6))


def p_value(value: float) -> str:
    """Write a p-value with its name, for a sentence."""
    return "p < 0.001" if value < 0.001 else f"p {value:.3f}"


def p_number(value: float | None) -> str:
    """Write a p-value as a number, as far as anyone reads it; a dash where nothing was tested."""
    if value is None or math.isnan(value):
        return "–"
    if value < 0.0001:
        return "< 0.0001"
    return f"{value:.{4 if value < 0.01 else 3 if value < 0.1 else 2}f}"


def times(ratio: float) -> str:
    """Write how many times as much something is."""
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:,.0f}"


def _plain(value: float, digits: int) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{round(value, digits) + 0.0:,.{digits}f}"  # the sum makes a zero of a negative zero
