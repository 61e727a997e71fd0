"""Send to a server of Weights & Biases the runs that it does not have yet.

    make sync       can be repeated; what has arrived is asked of the server, since `wandb sync`
                    exits with 0 also where an upload failed

Reads wandb/; a run that has arrived whole gets the mark `arrived` in its folder. Exits with 1 where
one has not.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .. import errors
from ..paths import PROJECT
from .server import VIEWER, Server

MARK = "arrived"
_TIMEOUT_S = 10.0


def waiting(root: Path) -> list[Path]:
    """List the local runs that are not known to have arrived."""
    folders = {file.parent for file in (root / "wandb").glob("*run-*-*/*.wandb")}
    return [run for run in sorted(folders) if not (run / MARK).exists()]


def sync(root: Path, server: Server) -> list[str]:
    """Send what is not there, and return what has not arrived, one sentence for each run."""
    runs = waiting(root)
    missing = [run for run in runs if not _arrived(run, server)]
    if missing:
        send(missing, server)
    left = [sentence for run in missing if (sentence := lacking(run, server))]
    for run in missing:
        _arrived(run, server)
    print(f"{len(missing) - len(left)} runs sent to {server.url}, {len(runs) - len(missing)} there")
    return left


def _arrived(run: Path, server: Server) -> bool:
    if lacking(run, server):
        return False
    (run / MARK).write_text(f"{server.url}\n")
    return True


def send(runs: list[Path], server: Server) -> None:
    """Let wandb send runs; it is stopped when the server no longer answers.

    Raises
    ------
    RemoteError
        When it does not.
    """
    command = ["wandb", "sync", "--yes", "--include-online", "--include-synced", *map(str, runs)]
    with subprocess.Popen(  # noqa: S603 -- our own words, and no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            while True:
                try:
                    process.communicate(timeout=_TIMEOUT_S)
                except subprocess.TimeoutExpired:
                    server.ask(VIEWER)
                else:
                    return
        finally:
            process.kill()


def lacking(run: Path, server: Server) -> str:
    """Say in a sentence what the server lacks of a run; nothing where it has all of it."""
    wanted = local(run)
    if wanted is None:
        return f"{run.name} can't be read"
    found = server.run(wanted["project"], wanted["id"], wanted["entity"])
    if found is None:
        return f"{run.name}: the server has no such run"
    if found["steps"] < wanted["steps"]:
        return f"{run.name}: {found['steps']} of {wanted['steps']} steps have arrived"
    for name, value in wanted["summary"].items():
        if isinstance(value, int | float | str) and not _same(found["summary"].get(name), value):
            return f"{run.name}: {name} is {found['summary'].get(name)} there and {value} here"
    for name, digest in wanted["artifacts"].items():
        if found["artifacts"].get(digest) != "COMMITTED":
            return f"{run.name}: artifact {name} has not arrived"
    return ""


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    return one == other


def local(run: Path) -> dict[str, Any] | None:
    """Read what a local run holds, by wandb's own reader; None where it can't."""
    lines = [json.loads(line) for line in _inspect(run).splitlines()]
    start = next((line["run"] for line in lines if line["type"] == "run"), None)
    if start is None:
        return None
    summary = json.loads(_inspect(run, "--summary"))["summary"]
    artifacts = [line["artifact"] for line in lines if line["type"] == "artifact"]
    return {
        "id": start["run_id"],
        "project": start.get("project", "uncategorized"),
        "entity": start.get("entity", ""),
        "steps": sum(line["type"] == "history" for line in lines),
        "summary": {k: v for k, v in summary.items() if not k.startswith("_")},
        "artifacts": {a["name"]: a["digest"] for a in artifacts},
    }


def _inspect(run: Path, *options: str) -> str:
    command = ["wandb", "leet", "inspect", *options, "--json", str(run)]
    return subprocess.run(  # noqa: S603 -- our own words, and no shell
        command, capture_output=True, text=True, check=False
    ).stdout


def _main() -> None:
    from .wandb import at_home

    at_home(PROJECT.root)
    start = time.monotonic()
    left = sync(PROJECT.root, Server(_TIMEOUT_S))
    for sentence in left:
        print(f"not arrived: {sentence}", file=sys.stderr)
    if left:
        print(f"run `make sync` again; {time.monotonic() - start:.0f} s", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    errors.run(_main)
