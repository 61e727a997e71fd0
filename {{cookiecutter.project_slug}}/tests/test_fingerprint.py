"""A fingerprint follows the values and nothing else."""

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from project.data.config import Data
from project.data.load import load
from project.fingerprint import fingerprint
from project.manifest import load_manifest
from project.models.catalog import built_in
from project.models.training import train
from project.paths import PROJECT, Paths
from project.provenance import inputs
from project.train import make

from .conftest import configure

MODELS = built_in(PROJECT)


@pytest.mark.parametrize("model", MODELS)
def test_fitting_again_gives_the_same_fingerprint(model: str, data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    config = configure(data, f"model={model}")
    first, second = (fingerprint(train(config, rows).pipeline) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("model", [name for name in MODELS if name != "dummy"])
def test_one_row_less_gives_another(model: str, data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    config = configure(data, f"model={model}")
    whole, less = train(config, rows), train(config, rows.iloc[1:])
    assert fingerprint(whole.pipeline) != fingerprint(less.pipeline)


def test_the_number_of_workers_is_no_part_of_it() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    one, two = (
        RandomForestClassifier(n_estimators=5, random_state=0, n_jobs=jobs).fit(x, x[:, 0] > 0)
        for jobs in (1, 2)
    )
    assert fingerprint(one) == fingerprint(two)
    three = RandomForestClassifier(n_estimators=5, random_state=1).fit(x, x[:, 0] > 0)
    assert fingerprint(one) != fingerprint(three)


def test_workers_and_chatter_leave_every_bit_of_a_run_as_it_is(data: Data, paths: Paths) -> None:
    kind = data.task.value
    into = inputs(configure(data, "model=forest"), {"d": "0"}, paths)
    outputs = []
    for extra in ([], [f"+model.{kind}.n_jobs=2"], [f"+model.{kind}.n_jobs=4"]):
        config = configure(data, "model=forest", f"model.{kind}.n_estimators=50", *extra)
        folder = make(config, into, paths)
        outputs.append(load_manifest(folder)["outputs"])
        folder.rename(folder.with_name(f"run{len(outputs)}"))
    assert outputs[0] == outputs[1] == outputs[2]


def test_how_the_rows_lie_in_memory_does_not_matter(data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    scattered = pd.concat([rows[[name]].copy() for name in rows], axis=1)
    config = configure(data)
    first, second = (fingerprint(train(config, frame).pipeline) for frame in (rows, scattered))
    assert first == second


BLOCK = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BLOCK, np.asfortranarray(BLOCK)),
        (BLOCK, np.repeat(BLOCK, 2, axis=1)[:, ::2]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"x", "y", "z"}, {"z", "y", "x"}),
    ],
    ids=["layout", "strides", "order of keys", "order of a set"],
)
def test_how_a_value_is_stored_does_not_matter(one: Any, other: Any) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, np.nextafter(1.0, 2.0)),
        (BLOCK, BLOCK.reshape(3, 2)),
        (BLOCK, BLOCK.astype("f4")),
        (0.0, -0.0),
        (1, 1.0),
        (1, True),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 2}),
        (np.array(["a", "b"]), np.array(["ab", ""])),
    ],
    ids=str,
)
def test_the_least_difference_matters(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_what_lies_between_the_fields_of_a_record_does_not_matter() -> None:
    kind = np.dtype([("a", "i1"), ("b", "f8")], align=True)
    rows = [np.frombuffer(bytes([filler]) * 16, kind).copy() for filler in (0, 255)]
    for row in rows:
        row["a"], row["b"] = 1, 2.0
    assert rows[0].tobytes() != rows[1].tobytes()
    assert fingerprint(rows[0]) == fingerprint(rows[1])


def test_a_value_that_holds_itself_is_no_trap() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert fingerprint(loop) == fingerprint(loop)


FIT = """
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from project.fingerprint import fingerprint
rows = pd.DataFrame({"size": range(40), "colour": ["red", "green", "blue", "grey"] * 10})
prepare = ColumnTransformer([("n", StandardScaler(), ["size"]), ("c", OneHotEncoder(), ["colour"])])
model = make_pipeline(prepare, RandomForestClassifier(5, random_state=0))
print(fingerprint({"a", "b", "c", "d"}), fingerprint(model.fit(rows, rows["size"] > 20)))
"""


def test_the_seed_of_hashing_does_not_matter() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", FIT],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT.root / "src")},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(found) == 1
