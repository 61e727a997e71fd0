"""What `make bench` measures of the pages: what they add to a run, and a dashboard of many runs."""

import statistics
import time
from pathlib import Path
from typing import Any

from bench_run import called
from browser import browsing

SCRIPT = Path(__file__).with_name("pages_cost.py")
MANY = 1_000
TIMES = 5


def measure(project: Path) -> dict[str, Any]:
    """Measure in a fresh project, which has many runs afterwards.

    Parameters
    ----------
    project
        Its folder; the image is there.

    Returns
    -------
    dict
        Seconds that figures and page add to a run, and that the dashboard of many runs takes to be
        written and to open; its size in megabytes, and that of a run's page in kilobytes.
    """
    called("make", "train", cwd=project)
    (project / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    inside = ("./scripts/container.sh", "python")
    added = statistics.median(
        float(called(*inside, SCRIPT.name, cwd=project)) for _ in range(TIMES)
    )
    (report,) = project.glob("runs/*/report.html")
    called(*inside, "-m", "tests.many", str(MANY), cwd=project)
    start = time.perf_counter()
    called("make", "dashboard", cwd=project)
    written = time.perf_counter() - start
    page = project / "reports" / "dashboard.html"
    return {
        "report_added_s": added,
        "report_kb": report.stat().st_size / 1e3,
        "dashboard_written_s": written,
        "dashboard_opened_s": opened(page),
        "dashboard_mb": page.stat().st_size / 1e6,
    }


def opened(page: Path) -> float:
    """Return the median seconds until a page's table stands there, by the browser's own clock."""
    seconds = []
    with browsing() as browser:
        for _ in range(TIMES):
            with browser.new_context() as context:
                tab = context.new_page()
                tab.goto(page.as_uri())
                entry = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
                seconds.append(float(tab.evaluate(entry)) / 1000)
    return statistics.median(seconds)


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    return (
        f"| figures and page of a run on the bundled table ({found['report_kb']:.0f} kB) | "
        f"{found['report_added_s']:.2f} s | 0.8 s |\n"
        f"| `make dashboard` of {MANY:,} runs ({found['dashboard_mb']:.1f} MB) | "
        f"{found['dashboard_written_s']:.1f} s | |\n"
        f"| opening it in a browser | {found['dashboard_opened_s']:.2f} s | 1 s |\n"
    )
