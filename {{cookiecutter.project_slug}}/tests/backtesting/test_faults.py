"""Every planted fault is found and named, and nothing else is blamed for it."""

import pytest

from project.backtesting import backtest as module

from .faults import FAULTS, plant
from .production import configure, judged, model, only_coverage, wrong

CASES = [(name, task) for name, one in FAULTS.items() for task in one.tasks]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_a_planted_fault_is_found_and_named(
    name: str, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "evaluate", only_coverage)
    config, fault = configure(task), FAULTS[name]
    known = model(config)
    findings, _ = judged(plant(name, known, config), known, config)
    told = " ".join([findings[fault.finding].evidence, *findings[fault.finding].more])
    assert fault.finding in wrong(findings), findings
    for word in fault.words:
        assert word in told
    assert wrong(findings) <= {fault.finding, *fault.also}, findings
