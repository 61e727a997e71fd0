"""A run's id moves with each of its inputs, and with nothing else."""

import getpass
import os
import platform
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from omegaconf import OmegaConf

from project import provenance
from project.config import Config, validate
from project.data.config import Data
from project.files import sha256
from project.paths import PROJECT, Paths
from project.provenance import inputs, packages, plain, run_id

from .conftest import configure

CHECKSUMS = {"data/split/split.parquet": "0" * 32, "table.csv": "1" * 32}
Change = Callable[[Paths, pytest.MonkeyPatch], None]


@pytest.fixture
def task() -> str:
    """One task is enough: both have the same fields."""
    return "classification"


def identity(config: Config, paths: Paths, **checksums: str) -> str:
    """Return the run id that a configuration gives in a project."""
    return run_id(inputs(config, CHECKSUMS | checksums, paths))


@pytest.mark.parametrize(
    "override",
    [
        "seed=1",
        "model=forest",
        "model.classification.C=2",
        "model.preprocessing.scale=none",
        "evaluation.confidence=0.9",
        "evaluation.resamples=200",
        "evaluation.costs={plum: {apple: 2}, apple: {plum: 1}}",
        "compute.threads=2",
        "compute=portable",
    ],
)
def test_every_setting_moves_the_id(override: str, data: Data, paths: Paths) -> None:
    assert identity(configure(data, override), paths) != identity(configure(data), paths)


def test_every_setting_of_the_data_moves_the_id(data: Data, paths: Paths) -> None:
    base = identity(configure(data), paths)
    for other in (
        replace(data, split=replace(data.split, seed=1)),
        replace(data, split=replace(data.split, valid=0.3)),
        replace(data, columns={**data.columns, "name": data.columns["kind"]}),
        replace(data, source="other.csv"),
    ):
        assert identity(configure(other), paths) != base


@pytest.mark.parametrize("name", sorted(CHECKSUMS))
def test_the_checksum_of_every_data_file_moves_the_id(name: str, data: Data, paths: Paths) -> None:
    config = configure(data)
    assert identity(config, paths, **{name: "f" * 32}) != identity(config, paths)
    assert identity(config, paths, more="f" * 32) != identity(config, paths)


def edit(paths: Paths, _: pytest.MonkeyPatch) -> None:
    (paths.code / "some.py").write_text("pass  # changed\n")


def add(paths: Paths, _: pytest.MonkeyPatch) -> None:
    (paths.code / "deep").mkdir()
    (paths.code / "deep" / "new.py").write_text("")


def rename(paths: Paths, _: pytest.MonkeyPatch) -> None:
    (paths.code / "some.py").rename(paths.code / "other.py")


def delete(paths: Paths, _: pytest.MonkeyPatch) -> None:
    (paths.code / "some.py").unlink()


def lock(paths: Paths, _: pytest.MonkeyPatch) -> None:
    paths.runtime_lock.write_text(paths.runtime_lock.read_text() + "other==1\n")


def python(_: Paths, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(platform, "python_version", lambda: "3.13.99")


@pytest.mark.parametrize("change", [edit, add, rename, delete, lock, python])
def test_code_lock_and_python_move_the_id(
    change: Change, data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure(data)
    before = identity(config, paths)
    change(paths, monkeypatch)
    assert identity(config, paths) != before


def test_the_seed_moves_the_id_of_a_model_that_takes_none(data: Data, paths: Paths) -> None:
    # It still reaches the baselines and the resampling.
    zero, one = (configure(data, "model=dummy", f"seed={seed}") for seed in (0, 1))
    assert identity(zero, paths) != identity(one, paths)


@pytest.mark.parametrize(
    "override",
    [
        "tracking=disabled",
        "tracking.project=other",
        "tracking.timeout_s=1",
        "methods.conformal.coverage=0.8",
        "methods.slices.columns=[size]",
        "curves.sizes=5",
        "curves.models=[logistic,boosting]",
        "+model.classification.n_jobs=2",
        "+model.regression.n_jobs=2",
        "+model.classification.verbose=1",
    ],
)
def test_tracker_workers_and_chatter_do_not_move_the_id(
    override: str, data: Data, paths: Paths
) -> None:
    assert identity(configure(data, override), paths) == identity(configure(data), paths)


def host(_: Paths, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(socket, "gethostname", lambda: "elsewhere")
    patch.setattr(platform, "node", lambda: "elsewhere")
    patch.setenv("HOSTNAME", "elsewhere")


def user(_: Paths, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "getuid", lambda: 4321)
    patch.setattr(getpass, "getuser", lambda: "somebody")
    patch.setenv("USER", "somebody")


def clock(_: Paths, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(time, "time", lambda: 0.0)
    patch.setenv("TZ", "Asia/Tokyo")


def processors(_: Paths, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "cpu_count", lambda: 64)
    patch.setattr(os, "process_cpu_count", lambda: 64)
    patch.setattr(platform, "machine", lambda: "aarch64")


def image(_: Paths, patch: pytest.MonkeyPatch) -> None:
    for name in ("IMAGE_ID", "BASE_IMAGE", "GIT_COMMIT", "GIT_DIRTY"):
        patch.setenv(name, "other")


def touch(paths: Paths, _: pytest.MonkeyPatch) -> None:
    os.utime(paths.code / "some.py", (0, 0))
    (paths.code / "some.py").chmod(0o600)


def leftovers(paths: Paths, _: pytest.MonkeyPatch) -> None:
    (paths.code / "__pycache__").mkdir()
    (paths.code / "__pycache__" / "some.cpython-313.pyc").write_bytes(b"0")
    (paths.root / "notes.txt").write_text("beside the code")


@pytest.mark.parametrize("change", [host, user, clock, processors, image, touch, leftovers])
def test_where_when_and_by_whom_does_not_move_the_id(
    change: Change, data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure(data)
    before = identity(config, paths)
    change(paths, monkeypatch)
    assert identity(config, paths) == before


def test_the_folder_of_the_project_does_not_move_the_id(data: Data, paths: Paths) -> None:
    config = configure(data)
    before = identity(config, paths)
    moved = Paths(paths.root.rename(paths.root.with_name(f"{paths.root.name} moved")))
    assert identity(config, moved) == before


def test_the_order_of_keys_does_not_move_the_id(data: Data, paths: Paths) -> None:
    found = inputs(configure(data), CHECKSUMS, paths)
    turned = {key: found[key] for key in reversed(found)}
    turned["data"] = dict(reversed(found["data"].items()))
    assert run_id(turned) == run_id(found)


def test_the_docstring_names_every_input(data: Data, paths: Paths) -> None:
    for name in inputs(configure(data), CHECKSUMS, paths):
        assert f"`{name}`" in str(provenance.__doc__)


def test_a_stored_configuration_reads_back_as_it_was(data: Data) -> None:
    config = configure(data, "model=boosting", "seed=3")
    stored = yaml.safe_load(yaml.safe_dump(plain(config)))
    assert validate(OmegaConf.create(dict(stored))) == config


def test_the_packages_recorded_are_those_of_the_lock() -> None:
    found = packages()
    lines = PROJECT.runtime_lock.read_text().splitlines()
    # A line with a marker is for another system.
    pins = [line.split(" ")[0] for line in lines if "==" in line and ";" not in line]
    wanted = dict(pin.split("==") for pin in pins)
    assert len(wanted) > 50
    normal = {name.lower().replace("-", "_").replace(".", "_"): v for name, v in found.items()}
    for name, version in wanted.items():
        assert normal[name.replace("-", "_").replace(".", "_")] == version


def test_the_lock_is_covered_by_its_contents(data: Data, paths: Paths) -> None:
    assert inputs(configure(data), CHECKSUMS, paths)["lock"] == sha256(paths.runtime_lock)


def test_code_that_no_commit_holds_is_read_once_and_names_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch = tmp_path / "some.patch"
    patch.write_text("left out: a large file.bin\nleft out: two\ndiff --git a/x b/x\n")
    monkeypatch.setenv("CODE_PATCH", str(patch))
    provenance.code_patch.cache_clear()
    try:
        assert provenance.circumstances()["left_out"] == ["a large file.bin", "two"]
        patch.unlink()
        assert provenance.code_patch() is not None
    finally:
        provenance.code_patch.cache_clear()
