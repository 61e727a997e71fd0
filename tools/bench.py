"""Measure what the README promises about time and size, and write the table into it.

    make bench                          everything
    make bench ARGS="checks tracking"   training and the image, and these parts; the others stay

Renders a project, trains in it, and compares each command with a bare equivalent in the same run:
medians of whole processes, on whatever machine this is. Nothing here passes or fails.
"""

import json
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bench_checks
import bench_compute
import bench_data
import bench_evaluation
import bench_pages
import bench_reproduce
import bench_serving
import bench_tracking
import bench_tune
from bench_run import ROOT, called, copy_template, render

TIMES = 5
ENGINE = os.environ["ENGINE"].split()
BARE = ROOT / "tools" / "bare_train.py"
# In the order of their rows in the table.
PARTS = {
    "reproduce": bench_reproduce,
    "data": bench_data,
    "checks": bench_checks,
    "tune": bench_tune,
    "evaluation": bench_evaluation,
    "serving": bench_serving,
    "compute": bench_compute,
    "tracking": bench_tracking,
    "pages": bench_pages,
}
FILE = ROOT / "docs" / "benchmark.json"
BEGIN, END = "<!-- written by make bench -->\n", "<!-- end of what make bench writes -->"


def median(action: Callable[[int], object]) -> float:
    """Return the median seconds of an action, called with 0, 1, 2 and so on."""
    seconds = []
    for turn in range(TIMES):
        start = time.perf_counter()
        action(turn)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def size_of(image: str) -> int:
    """Return an image's size in bytes, uncompressed."""
    return int(called(*ENGINE, "image", "inspect", "--format", "{{.Size}}", image, cwd=ROOT))


def measure(folder: Path, wanted: list[str]) -> dict[str, Any]:
    """Measure training, the image and some parts; by name: seconds, megabytes, ratios."""
    copy = copy_template(folder)
    found: dict[str, Any] = {"render_s": median(lambda turn: render(copy, folder / f"out{turn}"))}
    project = folder / "out0" / "my-ml-project"
    image = called("make", "-s", "image", cwd=project).strip()
    called("make", "train", cwd=project)
    (project / "bare_train.py").write_bytes(BARE.read_bytes())
    bare = median(
        lambda _: called("./scripts/container.sh", "python", "bare_train.py", cwd=project)
    )
    new = median(lambda turn: called("make", "train", f"ARGS=seed={turn + 1}", cwd=project))
    again = median(lambda _: called("make", "train", cwd=project))

    def fresh(name: str) -> Path:
        return render(copy, folder / name)

    measured: dict[str, Callable[[], dict[str, Any]]] = {
        "reproduce": lambda: bench_reproduce.measure(project, median),
        "data": lambda: bench_data.measure(fresh("scale")),
        "checks": lambda: bench_checks.measure(project, fresh("checks"), median),
        "tune": lambda: bench_tune.measure(project),
        "evaluation": lambda: bench_evaluation.measure(fresh("evaluation")),
        "serving": lambda: bench_serving.measure(fresh("serving")),
        "compute": lambda: bench_compute.measure(fresh("workers")),
        "tracking": lambda: bench_tracking.measure(project, median),
        "pages": lambda: bench_pages.measure(fresh("pages")),
    }
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for name in wanted:
        # Kept at once: a part that fails takes nothing with it.
        keep(measured[name](), {name: today})
    source = project / "src" / "project" / "train.py"
    source.write_text(source.read_text() + "# an edit\n")
    rebuilt = called("make", "-s", "image", cwd=project).strip() != image
    base = os.environ["BASE_IMAGE"]
    sizes = called(
        *("./scripts/container.sh", "sh", "-c"),
        "du -sm /opt/venv/lib/python3*/site-packages/* | sort -rn | head -n 6",
        cwd=project,
    )
    return {
        **found,
        "bare_s": bare,
        "train_new_seed_s": new,
        "train_unchanged_s": again,
        "rebuilt_after_edit": rebuilt,
        "image_over_base_mb": (size_of(image) - size_of(base)) / 1e6,
        "biggest_mb": {Path(p).name: int(mb) for mb, p in map(str.split, sizes.splitlines())},
        "base_image": base,
        "machine": f"{os.cpu_count()} cores, {processor()}, {platform.system()}",
        "date": today,
    }


def keep(found: dict[str, Any], parts: dict[str, str]) -> dict[str, Any]:
    """Add figures to docs/benchmark.json, with the day of each part; return all that it holds."""
    before = json.loads(FILE.read_text())
    whole: dict[str, Any] = before | found | {"parts": before["parts"] | parts}
    FILE.write_text(json.dumps(whole, indent=2) + "\n")
    return whole


def processor() -> str:
    """Return the name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))


def table(found: dict[str, Any]) -> str:
    """Lay the figures out in Markdown, beside what they are wanted to be."""
    bare, new, again = (found[f"{key}_s"] for key in ("bare", "train_new_seed", "train_unchanged"))
    parts = ", ".join(f"{name} {mb}" for name, mb in found["biggest_mb"].items())
    more = "".join(part.rows(found) for name, part in PARTS.items() if name in found["parts"])
    builds = "needed" if found["rebuilt_after_edit"] else "none"
    return f"""
| measured on {found["machine"]}, {found["date"]}; medians of {TIMES} | figure | bound |
| --- | --- | --- |
| rendering a project | {found["render_s"]:.2f} s | 0.8 s |
| a bare script in the same container: read the CSV, fit, pickle | {bare:.2f} s | |
| `make train` with a new seed | {new:.2f} s, {new / bare:.2f} × bare | |
| its overhead over the bare script | {new - bare:.2f} s | 4 s |
| `make train` with nothing changed | {again:.2f} s, {again / bare:.2f} × bare | 2.5 s |
{more}| building the image after an edit of the code | {builds} | none |
| image over its base, uncompressed | {found["image_over_base_mb"]:.0f} MB | 750 MB |
| biggest packages, MB | {parts} | |

"""


def main() -> None:
    """Measure, and write docs/benchmark.json and the table of README.md."""
    wanted = sys.argv[1:] or list(PARTS)
    if not set(wanted) <= set(PARTS):
        raise SystemExit(f"error: the parts of make bench are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as folder:
        found = keep(measure(Path(folder), wanted), {})
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    block = f"{BEGIN}{table(found)}{END}"
    text, count = re.subn(
        re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: block, text, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit("error: README.md has no place for the table of make bench")
    readme.write_text(text, encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
