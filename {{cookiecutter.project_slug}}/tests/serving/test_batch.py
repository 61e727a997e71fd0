"""A table is answered in blocks, to the same bits however it is stored, whole or not at all."""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.data.load import features, load
from project.data.violations import RowsRefused
from project.errors import DataError, RunError
from project.serving import log
from project.serving.batch import blocks, predict
from project.serving.lines import row_ids
from project.serving.model import Model, open_model

from ..conftest import table
from .conftest import Made, train

NOW = "2026-11-26T18:00:00.000000+00:00"


def answered(model: Model, source: Path, out: Path, block: int = 64) -> pd.DataFrame:
    """Answer for a table, and read what was written."""
    predict(model, source, out, NOW, block=block)
    if out.suffix == ".parquet":
        return pd.read_parquet(out)
    return pd.read_csv(out, dtype={log.ROW_ID: str, log.RUN: str})


def test_answers_are_those_of_the_run(made: Made, tmp_path: Path) -> None:
    said = answered(made.model, made.paths.root / "table.csv", tmp_path / "out.parquet")
    assert list(said[log.ROW_ID]) == [str(n) for n in range(1, 201)]
    recorded = pd.read_parquet(made.folder / "predictions.parquet").set_index("row_id")
    said = said.set_index(said[log.ROW_ID].astype(int)).loc[recorded.index]
    if made.config.data.task.value == "regression":
        np.testing.assert_allclose(said[log.PREDICTION], recorded["y_pred"], atol=1e-12, rtol=0)
        reach = made.model.limits.reach or 0.0
        assert reach > 0
        np.testing.assert_allclose(said[log.HIGH] - said[log.PREDICTION], reach, atol=1e-9)
        np.testing.assert_allclose(said[log.PREDICTION] - said[log.LOW], reach, atol=1e-9)
        return
    assert list(said[log.PREDICTION]) == list(recorded["y_pred"])
    for label in ("apple", "plum"):
        np.testing.assert_allclose(
            said[f"{log.PROBABILITY}{label}"], recorded[f"p_{label}"], atol=1e-12, rtol=0
        )
    for row in said.to_dict("records"):
        wanted = [
            label
            for label in ("apple", "plum")
            if 1.0 - row[f"{log.PROBABILITY}{label}"] <= made.model.limits.reach
        ]
        assert json.loads(row[log.SET]) == wanted


def test_the_log_holds_all_cells_and_who_answered_when(made: Made, tmp_path: Path) -> None:
    said = answered(made.model, made.paths.root / "table.csv", tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(
        said[list(table().columns)], table(), check_dtype=False, check_exact=True
    )
    assert set(said[log.TIME]) == {NOW}
    assert set(said[log.RUN]) == {made.folder.name}
    # Words, not codes, for whoever reads the file with whatever.
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert {schema.field(name).type for name in (log.TIME, log.RUN, "colour")} == {pa.string()}


def test_the_model_abstains_below_its_limit_and_says_so(fruit: Made, tmp_path: Path) -> None:
    model = replace(fruit.model, limits=replace(fruit.model.limits, sure=0.9))
    source, out = fruit.paths.root / "table.csv", tmp_path / "out.parquet"
    done = predict(model, source, out, NOW, block=64)
    said = pd.read_parquet(out)
    surest = said[[f"{log.PROBABILITY}{label}" for label in ("apple", "plum")]].max(axis=1)
    assert list(said[log.ABSTAIN]) == list(surest < 0.9)
    assert 0 < done.abstained == said[log.ABSTAIN].sum() < len(said)


def test_however_it_is_stored_the_bits_are_the_same(fruit: Made, tmp_path: Path) -> None:
    source = fruit.paths.root / "table.csv"
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(source.read_bytes()))
    frame = pd.read_csv(source)
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=17)
    (tmp_path / "parts").mkdir()
    frame[:50].to_parquet(tmp_path / "parts" / "0.parquet")
    frame[50:120].astype({"colour": "category"}).to_parquet(tmp_path / "parts" / "1.parquet")
    frame[120:].to_parquet(tmp_path / "parts" / "2.parquet", use_dictionary=False)
    wanted = answered(fruit.model, source, tmp_path / "out.parquet")
    for name in ("t.csv.gz", "t.parquet", "parts"):
        found = answered(fruit.model, tmp_path / name, tmp_path / "other.parquet")
        pd.testing.assert_frame_equal(found, wanted, check_exact=True)
    for name in ("out.csv", "out.csv.gz"):
        text = answered(fruit.model, source, tmp_path / name)
        probability = f"{log.PROBABILITY}plum"
        np.testing.assert_array_equal(text[probability], wanted[probability])
        assert list(text[log.SET]) == list(wanted[log.SET])


@pytest.mark.parametrize("model", ["svm", "forest", "boosting", "voting", "rule"])
def test_what_is_decided_is_what_the_model_decides(tmp_path: Path, model: str) -> None:
    made = train(tmp_path, "classification", f"model={model}")
    rows = features(load(made.config.data, made.paths, "valid")["valid"], made.config.data)
    said = made.model.answer(rows)
    np.testing.assert_array_equal(said.prediction, made.model.pipeline.predict(rows))


def test_a_model_that_decides_by_costs_decides_so_here(tmp_path: Path) -> None:
    """The costs are lopsided, so that the likeliest class is often not the one to choose."""
    costs = "evaluation.costs={apple: {apple: 0, plum: 1}, plum: {apple: 50, plum: 0}}"
    made = train(tmp_path, "classification", costs)
    assert not made.model.limits.likeliest
    said = answered(made.model, made.paths.root / "table.csv", tmp_path / "out.parquet")
    recorded = pd.read_parquet(made.folder / "predictions.parquet").set_index("row_id")
    decided = said.set_index(said[log.ROW_ID].astype(int)).loc[recorded.index, log.PREDICTION]
    assert list(decided) == list(recorded["y_pred"])


def test_bad_rows_are_all_told_and_nothing_is_written(fruit: Made, tmp_path: Path) -> None:
    frame = table()
    frame["size"] = frame["size"].astype(object)
    frame.loc[[3, 150], "size"] = "inf"
    frame.to_csv(tmp_path / "bad.csv", index=False)
    out = tmp_path / "out.parquet"
    out.write_text("of another day")
    with pytest.raises(RowsRefused) as refused:
        predict(fruit.model, tmp_path / "bad.csv", out, NOW, block=64)
    (only,) = refused.value.violations
    assert (only.column, only.rows) == ("size", [4, 151])
    assert out.read_text() == "of another day"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bad.csv", "out.parquet"]


def test_a_table_without_rows_or_a_column_is_refused(fruit: Made, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("size,weight,colour\n")
    with pytest.raises(DataError, match="has a header but no rows"):
        predict(fruit.model, source, tmp_path / "out.csv", NOW)
    source.write_text("size,colour\n1,red\n")
    with pytest.raises(DataError, match=r"t.csv has no column 'weight', which the model needs"):
        predict(fruit.model, source, tmp_path / "out.csv", NOW)
    assert not (tmp_path / "out.csv").exists()


def test_a_disk_that_is_full_leaves_nothing(
    fruit: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def __init__(self, *_: object, **__: object) -> None:
            self.left = 1

        def write_batch(self, rows: pa.RecordBatch) -> None:
            self.left -= 1
            if self.left < 0:
                raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise AssertionError("it was full")

    monkeypatch.setattr("project.serving.writing.pq.ParquetWriter", Full)
    with pytest.raises(OSError, match="No space left"):
        predict(fruit.model, fruit.paths.root / "table.csv", tmp_path / "o.parquet", NOW, block=8)
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_blocks_hold_the_rows_in_order_and_are_full(sizes: list[int], rows: int) -> None:
    def parts() -> Iterator[pa.RecordBatch]:
        done = 0
        for size in sizes:
            yield pa.RecordBatch.from_pydict({"n": pa.array(range(done, done + size), pa.int64())})
            done += size

    found = [block.column("n").to_pylist() for block in blocks(parts(), rows)]
    assert [n for block in found for n in block] == list(range(sum(sizes)))
    assert all(len(block) == rows for block in found[:-1])


def test_rows_are_named_by_their_key_where_it_is_there() -> None:
    rows = pa.RecordBatch.from_pydict({"a": ["x", "y"], "b": [1.0, 2.5], "c": [0, 0]})
    assert row_ids(["a"], rows, "1").to_pylist() == ["x", "y"]
    assert row_ids(["b", "a"], rows, "1").to_pylist() == ['["1", "x"]', '["2.5", "y"]']
    coded = rows.set_column(0, "a", rows.column("a").dictionary_encode())
    assert row_ids(["a"], coded, "1").to_pylist() == ["x", "y"]
    assert row_ids(["a", "z"], rows, "7").to_pylist() == ["7", "8"]
    assert row_ids([], rows, "r-1").to_pylist() == ["r-1", "r-2"]


def test_a_model_that_was_edited_does_not_answer(fruit: Made, tmp_path: Path) -> None:
    copy = tmp_path / fruit.folder.name
    shutil.copytree(fruit.folder, copy)
    with (copy / "schema.yaml").open("a") as file:
        file.write("# looser\n")
    with pytest.raises(RunError, match=r"not the file that manifest.json lists"):
        open_model(copy, fruit.config.methods)
