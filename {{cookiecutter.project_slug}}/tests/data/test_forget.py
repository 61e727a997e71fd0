"""Forgetting takes a person out of every version and every run, and leaves all others in."""

import io
import shutil
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from project import affected
from project.command import overrides
from project.data import cached, erase, forget
from project.data.config import load_data
from project.data.ingest import ingest
from project.data.profile import Sample, profile, save
from project.data.schema import load_schema
from project.data.split import split_table
from project.data.stages import checksums
from project.data.validate import validate
from project.errors import ConfigError, DataError, RunError
from project.locks import forgetting, reading
from project.manifest import check_files, load_manifest, write_manifest
from project.paths import Paths
from project.provenance import inputs
from project.runs import FIGURES, FORGOTTEN, MODEL, PAGE, PREDICTIONS, read_json
from project.train import make

from ..conftest import configure

DATA = """
source: data/source/visits.csv
target: kind
task: classification
missing_target: drop
split: {valid: 0.25, test: 0.25, method: hash, seed: 0}
"""
SCHEMA = """
key: [visit]
columns:
  visit: {type: text, role: id}  # one a visit
  patient: {type: integer, role: group}
  name: {type: category, role: ignore, categories: [Ada Byron, Bo Ek, Cy Lin], unseen: 0.9}
  size: {type: number}
  colour: {type: category}
  kind: {type: category, role: target}
"""
NAMES = {1: "Ada Byron", 2: "Bo Ek", 3: "Cy Lin"}


def visits(rows: int) -> pd.DataFrame:
    """Return visits of three patients; more rows leave the first as they are."""
    draw = np.random.default_rng(0)
    patient = [i % 3 + 1 for i in range(150)]
    whole = pd.DataFrame(
        {
            "visit": [f"visit-{i:04d}" for i in range(150)],
            "patient": patient,
            "name": [NAMES[p] for p in patient],
            "size": draw.normal(size=150).round(3),
            "colour": ["x7" if p == 3 else "red" for p in patient],
            "kind": np.where(draw.random(150) < 0.5, "plum", "apple"),
        }
    )
    return whole.head(rows)


def refresh(paths: Paths) -> None:
    """Do what the stages do, and keep what they made as DVC does."""
    data, schema = load_data(paths.data_config), load_schema(paths.schema)
    source = paths.root / data.source
    ingest(schema, source, paths.raw)
    validate(data, schema, paths.raw, paths.validated)
    split_table(data, paths.validated, paths.split)
    sums = {"source": cached.checksum_of(source)}
    for file in (paths.raw, paths.validated, paths.split):
        copy = paths.root / "copy"
        shutil.copyfile(file, copy)
        sums[file.relative_to(paths.root).as_posix()] = cached.keep(copy, paths)
    source_entry = {"path": data.source, "md5": sums.pop("source")}
    outs = [{"path": path, "md5": md5} for path, md5 in sums.items()]
    paths.dvc_lock.write_text(
        yaml.safe_dump({"stages": {"all": {"deps": [source_entry], "outs": outs}}})
    )


def run(paths: Paths, estimator: str = "") -> Path:
    """Train on the data as it is."""
    config = configure(load_data(paths.data_config), "model=logistic")
    if estimator:
        config.model.classification = {"_target_": estimator}
    return make(config, inputs(config, checksums(paths), paths), paths)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of a table in the cache, and runs of both."""
    paths = Paths(tmp_path_factory.mktemp("built"))
    for folder in (paths.conf, paths.code, paths.runtime_lock.parent, paths.root / "data/source"):
        folder.mkdir(parents=True)
    (paths.root / ".dvc").mkdir()
    paths.runtime_lock.touch()
    paths.data_config.write_text(DATA)
    paths.schema.write_text(SCHEMA)
    sample = Sample()
    sample.add(visits(120))
    save(profile(sample.frame()), paths.profile)
    for rows in (120, 150):
        visits(rows).to_csv(paths.root / "data/source/visits.csv", index=False)
        refresh(paths)
        run(paths)
        run(paths, "sklearn.neighbors.KNeighborsClassifier")
    paths.reports.mkdir()
    (paths.reports / "validate.html").write_text("<td>Cy Lin</td>")
    return paths.root


@pytest.fixture
def paths(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A project of its own for each test."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(forget, "refresh", refresh)
    return Paths(tmp_path)


def everything(paths: Paths) -> dict[str, bytes]:
    """Return the bytes of all files."""
    files = (file for file in paths.root.rglob("*") if file.is_file())
    return {file.relative_to(paths.root).as_posix(): file.read_bytes() for file in files}


def forgotten(wanted: str, paths: Paths) -> forget.Plan:
    """Forget somebody, and see that the project finds no trace."""
    todo = forget.plan(wanted, paths)
    assert forget.apply(todo, paths) is None
    assert forget.prove(todo, paths) == []
    return todo


def test_a_plan_changes_nothing_and_names_all_that_holds_the_rows(paths: Paths) -> None:
    before = everything(paths)
    todo = forget.plan("patient=3", paths)
    assert everything(paths) == before
    assert todo.held.rows.num_rows == 50
    assert len(todo.runs) == 4
    # One of the two models keeps rows; both have the colour that only this person had.
    stores = sorted(" ".join(run.stores) for run in todo.runs)
    assert [text.split()[0] for text in stores] == ["KDTree", "KDTree", "a", "a"]
    assert {path.name for path in todo.outputs} == {"table.parquet", "split.parquet"}
    assert len(todo.old) == 4  # raw and validated are one content
    assert todo.categories == {"name": {"Cy Lin"}}
    assert todo.profiled == ["visit", "patient", "name", "colour"]


def test_a_group_is_forgotten_everywhere_and_nobody_else_is(paths: Paths) -> None:
    splits = pq.read_table(paths.split).to_pandas().set_index("__row_id__")["__split__"]
    table = pq.read_table(paths.raw).to_pandas().set_index("__row_id__")
    before = dict(zip(table["visit"], splits, strict=True))
    forgotten("patient=3", paths)
    left = visits(150).query("patient != 3")
    source = paths.root / "data/source/visits.csv"
    assert source.read_text() == left.to_csv(index=False)
    raw = pq.read_table(paths.raw).to_pandas()
    assert list(raw["visit"]) == list(left["visit"])
    after = pq.read_table(paths.split).to_pandas()["__split__"]
    assert all(before[v] == split for v, split in zip(raw["visit"], after, strict=True))
    for name, content in everything(paths).items():
        assert b"Cy Lin" not in content, name
        if name.endswith(".parquet") or "/md5/" in name:
            rows = pd.read_parquet(paths.root / name)
            assert 3 not in set(rows.get("patient", ())), name
    assert load_schema(paths.schema).columns["name"].categories == ["Ada Byron", "Bo Ek"]
    assert "# one a visit" in paths.schema.read_text()


def test_a_run_loses_the_rows_and_still_leads_to_all_others(paths: Paths) -> None:
    before = {f.name: pd.read_parquet(f / PREDICTIONS) for f in paths.runs.iterdir()}
    forgotten("patient=3", paths)
    for name, old in before.items():
        folder = paths.runs / name
        new = pd.read_parquet(folder / PREDICTIONS)
        theirs = old["row_id"] % 3 == 0
        pd.testing.assert_frame_equal(new, old[~theirs].reset_index(drop=True))
        with pytest.raises(RunError, match="forgotten since"):
            check_files(folder, load_manifest(folder))
        assert read_json(folder / FORGOTTEN)["rows"] == theirs.sum()
        # Dots and the worst rows are rows, too.
        assert not (folder / FIGURES).exists()
        assert not (folder / PAGE).exists()
        checksum = read_json(folder / "manifest.json")["inputs"]["data"]["data/raw/table.parquet"]
        file = cached.present(checksum, paths)
        assert file is not None
        raw = pd.read_parquet(file).set_index("__row_id__")
        assert list(raw.loc[new["row_id"], "kind"]) == list(new["y_true"])


def test_models_that_keep_rows_go_and_others_stay(paths: Paths) -> None:
    neighbours = {
        folder.name: "KNeighbors" in (folder / "config.yaml").read_text()
        for folder in paths.runs.iterdir()
    }
    forgotten("visit-0001", paths)
    for name, keeps_rows in neighbours.items():
        trained = pd.read_parquet(paths.runs / name / PREDICTIONS)
        assert 2 not in set(trained["row_id"])
        assert (paths.runs / name / MODEL).exists() is not keeps_rows


def test_a_model_with_a_category_of_the_person_alone_goes_too(paths: Paths) -> None:
    todo = forgotten("patient=3", paths)  # only they have the colour x7
    assert all(run.stores for run in todo.runs)
    assert not list(paths.runs.glob("*/model.skops"))


def test_one_after_another_is_forgotten_in_the_versions_of_old_runs(paths: Paths) -> None:
    forgotten("visit-0003", paths)
    forgotten("patient=2", paths)
    for folder in paths.runs.iterdir():
        ids = pd.read_parquet(folder / PREDICTIONS)["row_id"]
        assert not set(ids) & {4, *range(2, 151, 3)}
    for file in cached.objects(paths).values():
        rows = pd.read_parquet(file)
        assert not set(rows.get("visit", ())) & {"visit-0003", "visit-0001"}
        # A split that a run leads to loses them as well.
        assert len(rows) in (79, 99)


STEPS = ["keep_others", "source", "unlist", "undescribe", "drop_versions"]


@pytest.mark.parametrize("step", [*STEPS, "refresh", "erase", "half of the versions"])
def test_a_kill_at_any_step_is_mended_by_doing_it_again(
    step: str, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing catches this."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "half of the versions":
            count = iter(range(3))
            unlink = Path.unlink

            def some(path: Path, missing_ok: bool = False) -> None:
                if "md5" in path.parts and next(count, None) is None:
                    raise Killed
                unlink(path, missing_ok=missing_ok)

            patch.setattr(Path, "unlink", some)
        elif step == "erase":
            patch.setattr(affected, step, kill)
        else:
            patch.setattr(forget if step == "refresh" else erase, step, kill)
        with pytest.raises(Killed):
            forget.apply(forget.plan("patient=3", paths), paths)
    forgotten("patient=3", paths)
    assert not list(paths.root.rglob(".*.csv*"))
    for folder in paths.runs.iterdir():
        ids = pd.read_parquet(folder / PREDICTIONS)["row_id"]
        assert not (ids % 3 == 0).any()
        assert not (folder / MODEL).exists()
    with pytest.raises(DataError, match="no row of"):
        forget.plan("patient=3", paths)


def test_what_a_kill_left_half_written_goes_too(paths: Paths) -> None:
    scratch = f"data/raw/.table.parquet.{uuid4().hex}"
    for name in (scratch, "data/source/.forget/visits.csv", "runs/.abc.x/y"):
        file = paths.root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("visit\nvisit-0003\n")
    half = paths.cached("ab" * 16).with_name("half.tmp")
    half.parent.mkdir(exist_ok=True)
    half.write_text("visit-0003")
    forgotten("visit-0003", paths)
    assert not half.exists()


@pytest.mark.parametrize(
    ("module", "name", "place"),
    [
        (erase, "source", "data/source/visits.csv"),
        (erase, "drop_versions", ".dvc/cache"),
        (affected, "erase", "predictions.parquet"),
        (erase, "unlist", "conf/schema.yaml"),
        (erase, "undescribe", "conf/profile.json"),
    ],
)
def test_what_is_skipped_is_found(
    module: Any, name: str, place: str, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, name, lambda *_: None)
        todo = forget.plan("patient=3", paths)
        forget.apply(todo, paths)
        assert any(place in trace.path for trace in forget.prove(todo, paths))


def test_a_table_that_is_none_without_the_person_is_forgotten_all_the_same(paths: Paths) -> None:
    table = visits(150)
    table["kind"] = np.where(table["patient"] == 3, "plum", "apple")
    table.to_csv(paths.root / "data/source/visits.csv", index=False)
    todo = forget.plan("patient=3", paths)
    failure = forget.apply(todo, paths)
    assert "'apple' in every row" in str(failure)
    assert forget.prove(todo, paths) == []
    assert not paths.validated.exists()


def test_a_run_whose_version_is_not_here_is_told(paths: Paths) -> None:
    manifest = next(paths.runs.glob("*/manifest.json"))
    content = load_manifest(manifest.parent)
    content["inputs"]["data"] = dict.fromkeys(content["inputs"]["data"], "0" * 32)
    write_manifest(content, manifest.parent)
    unknown = [run for run in forget.plan("visit-0003", paths).runs if run.ids is None]
    assert [run.folder for run in unknown] == [manifest.parent]


def test_what_names_nobody_is_refused(paths: Paths) -> None:
    before = everything(paths)
    for wanted, words in (("visit-9", "no row of"), ("patient=9", "no row of"), ("", "KEY")):
        with pytest.raises((DataError, ConfigError), match=words):
            forget.plan(wanted, paths)
    assert everything(paths) == before


def test_the_command_of_a_run_composes_its_configuration(paths: Paths) -> None:
    changes = ["model=forest", "seed=7", "evaluation.resamples=200"]
    changes.append("model.classification.n_estimators=5")
    config = configure(load_data(paths.data_config), *changes)
    said = overrides({"inputs": inputs(config, {}, paths)})
    assert sorted(said) == sorted(changes)


def test_nobody_is_forgotten_while_a_command_works_on_the_rows(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    # Not capsys: emptying its buffer while a thread writes to it loses what is just being written.
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)

    def wait() -> None:
        with forgetting(paths):
            order.append("forgotten")

    with reading(paths), reading(paths):
        waiting = threading.Thread(target=wait)
        waiting.start()
        while "waiting for another command" not in said.getvalue():
            assert waiting.is_alive()
        order.append("trained")
    waiting.join()
    assert order == ["trained", "forgotten"]
