"""Containers attacked from inside, secrets looked for everywhere, limits reached, files forged."""

import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import docker
import pytest
from engine import gateway, inside, make, succeed, watched
from images import holding, layers_holding
from wandb_server import KEY, serving

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
ATTACK = Path(__file__).with_name("attack.py")
# What nobody but this test writes.
CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\nY2FuYXJ5LW9mLXRoZS1hdHRhY2s\n-----END CERTIFICATE-----\n"
)
CANARIES = {"the key": KEY.encode(), "the certificate": CERTIFICATE.split("\n")[1].encode()}

MAY = {"write /project", "write /tmp"}


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a secret in .env, and an image of its own, built behind a proxy."""
    client, name = docker.from_env(), f"localhost/attacked:{os.getpid()}"
    client.images.get(os.environ["BASE_IMAGE"]).tag(name)
    folder = tmp_path_factory.mktemp("attack")
    project = render(folder)
    (project / ".base-image").write_text(name)
    (project / ".env").write_text(f"WANDB_API_KEY={KEY}\n")
    bundle = folder / "ca.pem"
    given = os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    known = Path(given).read_text() if given else ""
    bundle.write_text(known + CERTIFICATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BASE_IMAGE")
        patch.setenv("CA_BUNDLE", str(bundle))
        yield project
        image = succeed(project, "image").strip()
    for one in (image, name):
        client.images.remove(one, force=True)


@pytest.fixture
def attack(project: Path) -> Iterator[tuple[str, ...]]:
    """The words that start the attack in a container, somebody listening on the host meanwhile."""
    (project / "attack.py").write_text(ATTACK.read_text())
    with socket.create_server((gateway(), 0)) as listener:
        host, port = listener.getsockname()
        yield "python", "/project/attack.py", host, str(port)
    (project / "attack.py").unlink()


def test_from_inside_nothing_can_be_done_but_the_work(
    project: Path, attack: tuple[str, ...]
) -> None:
    done = inside(project, *attack)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    could = {name for name, answer in found.items() if answer is True}
    assert could == MAY, found
    assert (
        sum(isinstance(answer, str) and answer.startswith("no: ") for answer in found.values()) > 25
    )
    assert found["interfaces"] == ["lo"]
    assert found["sockets"] == []
    assert set(found["capabilities"]) == {"0" * 16}
    assert found["no new privileges"] == "1"
    assert found["processes"] < 10
    assert not [name for name in found["environment"] if "KEY" in name or "SECRET" in name]


def test_the_attack_would_succeed_without_the_hardening(
    project: Path, attack: tuple[str, ...]
) -> None:
    """So that the test above can fail: much that it finds closed is open by default."""
    image = succeed(project, "image").strip()
    out = docker.from_env().containers.run(
        image,
        list(attack),
        user="0:0",
        volumes={str(project): {"bind": "/project"}},
        remove=True,
    )
    found = json.loads(out)
    could = {name for name, answer in found.items() if answer is True}
    open_else = {"write /etc", "chroot", "a raw socket", "change the owner", "become another"}
    assert open_else | {"reach the host"} <= could
    assert found["interfaces"] != ["lo"]
    assert found["no new privileges"] == "0"


def test_no_secret_is_in_image_history_logs_runs_or_what_the_tracker_is_sent(
    project: Path,
) -> None:
    said = make(project, "train", "ARGS=experiment=debug tracking=offline seed=1")
    with serving() as server:
        env = {"NETWORK": "host", "WANDB_BASE_URL": server.url}
        online = make(project, "train", "ARGS=experiment=debug tracking=online seed=2", env=env)
    assert (said.code, online.code) == (0, 0), said.err + online.err
    assert server.runs, "the key of .env let it in"
    held = partial(holding, secrets=CANARIES)
    found = []
    for outcome in (said, online):
        found += held("what was printed", (outcome.out + outcome.err).encode())
    for name, kept in server.runs.items():
        found += held(f"the tracker's run {name}", json.dumps(kept, default=str).encode())
    for name, blob in server.blobs.items():
        found += held(f"the tracker's file {name}", bytes(blob))
    files = [path for path in project.rglob("*") if path.is_file() and path.name != ".env"]
    assert any(path.name == "manifest.json" for path in files)
    for path in files:
        found += held(str(path), path.read_bytes())
    image = docker.from_env().images.get(succeed(project, "image").strip())
    found += held("the image's history", json.dumps([image.history(), image.attrs]).encode())
    assert found == []
    assert layers_holding(image, CANARIES) == []


def test_a_key_reaches_no_container_without_a_network(project: Path) -> None:
    with watched(project) as containers:
        succeed(project, "train", "ARGS=experiment=debug tracking=disabled seed=3")
    assert containers
    for container in containers:
        assert KEY not in json.dumps(container.attributes)


@pytest.mark.parametrize("way", ["ARGS", "the file"])
def test_what_is_killed_at_its_limit_is_told_in_one_sentence(project: Path, way: str) -> None:
    grab = "kept = [b'1' * 10_000_000 for _ in range(200)]; print(len(kept))"
    file = project / "conf" / "compute" / "local.yaml"
    kept = file.read_text()
    given = ["compute.memory_gb=0.3"] if way == "ARGS" else []
    if way == "the file":
        assert "memory_gb: null" in kept
        file.write_text(kept.replace("memory_gb: null", "memory_gb: 0.3"))
    try:
        done = inside(project, "python", "-c", grab, *given)
    finally:
        file.write_text(kept)
    assert done.code == 2
    assert "killed at its limit of 0.3 GB of memory: raise compute.memory_gb" in done.sentence
    assert done.out == ""
    assert "200" in inside(project, "python", "-c", grab).out


def test_a_training_in_its_limits_is_the_run_without_them_and_one_beyond_leaves_none(
    project: Path,
) -> None:
    train = "experiment=debug tracking=disabled seed=4"
    before = set((project / "runs").glob("[!.]*"))
    done = make(project, "train", f"ARGS={train} compute.memory_gb=0.1")
    assert done.code == 2
    assert "Traceback" not in done.out + done.err
    assert "compute.memory_gb" in done.sentence
    assert set((project / "runs").glob("[!.]*")) == before
    with watched(project) as containers:
        succeed(project, "train", f"ARGS={train} compute.memory_gb=4 compute.cpus=1.5")
    host = containers[-1].attributes["HostConfig"]
    assert (host["Memory"], host["NanoCpus"]) == (4_000_000_000, 1_500_000_000)
    assert "shown again" in succeed(project, "train", f"ARGS={train}")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("compute.memory_gb=much", ["compute.memory_gb is 'much'", "null for no limit"]),
        ("compute.cpus=0", ["compute.cpus is 0", "above 0"]),
        ("compute.cpus=4096", ["compute.cpus=4096", "the engine refused"]),
        ("compute.memory_gb=0.000001", ["the engine refused", "compute.memory_gb"]),
    ],
)
def test_a_limit_that_can_not_be_is_told(project: Path, override: str, words: list[str]) -> None:
    done = inside(project, "python", "-c", "pass", override)
    assert done.code == 2
    assert all(word in done.sentence for word in words)


FORGE = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
from tests.hostile.forged import CODE, FILES, archive
from tests.trained import reseal
folder = Path("runs", sys.argv[1])
name = sys.argv[2]
if name in CODE:
    archive(folder / "model.skops", CODE[name][2]("touch /project/was-here"))
else:
    {f.__name__: f for f in FILES}[name](folder / "model.skops", "touch /project/was-here")
reseal(folder)
"""


@pytest.mark.parametrize(
    "name", ["a key made by a function", "a loss that is a function", "pickled"]
)
@pytest.mark.parametrize("command", ["evaluate", "explain"])
def test_a_run_with_a_forged_model_is_refused_by_every_command_that_loads_it(
    project: Path, name: str, command: str
) -> None:
    train = "ARGS=experiment=debug tracking=disabled seed=5"
    succeed(project, "train", train)
    (run,) = [
        file.parent
        for file in (project / "runs").glob("[!.]*/config.yaml")
        if "\nseed: 5\n" in f"\n{file.read_text()}"
    ]
    model, manifest = ((run / n).read_bytes() for n in ("model.skops", "manifest.json"))
    (project / "forge.py").write_text(FORGE)
    forged = inside(project, "python", "forge.py", run.name, name, TARGET="dev")
    assert forged.code == 0, forged.err
    more = {"evaluate": [f"RUN={run.name}"], "explain": [f"RUN={run.name}", "ROW=2"]}
    done = make(project, command, *more[command])
    (run / "model.skops").write_bytes(model)
    (run / "manifest.json").write_bytes(manifest)
    (project / "forge.py").unlink()
    assert done.code == 2
    assert "Traceback" not in done.out + done.err
    assert f"runs/{run.name}/model.skops" in done.sentence
    assert not (project / "was-here").exists()


@pytest.mark.parametrize("lock", ["build", "runtime"])
def test_a_package_with_another_hash_is_not_installed(project: Path, lock: str) -> None:
    file = project / "requirements" / f"{lock}.lock"
    kept = file.read_text()
    name = {"build": "uv", "runtime": "antlr4-python3-runtime"}[lock]
    block = re.search(rf"(?m)^{name}==.*\n( +--hash.*\n)+", kept)
    assert block is not None
    other = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", block[0])
    file.write_text(kept.replace(block[0], other))
    try:
        done = make(project, "image")
    finally:
        file.write_text(kept)
    assert done.code == 2
    assert "could not be built" in done.sentence
    assert "hash" in done.err.lower()
