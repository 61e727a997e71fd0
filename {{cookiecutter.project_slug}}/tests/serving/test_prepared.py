"""What is prepared word by word is what the pipeline itself prepares, to the bit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline

from project.config import Encode, Impute, Preprocessing, Scale
from project.data.config import Data, Task
from project.data.schema import Column, ColumnType, Role, Rule
from project.models.pipeline import prepare
from project.serving.prepared import Prepared, ahead

from .conftest import Made, train

SEEN = ["red", "green", "blue", "a", "", "(missing)"]
WORDS = st.sampled_from([None, *SEEN, "grün", "?", "never seen"])
CELLS = st.sampled_from([None, 0.0, -1.5, 1e300, 3.0])


def frame(rows: pa.RecordBatch, names: list[str]) -> pd.DataFrame:
    """Return columns as `data.load` gives them: words as objects, NaN for none."""
    made: pd.DataFrame = rows.select(names).to_pandas()
    return made.astype({n: object for n in names if n != "size"}).fillna(np.nan)


def batch(
    sizes: list[float | None], tones: list[str | None], kinds: list[str | None]
) -> pa.RecordBatch:
    """Return rows of a number and two categories."""
    columns = {"size": pa.array(sizes, pa.float64())}
    columns |= {"tone": pa.array(tones, pa.string()), "kind": pa.array(kinds, pa.string())}
    return pa.RecordBatch.from_pydict(columns)


def fitted(encode: Encode, *, missing: bool, number: bool = True) -> ColumnTransformer:
    """Return the preprocessing, fitted to rows with frequent words, rare ones, and perhaps none."""
    rules: dict[str, Column] = {
        "size": Rule(ColumnType.number, role=Role.feature if number else Role.ignore),
        "tone": Rule(ColumnType.category, role=Role.feature),
        "kind": Rule(ColumnType.category, role=Role.feature),
    }
    data = Data(source="t.csv", target="y", task=Task.classification, columns=rules)
    how = Preprocessing(
        impute=Impute.median,
        scale=Scale.standard,
        indicator=True,
        encode=encode,
        max_categories=4,
        seed=0,
    )
    rng = np.random.default_rng(0)
    words = [*SEEN[:4], None] if missing else SEEN[:4]
    tones, kinds = (rng.choice(np.array(words, object), 300) for _ in range(2))
    sizes = [None if n < 0.1 else n for n in rng.random(300)]
    rows = frame(batch(sizes, list(tones), list(kinds)), ["size", "tone", "kind"])
    return prepare(how, data).fit(rows, np.array(["yes", "no"])[rng.integers(0, 2, 300)])


STEPS = {
    f"{encode.value}{', none missing' * (not missing)}{', no number' * (not number)}": fitted(
        encode, missing=missing, number=number
    )
    for encode in Encode
    for missing in (False, True)
    for number in (False, True)
}


@pytest.mark.parametrize("name", STEPS)
@given(st.lists(st.tuples(CELLS, WORDS, WORDS), min_size=1, max_size=9), st.booleans())
def test_the_bits_are_those_of_the_pipeline(
    name: str, rows: list[tuple[float | None, str | None, str | None]], coded: bool
) -> None:
    sizes, tones, kinds = map(list, zip(*rows, strict=True))
    asked = batch(sizes, tones, kinds)
    wanted = STEPS[name].transform(frame(asked, ["size", "tone", "kind"]))
    if coded:
        words = [asked.column(n).dictionary_encode() for n in ("tone", "kind")]
        asked = pa.RecordBatch.from_arrays([asked.column(0), *words], names=asked.schema.names)
    found = Prepared(STEPS[name], frame)(asked)
    np.testing.assert_array_equal(found, wanted, strict=True)
    assert found.flags.c_contiguous == wanted.flags.c_contiguous


def test_a_model_of_another_shape_prepares_its_rows_itself(
    fruit: Made, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ahead(fruit.model)[0].pipeline is fruit.model.pipeline[-1]
    costs = "evaluation.costs={apple: {apple: 0, plum: 1}, plum: {apple: 50, plum: 0}}"
    by_costs = train(tmp_path_factory.mktemp("costs"), "classification", costs).model
    other = Pipeline([("prepare", SimpleImputer()), ("model", fruit.model.pipeline[-1])])
    for model in (by_costs, replace(fruit.model, pipeline=other)):
        same, prepare_rows = ahead(model)
        assert same is model
        assert prepare_rows == model.frame
    # Three colours become three numbers each, at least.
    monkeypatch.setattr("project.serving.prepared.MOST", 3)
    assert ahead(fruit.model)[0] is fruit.model
