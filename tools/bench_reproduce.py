"""What `make bench` measures of naming runs, checking them and repeating them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_run import called

SCRIPT = Path(__file__).with_name("identity_cost.py")
# A forest of the shipped size on as many rows as take about a minute.
MINUTE = ("forest", "350000", "200", "1")
SMALL = ("logistic", "0", "0", "5")


def measure(project: Path, median: Callable[[Callable[[int], object]], float]) -> dict[str, Any]:
    """Measure in a project that has trained.

    Parameters
    ----------
    project
        Its folder; the image is there.
    median
        Returns the median seconds of an action that is called with 0, 1, 2 and so on.

    Returns
    -------
    dict
        Seconds of the added steps on the bundled table, the same of a training of a minute, and
        of `make reproduce` of the last run.
    """
    (project / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    return {
        "identity_small_s": cost(project, SMALL),
        "identity_minute_s": cost(project, MINUTE),
        "reproduce_s": median(lambda _: called("make", "reproduce", cwd=project)),
        "train_same_s": median(lambda turn: again(project, turn)),
        "snapshot_s": snapshot(project, median),
    }


def snapshot(project: Path, median: Callable[[Callable[[int], object]], float]) -> float:
    """Return the seconds of keeping an edit of one file, as between two commits."""
    who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    called("git", "add", "--all", cwd=project)
    called("git", *who, "commit", "--quiet", "--message", "First", cwd=project)
    with (project / "src/project/train.py").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    head = called("git", "rev-parse", "HEAD", cwd=project).strip()
    return median(lambda _: called("./scripts/snapshot.sh", head, "", cwd=project))


def again(project: Path, turn: int) -> None:
    """Train with a seed that no other part of the benchmark has."""
    called("make", "train", f"ARGS=seed={1000 + turn}", cwd=project)


def cost(project: Path, arguments: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds of training, and of each step around it."""
    command = ("./scripts/container.sh", "env", "OMP_NUM_THREADS=1", "python", SCRIPT.name)
    found: dict[str, float] = json.loads(called(*command, *arguments, cwd=project).splitlines()[-1])
    return found


def rows(found: dict[str, Any]) -> str:
    """Lay the figures out as rows of the table in README.md."""
    small, minute = found["identity_small_s"], found["identity_minute_s"]
    training = minute["training"]
    added, more = (sum(one.values()) - one["training"] for one in (small, minute))
    again, trained = found["reproduce_s"], found["train_same_s"]
    return (
        f"| identity, manifest and fingerprint of a run on the bundled table | "
        f"{added * 1000:.0f} ms | 150 ms |\n"
        f"| the same of a training of {training:.0f} s | {more:.2f} s, "
        f"{more / training:.1%} | 3 % |\n"
        f"| keeping an edit that is in no commit | {found['snapshot_s'] * 1000:.0f} ms | 50 ms |\n"
        f"| `make reproduce` of one run | {again:.2f} s, {again / trained:.2f} × training | "
        "1.3 × |\n"
    )
