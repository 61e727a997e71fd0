"""The least that a manifest must have."""

from typing import Any

CONFIG = {
    "seed": 0,
    "compute": {},
    "evaluation": {"resamples": 100},
    "model": {"name": "logistic"},
    "data": {"source": "t.csv", "target": "kind", "task": "classification", "split": {}},
}


def least(**changes: Any) -> dict[str, Any]:
    """Return a manifest without a file or a seal, with some of its parts replaced."""
    return {
        "run_id": "abc",
        "finished": "2026-01-01T00:00:00.000000Z",
        "inputs": {"config": CONFIG, "data": {}, "code": "0", "lock": "0", "python": "3.13.5"},
        "circumstances": {"git_commit": None, "base_image": None},
        "outputs": {"fingerprint": "0"},
        "timings": {"fit_s": 1.0, "total_s": 1},
        **changes,
    }
