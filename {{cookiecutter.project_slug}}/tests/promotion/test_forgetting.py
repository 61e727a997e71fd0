"""Forgetting reaches promoted models: in their folders, DVC's cache, the cards and the service."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from dvc.repo import Repo

from project import affected
from project.data import cached, erase, forget
from project.errors import RunError
from project.paths import Paths
from project.promotion import forgetting, service, versions
from project.promotion.history import read
from project.report.forgetting import show
from project.runs import FORGOTTEN, MODEL, PAGE, PREDICTIONS, every
from project.serving.served import served

from ..data.test_forget import built, refresh

__all__ = ["built"]  # a fixture
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")


@pytest.fixture
def paths(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A project of two versions of a table, with one model of either promoted."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(forget, "refresh", refresh)
    paths = Paths(tmp_path)
    (paths.root / ".dvc" / "config").touch()
    with Repo.init(str(paths.root), no_scm=True, force=True):
        pass
    # What init has made anew.
    shutil.copytree(built / ".dvc", paths.root / ".dvc", dirs_exist_ok=True)
    for run in sorted(every(paths), key=rows)[1:3]:
        versions.keep(run, {"gates": "patient 3"}, lambda v: f"# {v}\n\nGood: Cy Lin.\n", paths)
    return paths


def rows(run: Path) -> tuple[int, str]:
    """Order runs by the version of the table, then by the model."""
    return len(pd.read_parquet(run / PREDICTIONS)), (run / "config.yaml").read_text()


def objects(paths: Paths) -> set[str]:
    """Return the checksums of what the versions' .dvc files name, their lists' too."""
    found = set()
    for file in paths.models.glob("v*.dvc"):
        top = yaml.safe_load(file.read_text())["outs"][0]["md5"]
        found |= {top, *(one["md5"] for one in json.loads(paths.cached(top).read_text()))}
    return found


def done(paths: Paths) -> forget.Plan:
    """Forget somebody who is in all versions, and see that no trace is found."""
    todo = forget.plan("patient=3", paths)
    assert forget.apply(todo, paths) is None
    assert forget.prove(todo, paths) == []
    return todo


def test_a_plan_names_the_models_and_changes_none(paths: Paths) -> None:
    before = {f: f.read_bytes() for f in paths.models.rglob("*") if f.is_file()}
    todo = forget.plan("patient=3", paths)
    told = {run.where for run in todo.runs if run.promoted}
    assert told == {"models/v1", "models/v2"}
    assert forgetting.withdrawn(todo.runs, paths) == "v2"
    assert set(todo.models) <= set(todo.old)
    assert {f: f.read_bytes() for f in paths.models.rglob("*") if f.is_file()} == before


def test_a_model_loses_the_rows_and_is_withdrawn(paths: Paths) -> None:
    old = objects(paths)
    done(paths)
    for version in ("v1", "v2"):
        folder = paths.models / version
        left = pd.read_parquet(folder / PREDICTIONS)
        assert len(left)
        assert not (left["row_id"] % 3 == 0).any()
        assert (folder / FORGOTTEN).exists()
        assert not (folder / PAGE).exists()
        assert not (folder / MODEL).exists()  # all knew the colour of this person alone
        assert (paths.models / f"{version}.md").read_text().startswith(f"# {version}\n\nWithdrawn")
        with pytest.raises(RunError):
            service.roll_back(version, paths)
    assert [(e.action, e.version) for e in read(paths)] == [
        ("promote", "v1"),
        ("promote", "v2"),
        ("withdraw", None),
    ]
    with pytest.raises(RunError, match="no model serves"):
        served("promoted", paths)
    for file in paths.root.rglob("*"):
        if file.is_file():
            assert b"Cy Lin" not in file.read_bytes(), file
    # What DVC would bring back is what is there now, and nothing of what was.
    here = objects(paths)
    assert here <= cached.objects(paths).keys()
    kept = {cached.checksum_of(f) for f in paths.models.glob("v*/*") if f.is_file()}
    assert (old & cached.objects(paths).keys()) <= here
    assert kept <= here
    shutil.rmtree(paths.models / "v2")
    with Repo(str(paths.root)) as repo:
        repo.checkout()
    assert not (pd.read_parquet(paths.models / "v2" / PREDICTIONS)["row_id"] % 3 == 0).any()


def test_a_model_that_knew_nothing_of_the_rows_stays_in_service(paths: Paths) -> None:
    # Only the second version of the table has row 149.
    service.roll_back("v1", paths)
    todo = forget.plan("visit-0149", paths)
    told = {run.where for run in todo.runs if run.promoted}
    assert "models/v1" not in told
    before = (paths.models / "v1.md").read_text()
    assert forget.apply(todo, paths) is None
    assert service.in_service(paths) == "v1"
    assert served("promoted", paths).name == "v1"
    assert (paths.models / "v1.md").read_text() == before


def test_a_row_that_no_prediction_is_of_takes_no_figure_along(paths: Paths) -> None:
    told = pd.read_parquet(paths.models / "v1" / PREDICTIONS)["row_id"]
    splits = pd.read_parquet(paths.split).set_index("__row_id__")["__split__"]
    tested = next(i for i in splits.index[splits == "test"] if i <= 120 and i not in set(told))
    before = {f.name for f in (paths.models / "v1").rglob("*")}
    todo = forget.plan(f"visit-{tested - 1:04d}", paths)
    assert forget.apply(todo, paths) is None
    assert forget.prove(todo, paths) == []
    after = {f.name for f in (paths.models / "v1").rglob("*")}
    assert after == (before | {FORGOTTEN}) - {versions.GATES}
    assert objects(paths) <= cached.objects(paths).keys()


@pytest.mark.parametrize("step", ["withdraw", "renew", "between", "drop_versions", "note"])
def test_a_kill_at_any_step_is_mended_by_doing_it_again(
    step: str, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing catches this."""

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "between":
            patch.setattr(versions, "add", kill)
        elif step in ("drop_versions", "note"):
            patch.setattr(erase if step == "drop_versions" else affected, step, kill)
        else:
            patch.setattr(forgetting, step, kill)
        with pytest.raises(Killed):
            forget.apply(forget.plan("patient=3", paths), paths)
    done(paths)
    for version in ("v1", "v2"):
        left = pd.read_parquet(paths.models / version / PREDICTIONS)
        assert not (left["row_id"] % 3 == 0).any()
    assert objects(paths) <= cached.objects(paths).keys()
    assert [e.action for e in read(paths)].count("withdraw") == 1
    held = [f for f in cached.objects(paths).values() if f.read_bytes()[:4] == b"PAR1"]
    for file in held:
        frame = pd.read_parquet(file)
        if "y_pred" in frame:
            assert not (frame["row_id"] % 3 == 0).any()


def test_what_is_skipped_is_found(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "renew", lambda *_: None)
    todo = forget.plan("patient=3", paths)
    forget.apply(todo, paths)
    assert any("a model's rows" in trace.what for trace in forget.prove(todo, paths))


def test_a_version_that_is_not_here_is_told(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(paths.models / "v1")
    show(forget.plan("patient=3", paths), paths)
    told = capsys.readouterr().out
    assert "models/v1: can't be told, since it is not here: make pull first" in told
    assert "models/v2 serves, and is withdrawn" in told
