"""Tries, from inside of a container, all that it must not do; prints as JSON what it could.

    python attack.py <address of the host> <port on which somebody listens there>

Of each attack: true where it worked, else a text that begins with "no".
"""

import ctypes
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

CLOSED = [
    *("/", "/etc", "/usr", "/opt/venv", "/opt/venv/bin", "/root", "/home", "/var", "/boot"),
    *("/run", "/sys", "/sys/fs/cgroup", "/proc/sys/kernel"),
]
TMP = os.environ["HOME"]  # a disk in memory
OPEN = ["/project", TMP]
SOCKETS = [
    *("/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock"),
    "/run/containerd/containerd.sock",
]
BLOCK_DEVICE, REMOUNT = 0o60600, 32
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
libc = ctypes.CDLL(None, use_errno=True)


def call(function: str, *arguments: object) -> None:
    """Call a function of the C library, and raise what it says went wrong."""
    if getattr(libc, function)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), function)


def write(folder: str) -> None:
    """Leave a file in a folder, and remove it."""
    file = Path(folder, "was-here")
    file.write_text("x")
    file.unlink()


def connect(host: str, port: int) -> None:
    """Reach somebody."""
    socket.create_connection((host, port), timeout=3).close()


def give_away() -> None:
    """Make a file, and give it to somebody else."""
    Path(TMP, "mine").touch()
    os.chown(Path(TMP, "mine"), 12345, 12345)


ATTACKS: dict[str, Callable[[], object]] = {
    "remount the root": lambda: call("mount", b"none", b"/", None, REMOUNT, None),
    "mount": lambda: call("mount", b"tmpfs", TMP.encode(), b"tmpfs", 0, None),
    "a device": lambda: os.mknod(f"{TMP}/disk", BLOCK_DEVICE, os.makedev(8, 0)),
    "become another": lambda: os.setuid(0 if os.getuid() else 1),
    "change the owner": give_away,
    "chroot": lambda: os.chroot(TMP),
    "a namespace of its own": lambda: call("unshare", 0x40000000),
    "the host's name": lambda: socket.sethostname("x"),
    "the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "kernel messages": lambda: Path("/dev/kmsg").open().close(),
    "memory of the machine": lambda: Path("/dev/mem").open().close(),
    "reach the internet": lambda: connect("93.184.216.34", 80),
    "reach the host": lambda: connect(sys.argv[1], int(sys.argv[2])),
    "reach the metadata of a cloud": lambda: connect("169.254.169.254", 80),
    "resolve a name": lambda: socket.getaddrinfo("example.org", 80),
}


def main() -> None:
    """Try everything; chroot and the user are last, since what follows would be another's."""
    found: dict[str, object] = {}
    last = ("chroot", "become another")
    tries = {f"write {folder}": folder for folder in CLOSED + OPEN}
    attacks: dict[str, Callable[[], object]] = {
        name: partial(write, folder) for name, folder in tries.items()
    }
    attacks |= {name: attack for name, attack in ATTACKS.items() if name not in last}
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
    )
    found["interfaces"] = sorted(name for _, name in socket.if_nameindex())
    found["sockets"] = [path for path in SOCKETS if Path(path).exists()]
    found["capabilities"] = [status[kind] for kind in CAPABILITIES]
    found["no new privileges"] = status["NoNewPrivs"]
    found["processes"] = sum(path.name.isdigit() for path in Path("/proc").iterdir())
    found["environment"] = sorted(os.environ)
    for name, attack in {**attacks, **{name: ATTACKS[name] for name in last}}.items():
        try:
            attack()
            found[name] = True
        except OSError as error:
            found[name] = f"no: {type(error).__name__} {error}"
    print(json.dumps(found))


if __name__ == "__main__":
    main()
