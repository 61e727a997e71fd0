"""Read the files of a run that are text: each is as a training writes it, or refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import RunError
from .runs import FOLDS, LOG, METRICS, read_json
from .shape import Wanted, fits, misshapen

_NUMBER = (int, float, type(None))
_SHAPE: Wanted = {
    "confidence": float,
    "metrics": list,
    "splits.train.rows": int,
    "splits.valid.rows": int,
    "splits.train.figures.model": dict,
    "splits.valid.figures.model": dict,
    "splits.valid.gains.model": dict,
}
_METRIC: Wanted = {"name": str, "higher_is_better": bool}
_ESTIMATE: Wanted = {"value": _NUMBER, "low": _NUMBER, "high": _NUMBER}
_FIGURES: dict[str, Wanted] = {"train": {"value": _NUMBER}, "valid": _ESTIMATE}
_LISTS = ("metrics", "train_metrics")


def read_metrics(folder: Path) -> dict[str, Any]:
    """Read a run's metrics.

    Raises
    ------
    RunError
        When they can't be read, or lack what a training writes.
    """
    return _read(folder, METRICS, _wrong_metrics)


def read_folds(folder: Path) -> dict[str, Any]:
    """Read the figures of a run's folds.

    Raises
    ------
    RunError
        When they can't be read, or lack what a training writes.
    """
    return _read(folder, FOLDS, _wrong_folds)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Read the records of a run's log.

    Raises
    ------
    RunError
        When a line is not one that a training writes.
    """
    found = []
    text = (folder / LOG).read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise _damaged(folder, LOG, f"has no record in line {number}")
        found.append(record)
    return found


def _read(folder: Path, name: str, wrong: Any) -> dict[str, Any]:
    try:
        content = read_json(folder / name)
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, name, f"can't be read ({error})") from None
    first = next(wrong(content), None)
    if first:
        raise _damaged(folder, name, first)
    found: dict[str, Any] = content
    return found


def _damaged(folder: Path, name: str, what: str) -> RunError:
    return RunError(
        f"runs/{folder.name}/{name} {what}: restore it from a copy, or remove the folder and "
        "train again"
    )


def _wrong_metrics(content: Any) -> Iterator[str]:
    if wrong := misshapen(content, _SHAPE):
        yield wrong
        return
    told = [misshapen(one, _METRIC) for one in content["metrics"]]
    yield from filter(None, told or ["names no metric"])
    if not any(told):
        for split, wanted in _FIGURES.items():
            yield from _wrong_figures(content["splits"][split]["figures"], content, wanted)
        yield from _wrong_figures(content["splits"]["valid"]["gains"], content, _ESTIMATE)


def _wrong_figures(figures: dict[str, Any], content: Any, wanted: Wanted) -> Iterator[str]:
    for model, of in figures.items():
        for metric in content["metrics"]:
            figure = of.get(metric["name"]) if isinstance(of, dict) else None
            wrong = misshapen(figure, wanted) or _wrong_way_round(figure)
            if wrong:
                yield f"{wrong} for {metric['name']} of {model}"


def _wrong_way_round(figure: Any) -> str | None:
    low, high = figure.get("low"), figure.get("high")
    return "has a low above its high" if None not in (low, high) and low > high else None


def _wrong_folds(content: Any) -> Iterator[str]:
    for key in _LISTS:
        lists = content.get(key) if isinstance(content, dict) else None
        if not isinstance(lists, dict):
            yield f"has no {key}"
            return
        for metric, values in lists.items():
            if not isinstance(values, list) or not all(fits(value, _NUMBER) for value in values):
                yield f"has odd figures of {metric}"
