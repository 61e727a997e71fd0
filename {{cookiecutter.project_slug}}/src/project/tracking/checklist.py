"""What a tracker is told of a walk through the debugging checklist."""

import uuid
from collections import Counter
from typing import Any

import pandas as pd

from ..config import Config
from ..provenance import plain
from .record import Record

_SHOWN = ["failure", "check", "verdict", "evidence", "p_corrected", "waiver", "next_step"]


def checked(found: list[dict[str, Any]], config: Config, run: str = "") -> Record:
    """Make the record of a checklist: how many pass, and the list as a table.

    Parameters
    ----------
    found
        The findings, as `report.checklist.plain` lays them out.
    config
        What was checked.
    run
        The run whose configuration that is; empty for the one of conf/ and ARGS.
    """
    count = Counter("waived" if one["waiver"] else one["verdict"] for one in found)
    return Record(
        # A list has no id of its own: the same configuration is checked again and again.
        id=f"checklist-{uuid.uuid4().hex[:12]}",
        name=f"checklist-{config.model.name}" + (f"-{run[:6]}" if run else ""),
        group="checklist",
        status="finished",
        params=plain(config) | ({"run": run} if run else {}),
        metrics={
            f"checks/{word}": float(count[word])
            for word in ("pass", "fail", "inconclusive", "waived")
        },
        tables={"checklist": pd.DataFrame(found, columns=_SHOWN)},
        kind="check",
    )
