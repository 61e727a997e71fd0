"""What `make bench` measures of the data stages, on tables of growing length."""

import json
from pathlib import Path
from typing import Any

from bench_run import called, set_data

SCRIPT = Path(__file__).with_name("scale_stages.py")
LENGTHS = (1_000_000, 3_000_000, 10_000_000)
STAGES = ("ingest", "validate", "split")


def measure(project: Path) -> dict[str, Any]:
    """Take the stages of a fresh project through tables of every length, of 20 columns each.

    Returns
    -------
    dict
        `stages`: for each number of rows the megabytes of the CSV, and for each step its seconds
        and the most megabytes of memory that it held.
    """
    (project / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    set_data(project, source="data/source/scale.csv", target="target")
    command = ("./scripts/container.sh", "python", SCRIPT.name, *map(str, LENGTHS))
    return {"stages": json.loads(called(*command, cwd=project).splitlines()[-1])}


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    text = ""
    for length, table in found["stages"].items():
        steps = table["steps"]
        stages = sum(steps[name]["s"] for name in STAGES)
        peak = max(steps[name]["peak_mb"] for name in STAGES)
        bare, whole = steps["bare"]["s"], steps["stages"]["s"]
        text += (
            f"| the three data stages, {int(length) / 1e6:.0f} million rows of 20 columns "
            f"({table['csv_mb']:.0f} MB of CSV) | {stages:.1f} s, {stages / bare:.2f} × a bare "
            f"conversion to Parquet ({bare:.1f} s); with DVC's checksums and copies "
            f"{whole / bare:.2f} × | 2.5 × |\n"
            f"| their peak memory | {peak:.0f} MB | 1500 MB |\n"
        )
    return text
