"""Engines and other programs as they answer, for states of a machine that can't be had here."""

import shlex
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

# Programs that the scripts take from the machine: a POSIX system's, and git.
TOOLS = (
    *(
        "awk",
        "basename",
        "cat",
        "chmod",
        "chown",
        "cksum",
        "cp",
        "cut",
        "date",
        "dirname",
        "echo",
        "env",
    ),
    *("find", "git", "grep", "head", "id", "kill", "ls", "mkdir", "mktemp", "mv", "printenv", "rm"),
    *("rmdir", "sed", "sh", "sha256sum", "sleep", "tail", "timeout", "touch", "tr", "uname"),
    "xargs",
)


@dataclass
class Engine:
    """A client as it answers.

    Attributes
    ----------
    version
        What `--version` prints.
    info, buildx, image, build, run, pull, import_, compose, network, events
        Shell commands: what these subcommands do.
    """

    version: str = "Docker version 27.1.1, build 6312585"
    info: str = "echo Server Version: 27.1"
    buildx: str = "echo v0.16"
    image: str = "echo sha256:0123 sha256:4567"
    build: str = "true"
    run: str = "true"
    pull: str = "true"
    import_: str = "true"
    compose: str = "exit 1"
    network: str = "true"
    events: str = "true"

    def script(self, log: Path) -> str:
        """Write a program that answers so, and notes what it is asked."""
        cases = [
            f"{field.name.rstrip('_')}) {getattr(self, field.name)} ;;"
            for field in fields(self)
            if field.name != "version"
        ]
        told = f"--version) echo {shlex.quote(self.version)} ;;"
        lines = [f'echo "$@" >>{shlex.quote(str(log))}', 'case "$1" in', told, *cases, "esac"]
        return "\n".join(lines)


DENIED = Engine(info="echo 'permission denied while trying to connect' >&2; exit 1")
STOPPED = Engine(info="echo 'Cannot connect to the Docker daemon' >&2; exit 1")
PODMAN = Engine(info="echo 'rootless: false'", version="podman version 4.3.1")
ROOTLESS_PODMAN = Engine(info="echo 'rootless: true'", version="podman version 4.3.1")
NO_PLUGIN = Engine(buildx="exit 1")


def machine(folder: Path, **programs: str) -> Path:
    """Make a folder for the PATH that holds the usual tools, and programs from their shell text."""
    folder.mkdir()
    for tool in TOOLS:
        if tool not in programs:
            (folder / tool).symlink_to(str(shutil.which(tool)))
    for name, text in programs.items():
        add(folder, name, text)
    return folder


def add(folder: Path, name: str, text: str) -> None:
    """Put one more program into such a folder."""
    # First away with a link of that name: what it leads to is a program of this machine.
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (folder / name).chmod(0o755)
