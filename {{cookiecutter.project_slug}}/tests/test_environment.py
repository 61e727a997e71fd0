"""A changed environment is told before a training, and an unchanged one is not spoken of."""

from typing import Any

import pytest

from project import environment, train
from project.data.config import Data
from project.manifest import load_manifest, write_manifest
from project.paths import Paths
from project.provenance import inputs
from project.runs import create
from project.train import make

from .conftest import configure
from .manifests import least

IMAGE = "sha256:" + "a" * 64


@pytest.fixture
def task() -> str:
    """One task is enough: both have the same environment."""
    return "classification"


def leave(run: str, into: dict[str, Any], paths: Paths, finished: str, image: str = IMAGE) -> None:
    """Leave a run that has no more than a manifest."""
    with create(run, paths) as folder:
        around = {"image": image, "git_commit": None, "base_image": None}
        write_manifest(least(inputs=into, circumstances=around, finished=finished), folder)


@pytest.fixture
def into(data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The inputs of the run to come, after an older run of the same environment."""
    monkeypatch.setenv("IMAGE_ID", IMAGE)
    found = inputs(configure(data), {}, paths)
    leave("0" * 12, found, paths, "2026-01-01T00:00:00.000000Z")
    return found


def test_the_same_environment_is_not_spoken_of(
    into: dict[str, Any], paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.tell(into, paths)
    assert capsys.readouterr() == ("", "")


def test_other_code_data_and_settings_are_no_environment(
    into: dict[str, Any], paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.tell({**into, "code": "", "data": {}, "config": {}}, paths)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("changed", "image", "words"),
    [
        ({"lock": "b" * 64}, IMAGE, ["the locks in requirements/", "→ bbbbbbbb"]),
        ({"python": "3.13.99"}, IMAGE, ["Python", "→ 3.13.99"]),
        ({}, "sha256:" + "c" * 64, ["the image (aaaaaaaa → cccccccc)"]),
    ],
    ids=["lock", "Python", "image"],
)
def test_what_changed_is_told_in_one_line(
    changed: dict[str, Any],
    image: str,
    words: list[str],
    into: dict[str, Any],
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IMAGE_ID", image)
    environment.tell(into | changed, paths)
    (line,) = capsys.readouterr().err.splitlines()
    for word in ["environment changed since run 000000000000", *words]:
        assert word in line


def test_the_last_run_counts_whatever_its_name(
    into: dict[str, Any], paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    leave("f" * 12, into, paths, "2025-01-01T00:00:00.000000Z", image="sha256:" + "d" * 64)
    environment.tell(into, paths)
    assert capsys.readouterr().err == ""
    leave("1" * 12, into, paths, "2026-01-02T00:00:00.000000Z", image="sha256:" + "d" * 64)
    environment.tell(into, paths)
    assert "since run 111111111111: the image" in capsys.readouterr().err


def test_it_is_told_before_the_training(
    data: Data,
    into: dict[str, Any],
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IMAGE_ID", "sha256:" + "c" * 64)
    monkeypatch.setattr(train, "ensure", lambda _: data)
    monkeypatch.setattr(train, "checksums", lambda _: {})
    monkeypatch.setattr(train, "pin", lambda _: None)

    def stop(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(train, "make", stop)
    with pytest.raises(RuntimeError):
        train.run(configure(data, "tracking=disabled", "seed=1"), paths)
    assert "environment changed" in capsys.readouterr().err


def test_a_run_records_the_image_it_ran_in(data: Data, into: dict[str, Any], paths: Paths) -> None:
    found = load_manifest(
        make(configure(data, "seed=1"), {**into, "config": {**into["config"], "seed": 1}}, paths)
    )
    assert found["circumstances"]["image"] == IMAGE
    assert found["circumstances"]["packages"]["numpy"]
