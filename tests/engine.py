"""The engine as the tests see it: what ran, as whom, and with what it was let to do."""

import ipaddress
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import docker.errors

# Seconds until a command is taken to hang: four times what the longest, the project's own tests,
# takes on two quiet cores.
_LONGEST = 2400


@dataclass
class Container:
    """One container that ran while somebody watched."""

    image: str
    command: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    exit_code: int | None = None


@dataclass
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line that tells the user what is wrong."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, f"not one sentence but {lines} in:\n{self.out}\n{self.err}"
        return lines[0]


def make(
    project: Path, *arguments: str, uid: int | None = None, env: dict[str, str] | None = None
) -> Outcome:
    """Run make in a project, as another user where one is given."""
    return _run(
        ["make", "--no-print-directory", *arguments],
        cwd=project,
        env={**os.environ, **(env or {})},
        user=uid,
        group=uid,
        extra_groups=[docker_group()] if uid is not None else None,
    )


def inside(project: Path, *command: str, **env: str) -> Outcome:
    """Run a command in a project's container, with TARGET and the like in the environment."""
    script = str(project / "scripts/container.sh")
    return _run([script, *command], cwd=project, env={**os.environ, **env})


def _run(command: list[str], **how: Any) -> Outcome:
    """Run a command; what it had said is told where it hangs."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST,
            **how,
        )
    except subprocess.TimeoutExpired as late:
        said = b"\n".join(part or b"" for part in (late.stdout, late.stderr))[-3000:]
        raise AssertionError(f"{late}; it said {said.decode(errors='replace')}") from None
    return Outcome(done.returncode, done.stdout, done.stderr)


def tracked(project: Path, folder: Path) -> dict[str, Any]:
    """Read what Weights & Biases keeps of a run on this disk, by its own reader."""
    words = ("wandb", "leet", "inspect", "--summary", "--json", f"wandb/{folder.name}")
    done = inside(project, *words)
    assert done.code == 0, done.out + done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def at_once(project: Path, *targets: Sequence[str]) -> list[Outcome]:
    """Run make several times at once, and wait for all of them."""
    with ThreadPoolExecutor(len(targets)) as pool:
        return list(pool.map(lambda words: make(project, *words), targets))


def gateway() -> str:
    """Return the address by which containers reach this machine."""
    pool = docker.from_env().networks.get("bridge").attrs["IPAM"]["Config"][0]
    # An engine that has just made the network may not name it: it takes the first of the pool.
    return pool.get("Gateway") or str(next(ipaddress.ip_network(pool["Subnet"]).hosts()))


def let_in(folder: Path) -> None:
    """Let other users reach a folder below pytest's own, which is closed to them."""
    for parent in (folder, *folder.parents):
        if parent == Path(tempfile.gettempdir()):
            return
        parent.chmod(0o755)


def docker_group() -> int:
    """Return the group that may use the engine's socket."""
    return Path("/var/run/docker.sock").stat().st_gid


def succeed(
    project: Path, *arguments: str, uid: int | None = None, env: dict[str, str] | None = None
) -> str:
    """Run make and return what it printed; fail with all of it when it does."""
    done = make(project, *arguments, uid=uid, env=env)
    assert done.code == 0, done.out + done.err
    return done.out


@contextmanager
def watched(project: Path) -> Iterator[list[Container]]:
    """Collect the containers that start meanwhile with a project mounted."""
    client = docker.from_env()
    seen: dict[str, Container] = {}
    events = client.events(decode=True, filters={"type": "container"})
    ended = threading.Event()

    def follow() -> None:
        for event in events:
            if event["status"] == "start":
                try:
                    attributes = client.containers.get(event["id"]).attrs
                except docker.errors.NotFound:
                    continue  # another test's, gone already
                mounts = [mount["Source"] for mount in attributes["Mounts"]]
                if str(project) in mounts:
                    config = attributes["Config"]
                    seen[event["id"]] = Container(config["Image"], config["Cmd"], attributes)
            elif event["status"] == "die" and event["id"] in seen:
                seen[event["id"]].exit_code = int(event["Actor"]["Attributes"]["exitCode"])
        ended.set()

    threading.Thread(target=follow, daemon=True).start()
    found: list[Container] = []
    try:
        yield found
    finally:
        events.close()
        ended.wait(10)
        found.extend(seen.values())
