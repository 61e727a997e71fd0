"""What an evaluation found, method by method, in a sentence each."""

import math
from collections.abc import Iterator

from ..config import Config
from ..evaluation.calibrators import BEFORE
from ..evaluation.invariance import FAILS, HOLDS, UNSEEN
from ..evaluation.metrics import metrics_of
from ..evaluation.perturbation import REACHED, UNKNOWN
from ..evaluation.result import MODEL, Evaluation
from .numbers import bounded, p_value, significant

Sentence = tuple[str, str, str]  # good, bad, odd or nothing; the method; the words
_UNITS = {"noise": "standard deviations", "missing": "of the cells", "swapped": "of the cells"}


def sentences(found: Evaluation, config: Config) -> list[Sentence]:
    """Say what each method found."""
    return [
        *_baselines(found, config),
        *_perturbation(found, config),
        *_invariance(found, config),
        *_direction(found, config),
        *_calibration(found, config),
        *_conformal(found, config),
        *_confidence(found, config),
        *_slices(found),
        *_importance(found),
        *_cost(found),
    ]


def _baselines(found: Evaluation, config: Config) -> Iterator[Sentence]:
    first = metrics_of(config.data.task)[0].name
    beaten = [name for name, gains in found.gains.items() if gains[first].low > 0]
    worse = [name for name, gains in found.gains.items() if gains[first].high < 0]
    open_ = [name for name in found.gains if name not in beaten + worse]
    for tone, words, names in (
        ("good", "better than", beaten),
        ("bad", "worse than", worse),
        ("odd", "too little data to tell from", open_),
    ):
        if names:
            yield tone, "Baselines", f"{words} {', '.join(names)}, by {first}."


def _perturbation(found: Evaluation, config: Config) -> Iterator[Sentence]:
    lost = f"{config.methods.perturbation.lost_share:.0%} of the gain over the zero rule"
    known = [one for one in found.perturbation if one.verdict != UNKNOWN]
    if not known:
        yield "odd", "Perturbation", f"too little data to tell: there is no sure gain ({MODEL})."
        return
    for kind in ("noise", "missing", "swapped"):
        curves = [one for one in known if one.kind == kind and one.verdict == REACHED]
        if curves:
            one, more = curves[0], [c.column for c in curves[1:4]]
            then = f"; then {', '.join(more)}" if more else ""
            yield (
                "",
                "Perturbation",
                f"{kind} in {one.column} costs {lost} at {bounded(one.limit)} "
                f"{_UNITS[kind]}{then}.",
            )
        elif any(one.kind == kind for one in known):
            yield "good", "Perturbation", f"{kind} at no dose costs {lost}, in any column."


def _invariance(found: Evaluation, config: Config) -> Iterator[Sentence]:
    if not found.invariance:
        yield "", "Invariance", "no column is declared (methods.invariance)."
    for one in found.invariance:
        what = f"{one.column}{', protected' if one.protected else ''}"
        if one.verdict == UNSEEN:
            yield "good", "Invariance", f"{what}: the model does not see it."
            continue
        allowed = config.methods.invariance.allowed_share
        yield (
            {HOLDS: "good", FAILS: "bad"}.get(one.verdict, "odd"),
            "Invariance",
            f"{what}: {bounded(one.changed, percent=True)} of the decisions change "
            f"({one.how}; allowed are {allowed:.1%}): {one.verdict}.",
        )


def _direction(found: Evaluation, config: Config) -> Iterator[Sentence]:
    if not found.direction:
        yield "", "Direction", "no expectation is declared (methods.direction)."
    for one in found.direction:
        of = f" of {one.of}" if one.of else ""
        worst = f"; worst in row {one.worst[0].row_id}" if one.worst else ""
        yield (
            {HOLDS: "good", FAILS: "bad"}.get(one.verdict, "odd"),
            "Direction",
            f"the prediction{of} {one.effect} with {one.column}: "
            f"{bounded(one.violations, percent=True)} of the rows go against it{worst}: "
            f"{one.verdict}.",
        )


def _calibration(found: Evaluation, config: Config) -> Iterator[Sentence]:
    level = config.methods.level
    for one in found.reliability:
        low = min(p for p in (one.resampling_p, one.spiegelhalter_p, 1.0) if not math.isnan(p))
        after = "as trained" if one.name == BEFORE else f"after {one.name}"
        said = "are not exact" if low < level else "may be exact"
        yield (
            "bad" if low < level else "good",
            "Calibration",
            f"probabilities {after} {said} ({p_value(low)}): error {one.error:.3f}, "
            f"{one.error_if_true:.3f} by chance; log loss {bounded(one.scores['log loss'])}.",
        )
    if found.distribution:
        one_ = found.distribution
        off = [q for q in one_.quantiles if q.p_value < level]
        normal = "does not fit" if one_.normal_p < level else "may fit"
        yield (
            "bad" if off else "good",
            "Calibration",
            f"conformal quantiles {'are off' if off else 'hold'}; a normal distribution as wide as "
            f"the training errors {normal} ({p_value(one_.normal_p)}); errors "
            + ("vary in size with the prediction" if one_.spread_p < level else "are even in size")
            + f" (Spearman {one_.spread_trend:.2f}).",
        )


def _conformal(found: Evaluation, config: Config) -> Iterator[Sentence]:
    one = found.conformal
    if one is None:
        return
    if one.note:
        yield "odd", "Conformal", f"{one.note}."
        return
    level, whole = config.methods.level, one.coverage[0]
    off = [c for c in one.coverage if c.p_value < level and c.found.value < c.low]
    kept = "is kept" if not off else f"is not kept for {', '.join(c.of for c in off[:3])}"
    what = "classes in a set" if found.distribution is None else "wide"
    yield (
        "bad" if off else "good",
        "Conformal",
        f"the promise of {config.methods.conformal.coverage:.0%} {kept}: covers "
        f"{bounded(whole.found, percent=True)}, between {whole.low:.1%} and "
        f"{whole.high:.1%} by chance; {significant(whole.size)} {what} on "
        f"average{'; ties widen them' if one.tied else ''}.",
    )


def _confidence(found: Evaluation, config: Config) -> Iterator[Sentence]:
    one = found.confidence
    if one is None:
        return
    if one.note:
        yield "odd", "Confidence", f"{one.note}."
        return
    yield (
        "good",
        "Confidence",
        f"decide where the probability is {one.threshold:.3f} or more: at most "
        f"{config.methods.confidence.risk:.1%} of these decisions are wrong "
        f"({config.methods.confidence.surety:.0%} sure). That is "
        f"{bounded(one.decided, percent=True)} of the rows here, with "
        f"{bounded(one.risk, percent=True)} wrong.",
    )


def _slices(found: Evaluation) -> Iterator[Sentence]:
    one = found.slices
    worse = [s for s in one.results if s.worse]
    rest = f"{one.tested:,} slices tested, {one.too_small:,} too small"
    if not one.tested:
        yield "odd", "Slices", f"too little data to tell: {rest}."
    elif not worse:
        yield "good", "Slices", f"none is worse than chance would have it ({rest})."
    for s in worse[:3]:
        yield (
            "bad",
            "Slices",
            f"{s.name} is worse: {one.loss} {bounded(s.loss)} in {s.rows:,} rows, {s.rest:.3g} "
            f"elsewhere ({p_value(s.p_value)}; {rest}).",
        )


def _importance(found: Evaluation) -> Iterator[Sentence]:
    matter = [one for one in found.importance if one.matters]
    names = ", ".join(f"{one.column} {bounded(one.loss)}" for one in matter[:4])
    idle = len(found.importance) - len(matter)
    rest = f"; {idle} others may not matter" if idle else ""
    yield "", "Explanation", f"{names or 'no column is known to matter'}{rest if names else ''}."


def _cost(found: Evaluation) -> Iterator[Sentence]:
    cost = found.cost
    yield (
        "",
        "Cost",
        f"one row {bounded(cost.one_row_ms['p50'])} ms, p99 {bounded(cost.one_row_ms['p99'])} ms; "
        f"{significant(cost.rows_per_s.value)} rows/s; {significant(cost.price_per_million.value)} "
        f"{cost.currency} a million.",
    )
