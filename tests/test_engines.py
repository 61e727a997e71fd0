"""Engines as they come: what container.sh makes of each, told by stand-ins that answer as they do.

The real one is used by the other tests; these are states of a machine that can't be had here.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

Render = Callable[..., Path]
# Answers as a client would, and writes down what it is asked.
STAND_IN = """#!/bin/sh
echo "$@" >>"{log}"
case "$1" in
info) {info} ;;
--version) echo "{version}" ;;
buildx) {buildx} ;;
image) {image} ;;
build) {build} ;;
run) {run} ;;
events) {events} ;;
pull) {pull} ;;
esac
"""


@dataclass
class Engine:
    """A client as it answers.

    Attributes
    ----------
    info, buildx, image, build, run, events, pull
        Shell commands: what these subcommands do.
    version
        What `--version` prints.
    """

    info: str = "echo Server Version: 27.1"
    version: str = "Docker version 27.1.1, build 6312585"
    buildx: str = "echo v0.16"
    image: str = "echo sha256:0123 sha256:4567"
    build: str = "true"
    run: str = "true"
    events: str = "true"
    pull: str = "true"


@dataclass
class Said:
    """How a command ended, and what engines were asked, by their name."""

    code: int
    err: str
    asked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """The one command line by which a container was started."""
        (line,) = [
            line for lines in self.asked.values() for line in lines if line.startswith("run ")
        ]
        return line


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project to start containers in; nothing is ever built or run."""
    return render(tmp_path_factory.mktemp("engines"))


Command = Callable[..., Said]


@pytest.fixture
def command(project: Path, tmp_path: Path) -> Command:
    """Run container.sh where some engines are all that is on the PATH."""
    tools: tuple[str, ...] = (
        "sh",
        "git",
        "dirname",
        "basename",
        "cat",
        "timeout",
        "sed",
        "awk",
        "id",
        "ls",
        "grep",
    )
    tools += ("mktemp", "xargs", "rm", "cksum", "cut", "printenv", "head", "find", "mkdir", "mv")
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in (*tools, "chown", "cp", "env", "sleep", "uname", "tr", "echo"):
        (folder / tool).symlink_to(str(shutil.which(tool)))

    def start(
        *arguments: str, env: dict[str, str] | None = None, typed: str = "", **engines: Engine
    ) -> Said:
        for name, engine in engines.items():
            log = tmp_path / f"{name}.log"
            text = STAND_IN.format(log=log, **vars(engine))
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
            (folder / f"{name}.there").touch()
        # The list ends with a client by its full path, which this machine may have.
        known = {"PATH": str(folder), "ENGINE": "", "DOCKER_HOST": f"unix://{tmp_path}/none"}
        done = subprocess.run(
            [str(project / "scripts/container.sh"), *(arguments or ("true",))],
            env={"HOME": os.environ["HOME"], **known, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            input=typed,
        )
        asked = {
            name: (tmp_path / f"{name}.log").read_text().splitlines()
            for name in engines
            if (tmp_path / f"{name}.log").exists()
        }
        return Said(done.returncode, done.stderr, asked)

    return start


# A stand-in that is gone answers no more; one that made a container wrote the file for its id.
LEAVE, GONE = 'mv "$0.there" "$0.gone"', '[ -e "$0.gone" ]'
MADE = """for a in "$@"; do case $a in --cidfile=*) echo 0123 >"${a#*=}" ;; esac; done"""
DENIED = Engine(info="echo 'permission denied while trying to connect' >&2; exit 1")
STOPPED = Engine(info="echo 'Cannot connect to the Docker daemon' >&2; exit 1")
PODMAN = Engine(info="echo 'rootless: false'", version="podman version 4.3.1")
ROOTLESS_PODMAN = Engine(info="echo 'rootless: true'", version="podman version 4.3.1")


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        (STOPPED, ["no container engine answers", "start it"]),
        (DENIED, ["may not use the socket of docker", "group docker", "ENGINE=podman"]),
        (Engine(buildx="exit 1"), ["docker has no BuildKit", "buildx plugin"]),
        (Engine(version="Docker version 17.03.2-ce"), ["docker has no BuildKit"]),
        (
            Engine(image="exit 1", build="echo 'write /x: no space left on device' >&2; exit 1"),
            ["the disk is full", "prune"],
        ),
        (
            Engine(image="exit 1", build="echo 'pull access denied' >&2; exit 1"),
            ["could not be built", "BASE_IMAGE=<name>"],
        ),
        (
            Engine(info=f"! {GONE}", image="exit 1", build=f"{LEAVE}; exit 1"),
            ["docker stopped while it built the image", "run the command again"],
        ),
    ],
    ids=["stopped", "denied", "no plugin", "too old", "disk full", "no base", "gone"],
)
def test_what_is_wrong_is_one_sentence(engine: Engine, words: list[str], command: Command) -> None:
    said = command(docker=engine)
    assert said.code == 2
    (sentence,) = [line for line in said.err.splitlines() if line.startswith("error: ")]
    for word in words:
        assert word in sentence
    assert not any(line.startswith("run ") for line in said.asked["docker"])


@pytest.mark.parametrize("engine", [STOPPED, DENIED, Engine(info="sleep 60")])
def test_the_next_engine_is_taken_where_one_does_not_answer(
    engine: Engine, command: Command
) -> None:
    said = command(docker=engine, podman=PODMAN)
    assert said.code == 0, said.err
    assert said.asked["podman"][-1] == said.run


def mine(project: Path) -> str:
    """Whose the files of a container must be."""
    stat = project.stat()
    return f"{stat.st_uid}:{stat.st_gid}"


def test_docker_runs_as_the_owner(command: Command, project: Path) -> None:
    assert f"--user {mine(project)} " in command(docker=Engine()).run


def test_rootless_docker_runs_as_root_which_is_the_caller(command: Command) -> None:
    info = "printf ' Security Options:\\n  seccomp\\n  rootless\\n  cgroupns\\n'"
    assert "--user 0:0 " in command(docker=Engine(info=info)).run


def test_rootless_podman_keeps_the_callers_id(command: Command, project: Path) -> None:
    run = command(podman=ROOTLESS_PODMAN).run
    assert f"--user {mine(project)} " in run
    assert "--userns keep-id" in run


def test_podman_by_the_name_of_docker_is_no_rootless_docker(
    command: Command, project: Path
) -> None:
    assert f"--user {mine(project)} " in command(docker=PODMAN).run


@pytest.mark.parametrize(
    "engine", [Engine(), PODMAN, ROOTLESS_PODMAN], ids=["docker", "podman", "rootless"]
)
def test_every_engine_is_told_to_harden(engine: Engine, command: Command) -> None:
    name = "docker" if engine.version.startswith("Docker") else "podman"
    run = command(**{name: engine}).run
    for option in (
        *("--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--network none"),
        *("--pids-limit", "--rm", "--init"),
    ):
        assert option in run
    assert "sock" not in run


@pytest.mark.parametrize("home", ["/nonexistent", "/proc", ""])
def test_no_home_is_needed(home: str, command: Command) -> None:
    assert command(docker=Engine(), env={"HOME": home}).code == 0


@pytest.mark.parametrize("name", ["docker", "podman"])
def test_a_limit_of_memory_is_told_to_every_engine(name: str, command: Command) -> None:
    engine = {"docker": Engine(), "podman": PODMAN}[name]
    run = command("true", "compute.memory_gb=1.5", "compute.cpus=2", **{name: engine}).run
    assert "--memory 1500000000 --memory-swap 1500000000 " in run
    assert "--cpus 2 " in run


def test_what_was_killed_without_a_limit_keeps_its_code(command: Command) -> None:
    said = command(docker=Engine(run="exit 137"))
    assert (said.code, "error:" in said.err) == (137, False)
    limited = command("true", "compute.memory_gb=1", docker=Engine(run="exit 137"))
    assert (limited.code, "killed at its limit of 1 GB" in limited.err) == (2, True)


@pytest.mark.parametrize("code", [125, 137, 143])
@pytest.mark.parametrize(
    "engine",
    [Engine(info=f"! {GONE}", run=f"{MADE}; {LEAVE}"), Engine(run=MADE)],
    ids=["gone", "back, and new"],
)
def test_an_engine_that_stopped_in_the_middle_is_told(
    engine: Engine, code: int, command: Command
) -> None:
    said = command(docker=replace(engine, run=f"{engine.run}; exit {code}"))
    assert said.code == 2
    (sentence,) = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert "docker stopped while this command ran, or was restarted" in sentence
    assert "run the command again" in sentence


@pytest.mark.parametrize(
    ("engine", "code"),
    [
        # Its engine remembers it.
        (Engine(run=f"{MADE}; exit 137", events="echo container die"), 137),
        (Engine(run=f"{MADE}; exit 125", events="echo container create"), 125),
        # It was refused.
        (Engine(run="exit 125"), 125),
        (Engine(run=f"{MADE}; exit 1"), 1),
        (replace(PODMAN, run=f"{MADE}; exit 143"), 143),
    ],
    ids=["killed", "not started", "refused", "failed", "podman"],
)
def test_what_ended_by_itself_keeps_its_code(engine: Engine, code: int, command: Command) -> None:
    said = command(docker=engine)
    assert (said.code, "error:" in said.err) == (code, False)


@pytest.mark.parametrize("name", ["TERM", "HUP"])
def test_a_signal_reaches_the_engine_which_ends_the_container(name: str, command: Command) -> None:
    # The stand-in asks for it, and ends as a container does; where it gets none, it gives up.
    wait = "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2; done"
    run = f"trap 'echo had it >&2; exit 143' {name}; kill -{name} $PPID; {wait}"
    said = command(docker=Engine(run=run, events="echo container die"))
    assert (said.code, said.err) == (143, "had it\n")


def test_what_is_typed_reaches_the_command(command: Command) -> None:
    said = command(docker=Engine(run="cat >&2"), typed="hello")
    assert (said.code, said.err) == (0, "hello")
