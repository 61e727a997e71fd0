"""A Docker daemon of a test's own, to be killed, in namespaces that the machine's never sees."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The first process of the namespaces; with its end the kernel ends the rest, mounts and all.
# A daemon that was killed leaves it the processes of its containers.
FIRST = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
while True:
    signal.sigwait({signal.SIGCHLD})
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        continue
"""
# Its images are in memory, so that all of them are gone with the namespace.
MOUNTED = """
set -e
mkdir "$0"
mount -t tmpfs -o size=4g tmpfs "$0"
mount -t tmpfs tmpfs /run/containerd
exec "$1" -c "$2"
"""
PATIENCE_S = 120


def child_of(process: subprocess.Popen[bytes]) -> int:
    """Return the one child of a process, as soon as there is one."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + PATIENCE_S
    while not (found := children.read_text().split()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(found[0])


class OwnEngine:
    """A daemon with its own images and its own socket, network, mounts and processes.

    Attributes
    ----------
    command
        What reaches it, for `ENGINE`.
    """

    def __init__(self, client: str) -> None:
        assert os.geteuid() == 0, "a daemon of one's own takes root, which CI is"
        # Paths of sockets must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="engine-"))
        self.command = f"{client} -H unix://{self.folder}/sock"
        self.holder = subprocess.Popen(
            [
                *("unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"),
                *("sh", "-c", MOUNTED, str(self.folder / "data"), sys.executable, FIRST),
            ]
        )
        self.first = child_of(self.holder)
        deadline = time.monotonic() + PATIENCE_S
        while b"python" not in Path(f"/proc/{self.first}/cmdline").read_bytes().split(b"\0")[0]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self.start()

    def start(self) -> None:
        """Start the daemon, and wait until it answers."""
        options = {
            "data-root": self.folder / "data",
            "exec-root": self.folder / "exec",
            "pidfile": self.folder / "pid",
            "host": f"unix://{self.folder}/sock",
        }
        given = [f"--{name}={value}" for name, value in options.items()]
        with (self.folder / "log").open("ab") as log:
            self.entered = subprocess.Popen(
                [
                    *("nsenter", "--target", str(self.first), "--net", "--mount", "--pid"),
                    *("dockerd", *given, "--bridge=none", "--iptables=false", "--ip-forward=false"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
            )
        self.daemon = child_of(self.entered)
        deadline = time.monotonic() + PATIENCE_S
        while self.ask("info").returncode:
            assert self.entered.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Hand a command to its client."""
        command = [*self.command.split(), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def kill(self, how: signal.Signals) -> None:
        """Send the daemon a signal, and wait for its end, and that of its containerd."""
        # The kernel ends it with the daemon, but not at once: the next one would take it for alive.
        threads = Path(f"/proc/{self.daemon}/task").iterdir()
        children = [pid for one in threads for pid in (one / "children").read_text().split()]
        os.kill(self.daemon, how)
        self.entered.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while any(Path("/proc", pid).exists() for pid in children):
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def remove(self) -> None:
        """End it and all that it started, and remove what it kept."""
        os.kill(self.first, signal.SIGKILL)
        self.holder.wait(PATIENCE_S)
        self.entered.wait(PATIENCE_S)
        shutil.rmtree(self.folder)
