"""Locks are resolved by the real uv from packages made here; a failure leaves them alone."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from project.errors import ConfigError, MachineError
from project.lock import LOCKS, changes, lock


def wheel(folder: Path, version: str) -> None:
    """Write the wheel of a package `tiny` that holds nothing."""
    about = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(folder / f"tiny-{version}-py3-none-any.whl", "w") as packed:
        packed.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
        )
        packed.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        packed.writestr(f"{about}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that uv takes for all the packages there are."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheel(folder, "1.0")
    settings = tmp_path / "uv.toml"
    settings.write_text(f'[pip]\nno-index = true\nfind-links = ["{folder}"]\n')
    monkeypatch.setenv("UV_CONFIG_FILE", str(settings))
    return folder


@pytest.fixture
def folder(tmp_path: Path, index: Path) -> Path:
    """Requirements of that one package, locked."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name in LOCKS:
        (folder / f"{name}.in").write_text("tiny\n")
        (folder / f"{name}.lock").write_text("")
    found = lock(folder, upgrade=False, check=False)
    assert found == {name: [("tiny", "–", "1.0")] for name in LOCKS}
    return folder


def locks(folder: Path) -> dict[str, str]:
    """Return the texts of the locks."""
    return {name: (folder / f"{name}.lock").read_text() for name in LOCKS}


def test_a_lock_has_versions_and_hashes_and_no_address(folder: Path) -> None:
    text = locks(folder)["runtime"]
    assert "tiny==1.0" in text
    assert "--hash=sha256:" in text
    assert "index" not in text


def test_what_is_locked_stays_until_an_upgrade_is_asked_for(folder: Path, index: Path) -> None:
    wheel(index, "2.0")
    assert lock(folder, upgrade=False, check=False) == {}
    found = lock(folder, upgrade=True, check=False)
    assert found["dev"] == [("tiny", "1.0", "2.0")]
    assert "tiny==2.0" in locks(folder)["dev"]


def test_a_check_shows_the_same_and_changes_nothing(folder: Path, index: Path) -> None:
    wheel(index, "2.0")
    before = locks(folder)
    assert lock(folder, upgrade=True, check=True)["runtime"] == [("tiny", "1.0", "2.0")]
    assert locks(folder) == before


def test_what_can_not_be_resolved_is_told_and_no_lock_changes(folder: Path, index: Path) -> None:
    wheel(index, "2.0")
    before = locks(folder)
    # The last one, when the others have already been resolved.
    (folder / "dev.in").write_text("tiny==3.0\n")
    with pytest.raises(ConfigError, match=r"requirements/dev\.in .*tiny==3\.0") as refused:
        lock(folder, upgrade=True, check=False)
    assert "\n" not in str(refused.value)
    assert locks(folder) == before


def test_a_line_that_is_no_requirement_is_told(folder: Path) -> None:
    (folder / "build.in").write_text("tiny ===== x\n")
    with pytest.raises(ConfigError, match=r"requirements/build\.in"):
        lock(folder, upgrade=False, check=False)


def test_without_a_network_the_index_is_said_to_be_out_of_reach(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_CONFIG_FILE")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_INDEX_URL", "http://localhost:9/simple")
    with pytest.raises(MachineError, match="can't be reached"):
        lock(folder, upgrade=True, check=False)


def test_an_extra_that_is_new_gets_its_first_lock(folder: Path) -> None:
    (folder / "extras").mkdir()
    (folder / "extras" / "more.in").write_text("tiny\n")
    assert lock(folder, upgrade=False, check=True) == {"extras/more": [("tiny", "–", "1.0")]}
    assert not (folder / "extras" / "more.lock").exists()
    lock(folder, upgrade=False, check=False)
    assert "tiny==1.0" in (folder / "extras" / "more.lock").read_text()


def test_changes_name_what_came_went_and_moved() -> None:
    old = (
        "gone==1.0 \\\n    --hash=sha256:00\nmoved[extra]==1.0 ; python_version < '4' \\\nsame==3\n"
    )
    new = "moved==2.0 \\\nsame==3\nnew-one==0.1\n"
    expected = [("gone", "1.0", "–"), ("moved", "1.0", "2.0"), ("new-one", "–", "0.1")]
    assert changes(old, new) == expected


def test_an_option_that_is_not_there_ends_with_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "project.lock", "--newest"], capture_output=True, check=False
    )
    assert done.returncode == 2
