"""Judge a run by the gates of conf/evaluation/gates.yaml, from what was measured.

Two kinds of gates: what must be shown (better than each baseline, not worse than the incumbent,
fast enough) passes only where it surely holds; an alarm (calibration, worst slice) stops a model
only where a fault is surely there. Where the rows are too few for either, that is the verdict, and
it stops the model until somebody waives it with a reason.
"""

import math
from dataclasses import replace

from ..config import Config
from ..evaluation.calibrators import BEFORE
from ..evaluation.metrics import Metric, Predictions
from ..evaluation.permutation import paired_permutation
from ..evaluation.result import MODEL, Evaluation
from ..evaluation.scores import ZERO_RULE
from ..report.numbers import bounded, lead, p_value, significant, size
from .config import CALIBRATION, INCUMBENT, LATENCY, SLICE, Gates
from .gate import Gate, Incumbent, Verdict, metric_of
from .noninferior import kept_lead

_TESTED = 2  # of the gates beside the baselines and the incumbent that are decided by a p-value


def judge(
    found: Evaluation,
    made: dict[str, Predictions],
    incumbent: Incumbent | None,
    gates: Gates,
    config: Config,
) -> list[Gate]:
    """Judge a model by all gates.

    Parameters
    ----------
    found
        Its evaluation.
    made
        Predictions of the same n rows by the model and by each of its baselines.
    incumbent
        The model that serves; None where none does.
    gates, config
        What must hold; task and seed.

    Returns
    -------
    list of Gate
        Each statistical one is tested at `gates.level` divided by their number, so that the level
        holds for all of them together (Bonferroni).
    """
    number = len(made) - 1 + (incumbent is not None) + _TESTED
    metric = metric_of(gates, config)
    judged = [
        *_baselines(found, made, metric, number, gates, config),
        *([_incumbent(incumbent, metric, number, gates, config)] if incumbent else []),
        _calibration(found, number, gates),
        _slice(found, number, gates, config),
        _latency(found, gates),
    ]
    waivers = gates.waivers
    return [replace(one, waiver=waivers.get(one.name, "")) if one.stops else one for one in judged]


def _baselines(
    found: Evaluation,
    made: dict[str, Predictions],
    metric: Metric,
    number: int,
    gates: Gates,
    config: Config,
) -> list[Gate]:
    """Test by swapping predictions, which keeps its level however few the rows are."""
    names = [name for name in made if name != MODEL]
    tested = paired_permutation(
        [metric], made[MODEL], [made[name] for name in names], seed=config.seed
    )
    judged = []
    for name, p_values in zip(names, tested, strict=True):
        gain, p = found.gains[name][metric.name], min(1.0, number * p_values[metric.name])
        verdict = Verdict.unknown
        if p < gates.level:
            verdict = Verdict.passes if gain.value > 0 else Verdict.fails
        elif gain.low == gain.high:
            verdict = Verdict.fails  # they say the same of every row
        judged.append(
            Gate(
                name,
                f"better than {name} in {metric.name}",
                f"{lead(gain)} ({p_value(p)})",
                verdict,
            )
        )
    return judged


def _incumbent(other: Incumbent, metric: Metric, number: int, gates: Gates, config: Config) -> Gate:
    asked = (
        f"not worse than {other.version} in {metric.name}: loses less than {gates.lost_share:.0%} "
        f"of its gain over the {ZERO_RULE}"
    )
    if other.note:
        return Gate(INCUMBENT, asked, other.note, Verdict.unknown)
    over, slack = kept_lead(
        metric,
        other.made,
        lost_share=gates.lost_share,
        level=gates.level / number,
        config=config,
    )
    side = "above" if slack.value >= 0 else "below"
    left = f"; {other.learnt:,} rows that it learnt from are left out" if other.learnt else ""
    verdict = Verdict.unknown
    if slack.low > 0:
        verdict = Verdict.passes
    elif slack.high < 0:
        verdict = Verdict.fails
    return Gate(
        INCUMBENT,
        asked,
        f"{lead(over)}, {size(slack)} {side} what is asked{left}",
        verdict,
    )


def _calibration(found: Evaluation, number: int, gates: Gates) -> Gate:
    limits = gates.calibration
    asked = f"not surely off by more than {limits.tolerance:g} beyond chance"
    before = next((one for one in found.reliability if one.name == BEFORE), None)
    if before is not None:
        said = f"error {before.error:.3f}, {before.error_if_true:.3f} by chance"
        # The tests are corrected already for their number; NaN where all is said for certain.
        tests = [p for p in (before.resampling_p, before.spiegelhalter_p) if not math.isnan(p)]
        off = before.error - before.error_if_true
    elif found.distribution is not None and found.distribution.quantiles:
        worst = min(found.distribution.quantiles, key=lambda one: one.p_value)
        said = f"{worst.below:.1%} lie below the quantile of {worst.level:.0%}"
        tests, off = [worst.p_value], max(worst.low - worst.below, worst.below - worst.high)
    else:
        return Gate(CALIBRATION, asked, "no row was judged", Verdict.unknown)
    p = min(1.0, number * min(tests, default=1.0))
    verdict = Verdict.passes
    if p < gates.level and off > limits.tolerance:
        verdict = Verdict.fails
    elif found.fresh_rows < limits.least_rows:
        verdict = Verdict.unknown
    return Gate(CALIBRATION, asked, f"{said} ({p_value(p)}; {found.fresh_rows:,} rows)", verdict)


def _slice(found: Evaluation, number: int, gates: Gates, config: Config) -> Gate:
    times, all_ = gates.worst_slice.times, found.slices
    asked = f"no slice surely worse, with {times:g} times the {all_.loss} of the others"
    rest = f"{all_.tested:,} slices tested, {all_.too_small:,} too small"
    if not all_.tested:
        return Gate(SLICE, asked, f"{rest} (methods.slices.min_rows)", Verdict.unknown)
    permutations = config.methods.slices.permutations
    if number / (permutations + 1) >= gates.level:
        said = f"{permutations:,} permutations are too few for this level"
        return Gate(SLICE, asked, f"{said} (methods.slices.permutations)", Verdict.unknown)
    bad = [
        one
        for one in all_.results
        if number * one.p_value < gates.level and one.loss.value > times * one.rest
    ]
    if not all_.results:
        return Gate(SLICE, asked, f"none is worse ({rest})", Verdict.passes)
    one = (bad or all_.results)[0]
    said = (
        f"{one.name}: {all_.loss} {bounded(one.loss)}, {significant(one.rest)} elsewhere "
        f"({p_value(min(1.0, number * one.p_value))}; {rest})"
    )
    return Gate(SLICE, asked, said, Verdict.fails if bad else Verdict.passes)


def _latency(found: Evaluation, gates: Gates) -> Gate:
    limit, taken = gates.latency.one_row_p95_ms, found.cost.one_row_ms["p95"]
    verdict = Verdict.unknown
    if taken.high <= limit:
        verdict = Verdict.passes
    elif taken.low > limit:
        verdict = Verdict.fails
    asked = f"95 of 100 answers of one row within {limit:g} ms"
    return Gate(LATENCY, asked, f"{bounded(taken)} ms", verdict)
