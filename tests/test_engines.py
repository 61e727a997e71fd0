"""Engines as they come: what the scripts make of each, told by stand-ins that answer as they do.

The real one is used by the other tests; these are states of a machine that can't be had here.
"""

import os
import pty
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from repository import commit, git
from stand_ins import DENIED, NO_PLUGIN, PODMAN, ROOTLESS_PODMAN, STOPPED, Engine, add, machine

Render = Callable[..., Path]
# A stand-in that is gone answers no more; one that made a container wrote the file for its id.
LEAVE, GONE = 'mv "$0.there" "$0.gone"', '[ -e "$0.gone" ]'
MADE = """for a in "$@"; do case $a in --cidfile=*) echo 0123 >"${a#*=}" ;; esac; done"""


@dataclass
class Said:
    """How a command ended, and what engines were asked, by their name."""

    code: int
    out: str
    err: str
    asked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """The one command line by which a container was started."""
        (line,) = [
            line for lines in self.asked.values() for line in lines if line.startswith("run ")
        ]
        return line

    @property
    def sentence(self) -> str:
        """The one line that says what is wrong; nothing was run."""
        assert self.code == 2, self.err
        (line,) = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert not any(line.startswith("run ") for lines in self.asked.values() for line in lines)
        return line


@pytest.fixture(scope="module")
def rendered(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project."""
    return render(tmp_path_factory.mktemp("engines"))


@pytest.fixture
def project(rendered: Path, tmp_path: Path) -> Path:
    """A copy to start containers in; nothing is ever built or run."""
    return Path(shutil.copytree(rendered, tmp_path / "project", symlinks=True))


Command = Callable[..., Said]


@pytest.fixture
def command(project: Path, tmp_path: Path) -> Command:
    """Run a script of the project where some engines are all that is on the PATH."""
    folder = machine(tmp_path / "bin")

    def start(
        *arguments: str,
        script: str = "container.sh",
        typed: str = "",
        env: dict[str, str] | None = None,
        **engines: Engine,
    ) -> Said:
        logs = {name: tmp_path / f"{name}.log" for name in engines}
        for name, engine in engines.items():
            logs[name].write_text("")
            (folder / f"{name}.gone").unlink(missing_ok=True)
            (folder / f"{name}.there").touch()
            add(folder, name, engine.script(logs[name]))
        # The list ends with a client by its full path, which this machine may have.
        known = {"PATH": str(folder), "ENGINE": "", "DOCKER_HOST": f"unix://{tmp_path}/none"}
        done = subprocess.run(
            [str(project / "scripts" / script), *(arguments or ("true",))],
            env={"HOME": os.environ["HOME"], **known, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            input=typed,
        )
        asked = {name: log.read_text().splitlines() for name, log in logs.items()}
        return Said(done.returncode, done.stdout, done.stderr, asked)

    return start


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        (STOPPED, ["no container engine answers", "start it"]),
        (DENIED, ["may not use the socket of docker", "group docker", "ENGINE=podman"]),
        (NO_PLUGIN, ["docker has no BuildKit", "buildx plugin"]),
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
    sentence = command(docker=engine).sentence
    for word in words:
        assert word in sentence


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


@pytest.mark.parametrize("version", ["18.09.1", "19.03.15", "20.10.24"])
def test_a_client_that_builds_without_a_plugin_is_taken(version: str, command: Command) -> None:
    built_in = Engine(version=f"Docker version {version}, build 1", buildx="exit 1")
    assert command(docker=built_in).code == 0


def test_a_base_that_is_not_there_is_pulled_before_it_is_built_on(command: Command) -> None:
    said = command("--image", docker=Engine(image="exit 1"), env={"BASE_IMAGE": "localhost/base"})
    assert said.code == 0, said.err
    verbs = [line for line in said.asked["docker"] if line.startswith(("pull ", "build "))]
    assert verbs[0] == "pull localhost/base"
    assert "--build-arg BASE_IMAGE=localhost/base " in verbs[1]


def test_on_a_terminal_the_engine_shows_its_own_progress(
    project: Path, tmp_path: Path, command: Command
) -> None:
    engine = Engine(image="exit 1", build="echo 'step 1 of 2' >&2")
    assert "step 1 of 2" not in command("--image", docker=engine).err  # makes the stand-in, too
    leader, follower = pty.openpty()
    done = subprocess.run(
        [project / "scripts/container.sh", "--image"],
        env={"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=follower,
        check=True,
    )
    os.close(follower)
    assert b"step 1 of 2" in os.read(leader, 4096)
    os.close(leader)
    assert done.stdout.startswith(b"ml-project:")


def test_a_machine_without_git_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bin/git").unlink()
    assert "git is needed and not found" in command(docker=Engine()).sentence


def test_an_extra_that_there_is_none_of_is_told(command: Command, project: Path) -> None:
    (project / "requirements/extras.txt").write_text("dask # known\nnonsense\n")
    sentence = command(docker=Engine()).sentence
    assert "names 'nonsense'" in sentence
    assert "the extras are cmaes dask lightgbm" in sentence


def test_a_release_that_is_not_laid_out_is_told(command: Command) -> None:
    said = command("--image", docker=Engine(), env={"TARGET": "release"})
    assert "no release is laid out: use make release RUN=<id>" in said.sentence


def test_graphics_processors_are_handed_in_where_the_engine_has_a_runtime(
    command: Command,
) -> None:
    info = """echo '{"Runtimes": {"nvidia": {}}}'"""
    assert "--gpus all " in command(docker=Engine(info=info), env={"GPUS": "all"}).run
    assert "GPUS=all: the engine" in command(docker=Engine(), env={"GPUS": "all"}).sentence


@pytest.mark.parametrize(
    ("override", "network"),
    [
        ("tracking=online", "bridge"),
        ("compute.address=tcp://elsewhere:8786", "bridge"),
        ("compute=dask", "ml-cluster-"),
        ("compute=local", "none"),
    ],
)
def test_only_what_needs_a_network_gets_one(override: str, network: str, command: Command) -> None:
    assert f"--network {network}" in command("true", override, docker=Engine()).run


@pytest.mark.parametrize(
    ("content", "limit"),
    [("cpus: 3 # of four\n", "--cpus 3 "), ("memory_gb: 2\n", "--memory 2000000000 ")],
)
def test_a_limit_comes_from_the_file_that_is_chosen(
    content: str, limit: str, command: Command, project: Path
) -> None:
    (project / "conf/compute/mine.yaml").write_text(content)
    assert limit in command("true", "compute=mine", docker=Engine()).run
    # An override wins over the file; null is no limit.
    overrides = ("compute=mine", "compute.cpus=null", "++compute.memory_gb=null")
    assert limit not in command("true", *overrides, docker=Engine()).asked["docker"][-1]


def test_code_that_can_not_be_kept_is_told_and_keeps_nobody_from_training(
    command: Command, project: Path
) -> None:
    (project / ".cache").write_text("no folder")
    said = command("python", "-m", "project.train", docker=Engine())
    assert said.code == 0
    assert "note: the code that is in no commit could not be kept" in said.err
    commit(project)
    assert "note:" not in command("python", "-m", "project.train", docker=Engine()).err


def test_keys_for_s3_are_handed_in_read_only(command: Command, project: Path) -> None:
    config = project / ".dvc/config"
    config.write_text('[core]\n    remote = there\n[remote "there"]\n    url = s3://data/x\n')
    home = project.parent / "home"
    (home / ".aws").mkdir(parents=True)
    env = {"REMOTE": "yes", "HOME": str(home), "AWS_PROFILE": "mine"}
    run = command(docker=Engine(), env=env).run
    assert f'--mount type=bind,"source={home}/.aws",target=/tmp/.aws,readonly' in run
    assert "--env AWS_PROFILE " in run
    assert "--network bridge" in run


@pytest.mark.parametrize(
    ("remote", "network"), [("yes", "none"), ("import https://host/t.csv", "bridge")]
)
def test_over_http_a_table_can_come_and_nothing_can_go(
    remote: str, network: str, command: Command, project: Path
) -> None:
    config = project / ".dvc/config"
    config.write_text('[core]\n    remote = it\n[remote "it"]\n    url = https://host/x\n')
    run = command(docker=Engine(), env={"REMOTE": remote}).run
    assert f"--network {network} " in run


@pytest.mark.parametrize("workers", ["", "0", "two", "2 3"])
def test_a_number_of_workers_that_is_none_is_told(workers: str, command: Command) -> None:
    said = command("up", workers, script="cluster.sh", docker=Engine(compose="true"))
    assert f"WORKERS is '{workers}': give a whole number" in said.sentence


def test_without_compose_the_way_to_have_one_is_told(command: Command) -> None:
    said = command("up", "2", script="cluster.sh", docker=Engine())
    assert "there is no compose: install your engine's plugin" in said.sentence


def test_a_cluster_without_its_extra_is_told(command: Command, project: Path) -> None:
    engine = Engine(compose="true")
    said = command("up", "2", script="cluster.sh", docker=engine)
    assert "make cluster needs the extra 'dask'" in said.sentence
    (project / "requirements/extras.txt").write_text("dask\n")
    said = command("up", "2", script="cluster.sh", docker=engine)
    assert said.code == 0, said.err
    assert said.asked["docker"][-1].endswith("up --detach --scale worker=2")
    assert command("down", script="cluster.sh", docker=engine).code == 0


def test_a_run_can_not_be_repeated_outside_of_a_repository(command: Command, project: Path) -> None:
    shutil.rmtree(project / ".git")
    said = command("latest", script="reproduce.sh", docker=Engine())
    assert "this folder is not in a git repository" in said.sentence


def test_a_patch_that_does_not_apply_is_told(command: Command, project: Path) -> None:
    (project / "runs/x").mkdir(parents=True)
    patch = "diff --git a/no b/no\n--- a/no\n+++ b/no\n@@ -1 +1 @@\n-a\n+b\n"
    (project / "runs/x/code.patch").write_text(patch)
    plan = Engine(run=f"echo x {commit(project)} - yes")
    said = command("x", script="reproduce.sh", docker=plan)
    assert said.code == 2
    assert "error: runs/x/code.patch does not apply to commit" in said.err
    assert not list((project / ".cache").glob("reproduce.*"))


def test_a_commit_that_can_not_be_checked_out_is_told(command: Command, project: Path) -> None:
    for key, value in (("clean", "cat"), ("smudge", "exit 1"), ("required", "true")):
        git(project, "config", f"filter.lost.{key}", value)
    with (project / ".gitattributes").open("a") as file:
        file.write("README.md filter=lost\n")
    plan = Engine(run=f"echo x {commit(project)} - yes")
    said = command("x", script="reproduce.sh", docker=plan)
    assert said.code == 2
    assert "of run x can't be checked out: " in said.err
    assert git(project, "worktree", "list").count("\n") == 0


@pytest.mark.parametrize(
    ("variation", "engines", "reason"),
    [
        ("image", {}, "the image can't be built now"),
        ("emulated", {}, "qemu-x86_64-static is not installed"),
        ("podman", {}, "podman is not installed"),
        ("podman", {"podman": STOPPED}, "podman does not answer"),
        (
            "podman",
            {"podman": replace(PODMAN, run="exit 1")},
            "Podman can't build or run the image",
        ),
    ],
)
def test_a_variation_that_this_machine_lacks_is_left_out_with_the_reason(
    variation: str, engines: dict[str, Engine], reason: str, command: Command
) -> None:
    # First it answers as the program that plans, then as the one that is handed what was found.
    run = f"cat .cache/determinism.*/{variation}.json 2>/dev/null || echo {variation}"
    docker = Engine(run=run, build="exit 1")
    said = command(script="determinism.sh", docker=docker, **engines)
    assert said.code == 0, said.err
    assert said.out == f'{{"unavailable": "{reason}"}}\n'


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
