"""Odd overrides, settings, tables and model files end well or in one sentence; hypothesis draws."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import skops.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from project import app
from project.data.config import Data, load_data, with_schema
from project.data.infer import infer
from project.data.ingest import ingest
from project.data.load import load
from project.data.schema import load_schema
from project.data.split import split_table
from project.data.stages import checksums
from project.data.validate import validate as validate_table
from project.errors import ConfigError
from project.models.pipeline import build_pipeline
from project.models.store import load_model
from project.models.training import fit
from project.paths import PROJECT, Paths

from ..conftest import compose_tree, configure
from .test_fuzz import JSON, ends_well, places, replaced

EASY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
FEW = settings(EASY, max_examples=max(10, settings().max_examples // 5))
KEYS = sorted(set(app.known_keys(PROJECT.conf)))
VALUES = st.one_of(
    st.text(max_size=15),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        [
            *("null", "true", "[]", "{}", "[1,2]", "{a: 1}", "''", "${seed}", "${nope}", "???"),
            *("${oc.env:HOME}", "1e999", "-1", "0", "[", "'", "\\", "../../x", "a\nb", "forest"),
        ]
    ),
)
OVERRIDES = st.one_of(
    st.tuples(st.sampled_from(["", "+", "++", "~"]), st.sampled_from(KEYS), VALUES).map(
        lambda parts: f"{parts[0]}{parts[1]}={parts[2]}"
    ),
    st.text(max_size=20).filter(lambda text: not text.startswith("-")),
)
CELLS = st.one_of(
    st.sampled_from(
        [
            *("", "1", "-0.0", "1e400", "nan", "inf", "true", "2024-01-31", "x", "apple", '"', "'"),
            *("\ufeff", "\0", "0x10", "1_000", "٣", "=1+1", " 1 ", "1,5", "9" * 400, "\u202e"),
        ]
    ),
    st.text(max_size=8),
    st.floats().map(str),
)


@pytest.fixture
def task() -> str:
    """One task is enough."""
    return "classification"


@pytest.mark.fuzz
@EASY
@given(overrides=st.lists(OVERRIDES, min_size=1, max_size=3))
def test_any_override(data: Data, overrides: list[str]) -> None:
    def use() -> None:
        app.refuse_data_overrides(overrides)
        try:
            compose_tree(*overrides)
        except Exception as error:  # whatever it is, app.run tells it so
            raise ConfigError(app.explain(error, overrides, PROJECT.conf)) from None
        build_pipeline(configure(data, *overrides).model, data)

    ends_well(use)


@pytest.mark.fuzz
@EASY
@given(
    name=st.sampled_from(["data.yaml", "schema.yaml", "dvc.lock"]),
    at=st.floats(0, 1),
    length=st.integers(0, 30),
    noise=st.one_of(
        st.text(max_size=12).map(lambda t: t.encode("utf-8", "replace")), st.binary(max_size=6)
    ),
)
def test_any_settings_file_with_other_text_in_it(
    paths: Paths, name: str, at: float, length: int, noise: bytes
) -> None:
    lock = "stages:\n  ingest:\n    deps:\n    - path: t.csv\n      md5: a\n"
    lock += "    outs:\n    - path: data/raw/table.parquet\n      md5: b\n"
    file = paths.dvc_lock if name == "dvc.lock" else paths.conf / name
    kept = lock.encode() if name == "dvc.lock" else file.read_bytes()
    place = int(at * len(kept))
    file.write_bytes(kept[:place] + noise + kept[place + length :])
    try:
        if name == "dvc.lock":
            ends_well(lambda: checksums(paths))
        else:
            ends_well(lambda: load_data(paths.data_config))
            ends_well(lambda: load_schema(paths.schema))
    finally:
        file.write_bytes(kept)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Draw a table that is in order but for some cells, its header or its encoding."""
    count = draw(st.integers(20, 60))
    rows = [
        [f"r{i}", f"{i % 9 + i / 10:.1f}", "ab"[i * 7 % 3 % 2], f"{i % 5}"] for i in range(count)
    ]
    for _ in range(draw(st.integers(0, 6))):
        row = rows[draw(st.integers(0, count - 1))]
        row[draw(st.integers(0, len(row) - 1))] = draw(CELLS)
    column = draw(st.integers(0, 12))
    if column < 4:  # nothing of what was there is left
        cells = draw(st.lists(CELLS, min_size=1, max_size=4))
        for number, row in enumerate(rows):
            row[column] = cells[number % len(cells)]
    odd = draw(st.integers(0, 12)) == 0
    header = ["id", "size", "kind", draw(st.sampled_from(["", "kind", "a b"])) if odd else "n"]
    separator = draw(st.sampled_from([",", ";", "\t"]))
    lines = [separator.join(row) for row in [header, *rows]]
    if draw(st.integers(0, 9)) == 0:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.text(max_size=20)))
    encoding = "utf-8"
    if draw(st.integers(0, 12)) == 0:
        encoding = draw(st.sampled_from(["utf-8-sig", "utf-16", "latin1"]))
    return "\n".join(lines).encode(encoding, "replace")


@pytest.mark.fuzz
@FEW
@given(
    content=tables(),
    missing=st.sampled_from(["drop", "refuse"]),
    kind=st.sampled_from(["classification", "regression"]),
)
def test_any_table_through_the_stages_and_a_model(
    tmp_path: Path, content: bytes, missing: str, kind: str
) -> None:
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    paths = Paths(folder)
    paths.conf.mkdir(parents=True)
    paths.data_config.write_text(
        f"source: t.csv\ntarget: kind\ntask: {kind}\nmissing_target: {missing}\n"
        "split: {valid: 0.25, test: 0.25, method: hash, seed: 0}\n"
    )
    source = folder / "t.csv"
    source.write_bytes(content)

    def use() -> None:
        data = load_data(paths.data_config)
        schema, profile = infer(data, source)
        data = with_schema(data, schema)
        ingest(schema, source, paths.raw)
        validate_table(data, schema, paths.raw, paths.validated, profile)
        split_table(data, paths.validated, paths.split)
        rows = load(data, paths, "train")["train"]
        fit(configure(data, "model=logistic"), rows)

    ends_well(use)


@pytest.fixture
def model(paths: Paths, tmp_path: Path, data: Data) -> Path:
    """A model file of a tree, whose parts are of many types."""
    file = tmp_path / "whole.skops"
    skops.io.dump(
        fit(configure(data, "model=tree"), load(data, paths, "train")["train"]).pipeline, file
    )
    return file


@pytest.mark.fuzz
@EASY
@given(at=st.floats(0, 1), noise=st.binary(min_size=1, max_size=40))
def test_a_model_file_with_other_bytes_anywhere(model: Path, at: float, noise: bytes) -> None:
    content = model.read_bytes()
    place = int(at * len(content))
    file = model.with_name("model.skops")
    file.write_bytes(content[:place] + noise + content[place + len(noise) :])
    ends_well(lambda: load_model(file))


@pytest.mark.fuzz
@EASY
@given(st.data())
def test_a_model_file_that_describes_anything_else(model: Path, data: st.DataObject) -> None:
    file = model.with_name("model.skops")
    with zipfile.ZipFile(model) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    tree = json.loads(members["schema.json"])
    place = data.draw(st.sampled_from(places(tree)[1:]))
    names = st.sampled_from(["builtins", "eval", "posix", "system", "FunctionNode", "numpy"])
    members["schema.json"] = json.dumps(replaced(tree, place, data.draw(JSON | names))).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    ends_well(lambda: load_model(file))
