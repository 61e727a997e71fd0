"""A log is read alike in each format, and what is none is refused with the row or the column."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from project.backtesting.known import Known
from project.backtesting.reading import read_log, rules_of
from project.backtesting.served import Served, sort_out
from project.config import Config
from project.errors import DataError, ProjectError, RunError
from project.serving import log

from .production import RUN, clean, configure, model, served


@pytest.fixture
def config() -> Config:
    return configure("classification")


@pytest.fixture
def known(config: Config) -> Known:
    return model(config, rows=200)


def write(whole: pd.DataFrame, file: Path) -> Path:
    """Write a log in the format of a file's ending."""
    if file.suffix == ".parquet":
        whole.to_parquet(file)
    elif file.suffix == ".csv":
        whole.to_csv(file, index=False)
    else:
        records = whole.astype(object).where(whole.notna(), None).to_dict("records")
        file.write_text("".join(json.dumps(row) + "\n" for row in records), encoding="utf-8")
    return file


def read(file: Path, known: Known, config: Config) -> Served:
    """Read a log as the command does."""
    wanted, maybe = rules_of(known.schema, config.data.target, known.classes)
    return sort_out(read_log(file, wanted, maybe), file, known, config)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_log_is_the_same_in_each_format(task: str, tmp_path: Path) -> None:
    config = configure(task)
    known = model(config, rows=200)
    whole = clean(known, config, rows=60)
    whole.loc[50:, config.data.target] = None
    expected = served(whole, known, config)
    for ending in ("csv", "parquet", "jsonl", "csv.gz"):
        file = tmp_path / f"log.{ending}"
        found = read(
            write(whole, file) if ending != "csv.gz" else zipped(whole, file), known, config
        )
        pd.testing.assert_frame_equal(
            found.rows, expected.rows, check_dtype=False, check_index_type=False
        )
        np.testing.assert_array_equal(found.said.y_pred, expected.said.y_pred)
        if expected.said.proba is not None:
            np.testing.assert_array_equal(found.said.proba, expected.said.proba)
        for name, cells in vars(expected.stated).items():
            np.testing.assert_array_equal(getattr(found.stated, name), cells)
        assert not np.isnan(found.stated.inside).any()
        assert np.isnan(found.stated.ends).all() == (task == "classification")
        np.testing.assert_array_equal(found.known, expected.known)
        assert found.known.sum() == 49
        truth = whole[config.data.target].iloc[:49].tolist()
        assert found.judged.y_true.tolist() == truth
        assert list(found.time) == list(expected.time)


def zipped(whole: pd.DataFrame, file: Path) -> Path:
    whole.to_csv(file, index=False, compression="gzip")
    return file


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({log.TIME: "noon"}, "row 7 has the log.time 'noon'"),
        ({log.TIME: None}, "row 7 has no log.time"),
        ({log.PREDICTION: None}, "row 7 has no 'said.prediction'"),
        ({f"{log.PROBABILITY}plum": np.nan}, "row 7 has no 'said.p_plum'"),
        ({log.PREDICTION: "pear"}, "row 7 has 'said.prediction' pear, and the model knows apple"),
        (
            {log.SET: '["pear"]'},
            "row 7 has 'said.set' [\"pear\"]: write it as a JSON list of classes",
        ),
        ({log.SET: "plum"}, "row 7 has 'said.set' plum: write it as a JSON list of classes"),
        ({log.ABSTAIN: "maybe"}, "row 7 has 'said.abstain' maybe: write true, false, or nothing"),
        ({"kind": "pear"}, "row 7 has 'kind' pear, and the model knows apple, plum"),
    ],
)
def test_a_row_that_can_not_be_judged_is_named(
    change: dict[str, str | float | None], words: str, known: Known, config: Config, tmp_path: Path
) -> None:
    whole = clean(known, config, rows=20).astype({log.ABSTAIN: object})
    for name, cell in change.items():
        whole.loc[7, name] = cell
    for ending in ("csv", "jsonl"):
        with pytest.raises(DataError) as raised:
            read(write(whole, tmp_path / f"log.{ending}"), known, config)
        assert words in str(raised.value)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "name", [log.ROW_ID, log.TIME, log.RUN, log.PREDICTION, "said.p_plum", "size"]
)
def test_a_column_that_is_missing_is_named(
    name: str, known: Known, config: Config, tmp_path: Path
) -> None:
    whole = clean(known, config, rows=20).drop(columns=name)
    for ending in ("csv", "parquet", "jsonl"):
        with pytest.raises(DataError, match=f"has no column '{name}'"):
            read(write(whole, tmp_path / f"log.{ending}"), known, config)


def test_a_log_without_truth_is_read(known: Known, config: Config, tmp_path: Path) -> None:
    whole = clean(known, config, rows=20).drop(columns="kind")
    found = read(write(whole, tmp_path / "log.csv"), known, config)
    assert len(found) == 20
    assert not found.known.any()


def test_answers_of_other_models_are_set_aside_and_counted(known: Known, config: Config) -> None:
    whole = clean(known, config, rows=20)
    whole.loc[3:8, log.RUN] = "f" * 12
    found = served(whole, known, config)
    assert len(found) == 14
    assert found.aside == {"f" * 12: 6}
    assert set(whole.index[whole[log.RUN] == RUN]) == set(found.rows.index)
    with pytest.raises(RunError, match="RUN=ffffffffffff looks at those"):
        served(whole.loc[3:8], known, config)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.csv", None, "there is no such file in the project's folder"),
        ("empty.csv", b"", "is empty"),
        ("log.jsonl", b"", "has no column 'log.row_id'"),
        ("log.jsonl", b"{\n", "line 1 is no JSON"),
        ("log.jsonl", b"[1]\n", "line 1 is no JSON object"),
        ("log.jsonl", b'{"size": "big"}\n', "line 1: 'size' is \"big\" and not a number"),
        ("log.parquet", b"a,b\n", "is not Parquet, as its name says"),
        ("log.csv", b"a,b\n1,2\n", "has no column 'log.row_id'"),
        ("log.csv", b"\xff\xfea", "is UTF-16"),
    ],
)
def test_what_is_no_log_is_refused_in_a_sentence(
    name: str, content: bytes | None, words: str, known: Known, config: Config, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ProjectError) as raised:
        read(tmp_path / name, known, config)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_is_no_log(known: Known, config: Config, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path, known, config)


def test_rows_come_in_order_of_time_and_keep_their_numbers(known: Known, config: Config) -> None:
    whole = clean(known, config, rows=20).sample(frac=1, random_state=0)
    whole.index = pd.RangeIndex(1, 21)
    found = served(whole, known, config)
    assert found.time.is_monotonic_increasing
    for number in (1, 9, 20):
        at = list(found.rows.index).index(number)
        assert found.rows["weight"].iloc[at] == whole.loc[number, "weight"]
