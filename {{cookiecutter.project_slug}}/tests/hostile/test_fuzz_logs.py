"""Odd production logs are read, or refused in one sentence; hypothesis draws."""

import functools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.backtesting.known import Known
from project.backtesting.reading import read_log, rules_of
from project.backtesting.served import sort_out
from project.config import Config
from project.serving import log

from ..backtesting.production import clean, configure, model
from .test_fuzz import JSON, ends_well
from .test_fuzz_inputs import CELLS, EASY

ROWS = 12
TIMES = st.sampled_from(
    [
        *("2026-01-01", "2026-01-01T00:00:00Z", "2026-13-01", "1e9", "99999-01-01", "0001-01-01"),
        *("2026-01-01T00:00:00+14:00", "2026-06-31T25:61:00", "now", "", "NaT", "1767225600"),
    ]
)


@functools.cache
def case() -> tuple[Config, Known, pd.DataFrame]:
    """A configuration, a model, and a log of its answers in which nothing is wrong."""
    config = configure("classification")
    known = model(config, rows=200)
    whole = clean(known, config, rows=ROWS).astype(object)
    return config, known, whole.where(whole.notna(), None)


def read(file: Path) -> None:
    """Read a log as the command does."""
    config, known, _ = case()
    wanted, maybe = rules_of(known.schema, config.data.target, known.classes)
    sort_out(read_log(file, wanted, maybe), file, known, config)


@pytest.mark.fuzz
@EASY
@given(data=st.data(), ending=st.sampled_from(["csv", "jsonl"]))
def test_any_log(tmp_path: Path, data: st.DataObject, ending: str) -> None:
    rows: list[dict[Any, Any]] = case()[2].to_dict("records")
    names = list(rows[0])
    for _ in range(data.draw(st.integers(1, 5))):
        name = data.draw(st.sampled_from(names))
        odd = TIMES if name == log.TIME else JSON if ending == "jsonl" else CELLS
        rows[data.draw(st.integers(0, ROWS - 1))][name] = data.draw(odd)
    if data.draw(st.integers(0, 5)) == 0:
        gone = data.draw(st.sampled_from(names))
        rows = [{name: row[name] for name in names if name != gone} for row in rows]
    file = tmp_path / f"log.{ending}"
    if ending == "csv":
        pd.DataFrame(rows).to_csv(file, index=False)
    else:
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    content = file.read_bytes()
    place = data.draw(st.integers(0, len(content)))
    if data.draw(st.booleans()):
        content = content[:place] + data.draw(st.binary(max_size=6)) + content[place:]
    file.write_bytes(content if data.draw(st.integers(0, 4)) else content[:place])
    ends_well(lambda: read(file))
