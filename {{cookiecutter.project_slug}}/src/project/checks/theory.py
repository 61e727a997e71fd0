"""Theoretical constraints: is there anything to learn, and is it learnt."""

import math
from dataclasses import replace

import numpy as np

from ..evaluation.paired import compare
from .case import Case, agreement, loss
from .result import CheckResult, Failure, decided, failed, passed, unclear

FAILURE = Failure.theory
_MATTERS = 0.05  # share of the zero rule's loss, below which a gain is none
_PERMUTATIONS = 999


def beats_the_zero_rule(case: Case) -> CheckResult:
    """Compare with always saying the same, on the same folds (corrected resampled t-test)."""
    level = case.config.checks.level
    base = float(case.zero_rule.mean())
    found = compare(
        case.zero_rule,
        case.losses,
        test_share=case.folds[0].test_share,
        confidence=1 - level,
    )
    gain = found.difference
    low, value, high = (bound / base for bound in (gain.low, gain.value, gain.high))
    evidence = (
        f"takes away {value:.1%} of the zero rule's loss ({1 - level:.0%} interval {low:.1%} to "
        f"{high:.1%}, p {found.p_value:.2g})"
    )
    if value > 0 and found.p_value < level:
        return passed(evidence)
    if high < _MATTERS:
        return failed(
            evidence,
            causes=(
                "features and targets of a row don't belong together (a shuffle, a reset index)",
                "a class or a sign is inverted",
                "the features say nothing about the target",
                "the optimiser did not get anywhere",
            ),
            next_step="`make explain ROW=<id>` for three rows, and compare them with the source",
        )
    needed = math.inf if value <= 0 else len(case.train) * ((high - low) / 2 / value) ** 2
    return unclear(evidence, rows_needed=needed)


def finds_a_signal(case: Case) -> CheckResult:
    """Compare the held-out score with that on permuted targets of the same rows."""
    made = case.predict(case.valid)
    seen = agreement(made)
    draw = case.random("finds_a_signal")
    drawn = []
    for _ in range(_PERMUTATIONS):
        order = draw.permutation(len(made.y_true))
        drawn.append(agreement(replace(made, y_true=made.y_true[order])))
    p_value = (1 + sum(value >= seen for value in drawn)) / (_PERMUTATIONS + 1)
    evidence = f"agreement with the truth {seen:.3g}, permutation p {p_value:.2g}"
    if p_value <= case.config.checks.level:
        return passed(evidence)
    spread = float(np.std(drawn))
    needed = len(case.valid) * (3 * spread / seen) ** 2 if seen > 0 else math.inf
    return unclear(f"{evidence}: no more than chance would give", rows_needed=needed)


def has_room_to_learn(case: Case) -> CheckResult:
    """Tell bias from variance: the loss on rows it learnt from beside that on others."""
    trained = np.array([loss(result.train_predictions) for result in case.results])
    found = compare(
        case.losses,
        trained,
        test_share=case.folds[0].test_share,
        confidence=1 - case.config.checks.level,
    )
    base = float(case.zero_rule.mean())
    gap = found.difference.value / base
    words = (
        f"loss {trained.mean() / base:.0%} of the zero rule's on rows it learnt from, "
        f"{case.losses.mean() / base:.0%} on others (gap {gap:.1%}, p {found.p_value:.2g})"
    )
    sure = found.p_value < case.config.checks.level and gap > _MATTERS
    label = "variance: more rows or more regularisation may help" if sure else "no sure gap"
    return decided(
        bool(trained.mean() > 0.99 * case.zero_rule_on_train.mean()),
        f"{words}; {label}",
        causes=(
            "the model can't express the relation: too much regularisation, too few features",
            "the optimiser stopped before it began",
        ),
        next_step="a more flexible model, such as ARGS='model=boosting', on the same rows",
    )
