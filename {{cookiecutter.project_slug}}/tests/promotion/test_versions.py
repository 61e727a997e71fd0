"""A promoted run is a version that serves, whole or not at all, and an older one can come back."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.repo import Repo

from project.errors import RunError
from project.files import sha256
from project.manifest import check_files, load_manifest
from project.paths import PROJECT, Paths
from project.promotion import changelog, service, versions
from project.promotion.history import read, serving
from project.runs import FORGOTTEN

from ..trained import copied

# DVC uses what a library of its own means to drop.
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")
CARD = "# {version}\n\nbetter by 0.5[^gain], by far.\n\nMore.\n"


@pytest.fixture
def task() -> str:
    """One task is enough: a version is kept alike."""
    return "classification"


@pytest.fixture
def runs(paths: Paths, task: str) -> list[Path]:
    """Two runs in a project that DVC knows."""
    Repo.init(str(paths.root), no_scm=True).close()
    return copied(task, paths.root)


def keep(run: Path, paths: Paths) -> str:
    """Promote a run, whatever it is worth."""
    return versions.keep(run, {"run": run.name}, lambda v: CARD.format(version=v), paths)[0]


def files(folder: Path) -> dict[str, str]:
    """Return path to checksum of all files of a folder."""
    found = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256(file) for file in found}


def test_a_promoted_run_is_a_version_that_serves(runs: list[Path], paths: Paths) -> None:
    assert service.in_service(paths) is None
    assert [keep(run, paths) for run in runs] == ["v1", "v2"]
    for number, run in enumerate(runs, 1):
        folder = paths.models / f"v{number}"
        kept = files(folder)
        assert json.loads((folder / versions.GATES).read_text()) == {"run": run.name}
        del kept[versions.GATES]
        assert kept == files(run)
        check_files(folder, load_manifest(folder))
        named = yaml.safe_load((paths.models / f"v{number}.dvc").read_text())["outs"][0]["md5"]
        assert paths.cached(named).is_file()
    assert serving(paths).name == service.in_service(paths) == "v2"
    assert [(e.action, e.version, e.run) for e in read(paths)] == [
        ("promote", "v1", runs[0].name),
        ("promote", "v2", runs[1].name),
    ]
    day = read(paths)[0].time[:10]
    lines = (paths.models / "CHANGELOG.md").read_text().splitlines()[-2:]
    assert lines[0] == f"- {day}: **[v2](v2.md)**, run `{runs[1].name}`: better by 0.5, by far."
    assert lines[1].startswith(f"- {day}: **[v1](v1.md)**")


def test_dvc_brings_a_lost_version_back_bit_by_bit(runs: list[Path], paths: Paths) -> None:
    keep(runs[0], paths)
    before = files(paths.models / "v1")
    shutil.rmtree(paths.models / "v1")
    with pytest.raises(RunError, match="make pull"):
        serving(paths)
    with Repo(str(paths.root)) as repo:
        repo.checkout()
    assert files(paths.models / "v1") == before


def test_a_run_is_promoted_once(runs: list[Path], paths: Paths) -> None:
    for run in runs:
        service.refuse_known(run.name, paths)
        keep(run, paths)
    with pytest.raises(RunError, match="serves already, as v2"):
        service.refuse_known(runs[1].name, paths)
    with pytest.raises(RunError, match="make rollback TO=v1"):
        service.refuse_known(runs[0].name, paths)


@pytest.mark.parametrize("step", ["check_files", "write_json", "track", "card", "record"])
def test_a_promotion_that_is_killed_leaves_no_version_and_the_next_one_cleans_up(
    step: str, runs: list[Path], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing catches this."""

    keep(runs[0], paths)
    before = files(paths.models)

    def kill(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        # As `kill -9` would: nothing is cleaned up on the way out.
        patch.setattr(versions, "discard", lambda *_: None)
        if step != "card":
            patch.setattr(versions, step, kill)
        card = kill if step == "card" else lambda v: CARD.format(version=v)
        with pytest.raises(Killed):
            versions.keep(runs[1], {}, card, paths)
    assert service.in_service(paths) == "v1"
    left = files(paths.models)
    assert {name: left[name] for name in before} == before
    assert keep(runs[1], paths) == "v2"
    assert {f.name.split(".")[0] for f in paths.models.iterdir()} == {
        *("v1", "v2", "history", "CHANGELOG")
    }
    check_files(paths.models / "v2", load_manifest(paths.models / "v2"))


def test_a_failure_cleans_up_after_itself(
    runs: list[Path], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(runs[0], paths)
    before = files(paths.models)
    monkeypatch.setattr(versions, "track", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep(runs[1], paths)
    assert files(paths.models) == before


def test_an_edited_run_is_not_promoted(runs: list[Path], paths: Paths) -> None:
    (runs[0] / "metrics.json").write_text("{}")
    with pytest.raises(RunError, match=r"metrics\.json was edited"):
        keep(runs[0], paths)
    assert not list(paths.models.glob("*"))


def served(paths: Paths, *actions: str) -> list[str | None]:
    """Do one thing after another, and tell what served after each."""
    found = []
    for action in actions:
        if action == "promote":
            versions.record("promote", versions.next_version(paths), "0123abc", paths)
            (paths.models / str(service.in_service(paths))).mkdir()
        elif action == "withdraw":
            versions.record("withdraw", None, None, paths)
        else:
            service.roll_back(action.removeprefix("back").strip(), paths)
        found.append(service.in_service(paths))
    return found


def test_versions_come_back_in_the_order_they_went(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "check_files", lambda *_: None)
    monkeypatch.setattr(service, "load_manifest", lambda *_: {})
    done = ["promote", "promote", "promote", "back", "back", "promote", "back", "back v3"]
    assert served(paths, *done) == ["v1", "v2", "v3", "v2", "v1", "v4", "v1", "v3"]
    assert served(paths, "back", "promote", "withdraw", "back") == ["v1", "v5", None, "v1"]
    with pytest.raises(RunError, match="no version served before"):
        service.roll_back("", paths)
    for to, words in (
        ("v1", "serves already"),
        ("v9", "TO=v9 is no version"),
        ("../x", "is no version"),
    ):
        with pytest.raises(RunError, match=words):
            service.roll_back(to, paths)
    (paths.models / "v4" / FORGOTTEN).touch()
    with pytest.raises(RunError, match="forgotten since"):
        service.roll_back("v4", paths)
    shutil.rmtree(paths.models / "v3")
    with pytest.raises(RunError, match="make pull"):
        service.roll_back("v3", paths)
    text = (paths.models / "CHANGELOG.md").read_text()
    assert "**rolled back to [v1](v1.md)**, in place of v2." in text
    assert "**v5 withdrawn**" in text


def test_an_edited_version_does_not_come_back(runs: list[Path], paths: Paths) -> None:
    for run in runs:
        keep(run, paths)
    (paths.models / "v1" / "metrics.json").write_text("{}")
    with pytest.raises(RunError, match=r"models/v1/metrics\.json was edited"):
        service.roll_back("", paths)
    assert service.in_service(paths) == "v2"


def test_two_at_once_become_two_versions(runs: list[Path], paths: Paths) -> None:
    code = (
        "import sys; from pathlib import Path; from project.paths import Paths; "
        "from project.locks import promoting; from project.promotion import versions\n"
        "paths = Paths(Path(sys.argv[1]))\n"
        "with promoting(paths):\n"
        "    print(versions.keep(paths.runs / sys.argv[2], {}, str, paths)[0])"
    )
    made = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(paths.root), run.name],
            cwd=PROJECT.root / "src",
            stdout=subprocess.PIPE,
            text=True,
        )
        for run in runs
    ]
    said = sorted(one.communicate(timeout=120)[0].strip() for one in made)
    assert said == ["v1", "v2"]
    assert sorted(e.version for e in read(paths) if e.version) == ["v1", "v2"]
    for version in said:
        check_files(paths.models / version, load_manifest(paths.models / version))


def test_the_changelog_tells_where_a_card_is_lost(runs: list[Path], paths: Paths) -> None:
    keep(runs[0], paths)
    (paths.models / "v1.md").unlink()
    changelog.write(paths)
    assert "its card is not here" in (paths.models / "CHANGELOG.md").read_text()
