"""Ways to break a project at work: its container killed at a moment, its disk full."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest
from engine import Outcome

PATIENCE_S = 120


def container_pid(project: Path) -> int:
    """Return the process of a project's container on this machine; 0 where none runs."""
    for container in docker.from_env().containers.list(ignore_removed=True):
        if str(project) in [mount["Source"] for mount in container.attrs["Mounts"]]:
            return int(container.attrs["State"]["Pid"])
    return 0


def kill_when(project: Path, reached: Callable[[], object], *arguments: str) -> None:
    """Start make, and kill its container as soon as something is reached."""
    command = ["make", "--no-print-directory", *arguments]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        deadline = time.monotonic() + PATIENCE_S
        pid = 0
        # Without a pause: some files are there for a moment only.
        while time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()[0]
            if not pid:
                pid = container_pid(project)
            elif reached():
                # Its init; the kernel kills the rest with it, and `docker kill` would take longer.
                os.kill(pid, signal.SIGKILL)
                break
        else:
            pytest.fail(f"make {' '.join(arguments)} did not come so far")
        assert process.wait(PATIENCE_S) != 0


@contextmanager
def little_space(folder: Path, bytes_left: int) -> Iterator[None]:
    """Put a folder on a disk of its own that has little space; `make_room` gives it more."""
    assert os.geteuid() == 0, "mounting a small disk takes root, which CI is"
    folder.mkdir(exist_ok=True)
    kept = folder.with_name(f"{folder.name}-kept")
    shutil.copytree(folder, kept, symlinks=True)
    # Counted in pages, as the disk does.
    pages = sum(-(-file.stat().st_size // 4096) + 1 for file in kept.rglob("*"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", folder], check=True)
    try:
        shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
        resize(folder, 4096 * pages + bytes_left)
        yield
        shutil.rmtree(kept)
        shutil.copytree(folder, kept, symlinks=True)
    finally:
        subprocess.run(["umount", folder], check=True)
        shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(kept)


def resize(disk: Path, size: int) -> None:
    """Make a small disk larger or smaller."""
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def make_room(disk: Path) -> None:
    """Give a small disk all the space that is needed."""
    resize(disk, 1 << 30)


def told_full(done: Outcome) -> None:
    """Check that a full disk was told in one sentence."""
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    assert "the disk is full" in done.sentence
    assert "free some space" in done.sentence
