"""A log in which nothing is wrong is seldom blamed: at most as often as the level says."""

import pytest
from scipy import stats

from project.backtesting import backtest as module

from .production import clean, configure, judged, model, only_coverage, wrong

# Of 150 logs of each task, 5 with classes and 4 with quantities raised an alarm.
LOGS, LEVEL = 80, 0.05
# More false alarms would occur once in a thousand at the level.
MOST = int(stats.binom.ppf(0.999, LOGS, LEVEL))


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_clean_logs_seldom_raise_an_alarm(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "evaluate", only_coverage)
    config = configure(task, f"backtest.level={LEVEL}", "backtest.period=150")
    alarms = []
    for seed in range(LOGS):
        known = model(config, seed=2 * seed)
        findings, _ = judged(clean(known, config, seed=2 * seed + 1), known, config)
        alarms.append(wrong(findings))
    blamed = [one for one in alarms if one]
    print(
        f"{task}: {len(blamed)} of {LOGS} clean logs raise an alarm at the level {LEVEL}: {blamed}"
    )
    assert len(blamed) <= MOST, blamed


def test_without_correction_most_clean_logs_would_raise_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "evaluate", only_coverage)
    for name in ("drift", "quality", "truth", "age", "slices", "conclusions"):
        place = f"project.backtesting.{name}.corrected"
        monkeypatch.setattr(place, lambda p_values: p_values, raising=True)
    config = configure("classification", f"backtest.level={LEVEL}", "backtest.period=150")
    count = 0
    for seed in range(20):
        known = model(config, seed=2 * seed)
        findings, _ = judged(clean(known, config, seed=2 * seed + 1), known, config)
        count += bool(wrong(findings))
    assert count > 10
