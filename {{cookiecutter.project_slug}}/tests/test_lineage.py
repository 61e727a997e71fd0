"""A run leads to the exact rows that it was made of, wherever they are kept."""

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from project import lineage
from project.data import cached
from project.data.config import Data
from project.errors import DataError
from project.files import locked
from project.lineage import Row, State, Step, chain, row
from project.manifest import load_manifest
from project.paths import Paths
from project.provenance import inputs
from project.report.lineage import show, show_row
from project.runs import MODEL
from project.train import make

from .conftest import configure, table


@pytest.fixture
def run(data: Data, paths: Paths) -> Path:
    """A run on the tiny table, whose versions are in the cache."""
    files = {"table.csv": paths.root / "table.csv"}
    for file in (paths.raw, paths.validated, paths.split):
        copy = paths.root / "copy"
        shutil.copyfile(file, copy)
        cached.keep(copy, paths)
        files[file.relative_to(paths.root).as_posix()] = file
    sums = {name: cached.checksum_of(file) for name, file in files.items()}
    config = configure(data)
    return make(config, inputs(config, sums, paths), paths)


def states(steps: list[Step]) -> list[State]:
    """Return the states of a chain."""
    return [step.state for step in steps]


def test_a_fresh_run_has_all_it_was_made_of(run: Path, paths: Paths) -> None:
    steps = chain(run, paths)
    assert [step.name for step in steps] == [
        *("source", "raw", "validated", "split", "model", "predictions")
    ]
    assert states(steps) == [State.same] * 6
    assert [sum(step.rows.values()) for step in steps[:4]] == [200] * 4
    dealt = steps[3].rows
    assert steps[5].rows == {name: dealt[name] for name in ("train", "valid")}


def test_every_row_leads_to_its_raw_cells(run: Path, paths: Paths) -> None:
    original = table()
    for made in pd.read_parquet(run / "predictions.parquet").to_dict("records"):
        found = row(run, made["row_id"], paths)
        cells = original.iloc[made["row_id"] - 1]
        assert found.cells["name"] == cells["name"]
        assert found.split == made["split"]
        assert found.prediction["y_true"] == made["y_true"]


def test_a_row_of_the_test_split_is_found_though_not_predicted(run: Path, paths: Paths) -> None:
    known = set(pd.read_parquet(run / "predictions.parquet")["row_id"])
    one = min(set(range(1, 201)) - known)
    assert row(run, one, paths) == Row(one, row(run, one, paths).cells, "test", {})


def test_what_changed_is_read_from_the_cache(run: Path, paths: Paths) -> None:
    for file in (paths.raw, paths.split):
        file.chmod(0o644)
        file.write_bytes(b"other")
    paths.validated.unlink()
    (paths.root / "table.csv").write_text("other")
    (run / MODEL).unlink()
    steps = chain(run, paths)
    assert states(steps) == [
        *(State.changed, State.cached, State.cached, State.cached),
        *(State.gone, State.same),
    ]
    assert row(run, 1, paths).cells["name"] == "fruit 0"


def test_what_is_nowhere_is_told(run: Path, paths: Paths) -> None:
    with pytest.raises(DataError, match=r"ROW=201: .* no such row"):
        row(run, 201, paths)
    paths.raw.unlink()
    paths.validated.unlink()
    for file in cached.objects(paths).values():
        file.unlink()
    assert states(chain(run, paths))[1] is State.gone
    with pytest.raises(DataError, match="neither in data/ nor in DVC's cache"):
        row(run, 1, paths)


def test_both_are_shown(run: Path, paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    steps = chain(run, paths)
    show(load_manifest(run), steps, run)
    shown = capsys.readouterr().out
    for words in (run.name, "data/validated/table.parquet", "200 rows", "✓ the same", "packages"):
        assert words in shown
    assert steps[1].checksum[:12] in shown
    show_row(run.name, row(run, 1, paths))
    shown = capsys.readouterr().out
    assert "fruit 0" in shown
    assert "row 1 of run" in shown


def test_no_row_is_forgotten_while_a_run_is_followed(
    run: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def meanwhile(*_: object) -> None:
        with pytest.raises(BlockingIOError), locked(paths.dvc_tmp / "rows.flock", wait=False):
            pass
        asked.append(run.name)

    monkeypatch.setattr(lineage, "PROJECT", paths)
    monkeypatch.setattr("project.lineage.report.show", meanwhile)
    monkeypatch.setattr(sys, "argv", ["lineage", "latest", ""])
    lineage._main()
    assert asked == [run.name]


@pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")  # DVC's own
def test_a_folder_has_the_checksum_that_dvc_gives_it(tmp_path: Path) -> None:
    from dvc.repo import Repo

    folder = tmp_path / "parts"
    for name in ("b.parquet", "a.parquet", "deeper/é.parquet"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    with Repo.init(str(tmp_path), no_scm=True) as repo:
        (out,) = repo.add(str(folder))[0].outs
        assert cached.checksum_of(folder) == out.hash_info.value
