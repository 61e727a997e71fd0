"""The image: built anew without any cache it holds the same files, and runs record its base."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from engine import make, succeed
from images import archive

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
TARGETS = ("runtime", "dev", "sbom")
Tree = dict[str, tuple[Any, ...]]
# The engine makes these for every container and stamps them with the time; the image has none.
ENGINES_OWN = {".dockerenv", "dev", "proc", "sys", "dev/console", "dev/pts", "dev/shm"}
ENGINES_OWN |= {"etc", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf"}


def tree(image: str) -> Tree:
    """Return every file of an image: type, mode, owner, size, link, time and contents."""
    container = docker.from_env().containers.create(image)
    try:
        files: Tree = {}
        with archive(container.export()) as exported:
            for item in exported:
                content = exported.extractfile(item) if item.isreg() else None
                digest = hashlib.sha256(content.read()).hexdigest() if content else None
                own = item.name in ENGINES_OWN
                files[item.name] = (
                    *(item.type, item.mode, item.uid, item.gid, item.linkname, digest),
                    None if own else item.mtime,
                )
        return files
    finally:
        container.remove()


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose images nobody else uses, since its base has a name of its own."""
    client, name = docker.from_env(), f"localhost/repeatable:{os.getpid()}"
    client.images.get(os.environ["BASE_IMAGE"]).tag(name)
    project = render(tmp_path_factory.mktemp("image"))
    (project / ".base-image").write_text(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BASE_IMAGE")
        yield project
        made = [succeed(project, "image", env={"TARGET": t}).strip() for t in TARGETS]
    for image in (*made, name):
        client.images.remove(image, force=True)


def built_anew(project: Path) -> str:
    """Build an image of a project from nothing; return its id, and not its name, which moves on."""
    name = succeed(project, "image", "ARGS=--no-cache", env={"TARGET": "dev"}).strip()
    return str(docker.from_env().images.get(name).id)


def test_two_builds_without_cache_hold_the_same_files(project: Path) -> None:
    first, second = (built_anew(project) for _ in range(2))
    assert first != second
    one, other = tree(first), tree(second)
    docker.from_env().images.remove(first)
    assert len(one) > 10_000
    differing = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    assert sorted(differing) == []


def test_the_stage_that_trains_is_what_the_one_for_tests_is_built_on(project: Path) -> None:
    # So that what the test above says of all the files holds for the runtime image as well.
    runtime, dev = (
        docker.from_env().images.get(succeed(project, "image", env={"TARGET": t}).strip())
        for t in ("runtime", "dev")
    )
    layers, more = (image.attrs["RootFS"]["Layers"] for image in (runtime, dev))
    assert more[: len(layers)] == layers


def test_a_run_records_the_digest_of_the_base(project: Path) -> None:
    succeed(project, "train", "ARGS=tracking=disabled")
    (file,) = (project / "runs").glob("*/manifest.json")
    recorded = json.loads(file.read_text())["circumstances"]
    client = docker.from_env()
    base = client.images.get((project / ".base-image").read_text())
    pulled = [digest.partition("@")[2] for digest in base.attrs["RepoDigests"]]
    made_here = " ".join(base.attrs["RootFS"]["Layers"])
    assert recorded["base_image_digest"] == (pulled[0] if pulled else made_here)
    assert recorded["image"] == client.images.get(succeed(project, "image").strip()).id


def test_the_list_of_what_is_inside_is_valid_and_lacks_no_package(project: Path) -> None:
    out = succeed(project, "sbom")
    text = (project / "reports" / "sbom.json").read_text()
    found = json.loads(text)
    version = SchemaVersion.from_version(found["specVersion"])
    assert JsonStrictValidator(version).validate_str(text) is None
    listed = {
        (part["purl"].partition("/")[0], plain(part["name"]), part["version"])
        for part in found["components"]
        if "purl" in part
    }
    image = succeed(project, "image").strip()
    ask = "import importlib.metadata as m; [print(d.name, d.version) for d in m.distributions()]"
    for kind, command in (
        ("pkg:pypi", ["python", "-c", ask]),
        ("pkg:deb", ["dpkg-query", "--show", "--showformat=${Package} ${Version}\\n"]),
    ):
        inside = docker.from_env().containers.run(image, command, remove=True).decode().splitlines()
        assert len(inside) > 50
        assert {(kind, plain(n), v) for n, v in map(str.split, inside)} <= listed
        assert re.search(rf"\d+ {kind[4:]}\b", out)
    lock = hashlib.sha256((project / "requirements" / "runtime.lock").read_bytes()).hexdigest()
    assert found["metadata"]["component"]["version"] == f"sha256:{lock}"
    assert not any("/opt/sbom" in json.dumps(part) for part in found["components"])


def plain(name: str) -> str:
    """Return a package's name without the ways there are to spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_an_option_that_the_build_does_not_know_is_refused(project: Path) -> None:
    done = make(project, "image", "ARGS=--nocache")
    assert done.code == 2
    assert "--nocache" in done.sentence
