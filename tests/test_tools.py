"""What sets a machine up: each tool on machines that lack something, played by stand-ins.

On a machine that has all of it, the other tests use them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import ROOT
from engine import Outcome
from stand_ins import DENIED, NO_PLUGIN, PODMAN, STOPPED, Engine, add, machine

PUBLIC = "python:3.13-slim-trixie"
BUILT = "localhost/python:3.13-debian-trixie"
Tool = Callable[..., Outcome]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """The tools and what they read, in a folder where nothing has been set up."""
    folder = tmp_path / "repo"
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """All that is on the PATH: neither an engine nor apt-get, until a test adds one."""
    # Whoever runs the tests may give any right away, as root does on a bare machine.
    return machine(tmp_path / "bin", sudo='exec "$@"')


@pytest.fixture
def tool(repo: Path, path: Path) -> Tool:
    """Run a tool where some engines are all that can be had."""

    def run(
        name: str, *arguments: str, env: dict[str, str] | None = None, **engines: Engine
    ) -> Outcome:
        for engine, answers in engines.items():
            add(path, engine, answers.script(repo.parent / f"{engine}.log"))
        known = {"PATH": str(path), "HOME": str(repo), "ENGINES": " ".join(engines) or "none"}
        done = subprocess.run(
            [repo / "tools" / name, *arguments],
            env={**known, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


def debian(path: Path, *, known: str = "*", works: bool = True) -> None:
    """Let a machine have apt-get, which knows some packages, and notes what it is to install."""
    assert Path("/etc/debian_version").exists(), "these tests play Debian on Debian or Ubuntu"
    add(path, "apt-cache", f'case "$2" in {known}) exit 0 ;; *) exit 1 ;; esac')
    add(
        path,
        "apt-get",
        f'echo "$@" >>"$HOME/apt"; echo "apt says no"; {"true" if works else "exit 1"}',
    )


@pytest.mark.parametrize(
    ("engines", "env", "words"),
    [
        ({}, {}, ["no container engine answers", "install Docker with its buildx plugin"]),
        ({"docker": STOPPED}, {}, ["no container engine answers"]),
        ({"docker": STOPPED}, {"ENGINE": "docker"}, ["as ENGINE=docker", "unset ENGINE"]),
        ({"docker": STOPPED}, {"DOCKER_HOST": "tcp://x"}, ["at DOCKER_HOST=tcp://x"]),
        ({"docker": DENIED}, {}, ["may not use the socket of docker", "join its group"]),
        ({"docker": NO_PLUGIN}, {}, ["docker has no BuildKit", "buildx plugin"]),
    ],
)
@pytest.mark.parametrize("verb", ["name", "start"])
def test_why_no_engine_can_be_used_is_one_sentence(
    engines: dict[str, Engine], env: dict[str, str], words: list[str], verb: str, tool: Tool
) -> None:
    done = tool("engine.sh", verb, env=env, **engines)
    assert (done.code, done.out) == (2, "")
    assert all(word in done.sentence for word in words)


@pytest.mark.parametrize("broken", [STOPPED, DENIED, NO_PLUGIN])
def test_the_first_engine_that_answers_and_builds_is_named_alone(
    broken: Engine, tool: Tool
) -> None:
    assert tool("engine.sh", "name", docker=broken, podman=PODMAN).out == "podman\n"
    old = Engine(version="Docker version 20.10.24, build 1", buildx="exit 1")
    assert tool("engine.sh", "name", docker=old, podman=PODMAN).out == "docker\n"


def test_an_engine_that_answers_is_neither_installed_nor_started(
    tool: Tool, path: Path, repo: Path
) -> None:
    debian(path)
    done = tool("engine.sh", "start", docker=Engine())
    assert (done.code, done.out, done.err) == (0, "", "engine: docker answers\n")
    assert not (repo / "apt").exists()


def test_a_verb_that_is_none_is_told(tool: Tool) -> None:
    assert "tools/engine.sh start, name or stop" in tool("engine.sh", "begin").sentence


def test_only_the_daemon_that_was_started_here_is_stopped(
    tool: Tool, repo: Path, tmp_path: Path
) -> None:
    pidfile = repo / ".cache/engine/dockerd.pid"
    pidfile.parent.mkdir(parents=True)
    assert "nothing to stop" in tool("engine.sh", "stop").err
    pidfile.write_text(str(os.getpid()))  # a number that names another program by now
    assert "nothing to stop" in tool("engine.sh", "stop").err
    daemon = tmp_path / "dockerd"
    shutil.copy(str(shutil.which("sleep")), daemon)
    with subprocess.Popen([daemon, "600"]) as process:
        pidfile.write_text(str(process.pid))
        done = tool("engine.sh", "stop")
        assert "stopped the dockerd" in done.err
        assert process.wait(10) == -15
    assert done.code == 0


def there(*names: str) -> str:
    """Answer `image inspect` for some images alone."""
    return f'case "$3" in {"|".join(names)}) exit 0 ;; *) exit 1 ;; esac'


@pytest.mark.parametrize(
    ("engine", "env", "name"),
    [
        (Engine(), {"BASE_IMAGE": "mine"}, "mine"),
        (Engine(image=there(PUBLIC, BUILT)), {}, PUBLIC),
        (Engine(image=there(BUILT), pull="exit 1"), {}, BUILT),
        (Engine(image=there("none")), {}, PUBLIC),
    ],
    ids=["given", "public", "built", "pulled"],
)
def test_a_base_image_that_is_there_or_can_be_pulled_is_named_alone(
    engine: Engine, env: dict[str, str], name: str, tool: Tool
) -> None:
    assert tool("base-image.sh", env=env, docker=engine).out == f"{name}\n"


NO_BASE = Engine(image=there("none"), pull="exit 1")


def test_without_debian_a_base_image_that_can_not_be_pulled_is_told(tool: Tool) -> None:
    sentence = tool("base-image.sh", docker=NO_BASE).sentence
    assert f"{PUBLIC} can't be pulled" in sentence
    assert "set BASE_IMAGE" in sentence


def test_on_debian_it_is_built_once_and_labelled_with_what_is_in_it(
    tool: Tool, path: Path, repo: Path
) -> None:
    debian(path)
    add(path, "mmdebstrap", "echo a file system")
    done = tool("base-image.sh", docker=NO_BASE)
    assert (done.code, done.out) == (0, f"{BUILT}\n"), done.err
    asked = (repo.parent / "docker.log").read_text().splitlines()[-1]
    assert asked.startswith("import ")
    assert asked.endswith(f" {BUILT}")
    held = sha256(b"a file system\n").hexdigest()
    assert f"LABEL base.rootfs.sha256={held} " in asked


def test_a_base_image_that_can_not_be_built_is_told_with_the_reason(tool: Tool, path: Path) -> None:
    debian(path)
    add(path, "mmdebstrap", "echo 'no mirror answers' >&2; exit 1")
    done = tool("base-image.sh", docker=NO_BASE)
    assert "could not be built from Debian's packages" in done.sentence
    assert "no mirror answers" in done.err


def test_an_engine_that_has_no_room_for_it_is_told(tool: Tool, path: Path) -> None:
    debian(path)
    add(path, "mmdebstrap", "echo a file system")
    full = Engine(image=there("none"), pull="exit 1", import_="exit 1")
    assert "could not take in the base image" in tool("base-image.sh", docker=full).sentence


def apt(repo: Path, path: Path, *packages: str) -> Outcome:
    """Install packages by the function that the tools share."""
    done = subprocess.run(
        ["sh", "-euc", '. tools/lib.sh; apt_install "$@"', "sh", *packages],
        cwd=repo,
        env={"PATH": str(path), "HOME": str(repo)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_packages_that_a_release_lacks_are_left_out_where_that_is_allowed(
    repo: Path, path: Path
) -> None:
    debian(path, known="git|docker-cli")
    assert apt(repo, path, "git", "docker-cli?", "docker-buildx?").code == 0
    (line,) = (repo / "apt").read_text().splitlines()
    assert line.endswith(" install git docker-cli")


def test_a_package_that_can_not_be_installed_is_told_after_a_second_try(
    repo: Path, path: Path
) -> None:
    debian(path, known="none", works=False)
    done = apt(repo, path, "git")
    assert "apt-get could not install git" in done.sentence
    assert "apt says no" in done.err
    verbs = [line.split()[-1] for line in (repo / "apt").read_text().splitlines()]
    assert verbs == ["update", "git", "update", "git"]


def test_without_root_and_sudo_that_is_told_and_not_hidden_in_a_log(
    tool: Tool, repo: Path, path: Path
) -> None:
    debian(path)
    add(path, "id", "echo 1000")
    (path / "sudo").unlink()
    assert "this needs root" in apt(repo, path, "git").sentence
    add(path, "mmdebstrap", "exit 1")  # as where user namespaces are forbidden
    assert "this needs root" in tool("base-image.sh", docker=NO_BASE).sentence


@pytest.mark.parametrize("python", ["", "exit 1"], ids=["none", "too old"])
def test_without_a_python_that_will_do_it_is_told(python: str, tool: Tool, path: Path) -> None:
    if python:
        add(path, "python3", python)
    assert "Python 3.11 or later is needed and not found" in tool("python-env.sh").sentence


def test_an_environment_whose_packages_can_not_be_had_is_told_and_made_anew_next_time(
    tool: Tool, path: Path, repo: Path
) -> None:
    add(path, "python3", f'exec "{sys.executable}" "$@"')
    nowhere = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    for name, file in (("python-env.sh", ".venv"), ("docs-env.sh", ".cache/docs-env")):
        if name == "docs-env.sh":
            (repo / ".venv/bin").mkdir(parents=True, exist_ok=True)
        said = tool(name, env=nowhere)
        assert "could not be installed, as told above" in said.sentence
        assert not (repo / file / ".stamp").exists()


def test_an_environment_that_is_there_is_left_alone(repo: Path, tool: Tool, path: Path) -> None:
    (repo / ".venv/bin").mkdir(parents=True)
    (repo / ".venv/bin/python").symlink_to(sys.executable)
    add(path, "stamp", 'cat "$1" "$2" | cksum')
    locks = ("requirements/dev.lock", "requirements/tables.lock")
    summed = subprocess.run(
        [path / "stamp", *locks], cwd=repo, capture_output=True, text=True, check=True
    ).stdout
    (repo / ".venv/.stamp").write_text(f"{repo} {summed}")
    done = tool("python-env.sh")
    assert (done.code, done.out + done.err) == (0, "")


def test_viewers_are_installed_on_debian_and_told_elsewhere(
    tool: Tool, path: Path, repo: Path
) -> None:
    assert "install them" in tool("viewers.sh").sentence
    debian(path)
    assert tool("viewers.sh").code == 0
    installed = [line.split(" install ")[1] for line in (repo / "apt").read_text().splitlines()]
    assert installed == ["chromium fonts-dejavu-core", "tmux"]
    for name in ("google-chrome", "tmux"):
        add(path, name, "true")
    assert tool("viewers.sh").err == ""


def test_what_the_tests_need_is_installed_on_debian_and_told_elsewhere(
    tool: Tool, path: Path, repo: Path
) -> None:
    assert "install it" in tool("package.sh", "podman", "podman", "catatonit").sentence
    debian(path)
    assert tool("package.sh", "podman", "podman", "catatonit").code == 0
    assert (repo / "apt").read_text().rstrip().endswith(" install podman catatonit")
    add(path, "podman", "true")
    assert tool("package.sh", "podman", "podman", "catatonit").err == ""


@pytest.mark.parametrize(
    ("node", "npm", "words"),
    [
        (None, None, "node 20 or later with npm is needed"),
        ("false", "true", "node 20 or later with npm is needed"),
        ("true", "exit 1", "npm reaches its registry"),
    ],
    ids=["none", "too old", "no registry"],
)
def test_without_what_opens_an_editors_container_it_is_told(
    node: str | None, npm: str | None, words: str, tool: Tool, path: Path
) -> None:
    if node:
        add(path, "node", f"echo {node}")
    if npm:
        add(path, "npm", npm)
    assert words in tool("devcontainer.sh").sentence


def test_compose_is_the_engines_own_where_it_has_one(tool: Tool) -> None:
    assert tool("compose.sh", docker=Engine(compose="true")).out == "docker compose\n"
