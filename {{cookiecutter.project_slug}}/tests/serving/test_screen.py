"""The fast rules of serving refuse what the rules of `make data` refuse, and nothing else."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.data.rules import hold, pandera_schema
from project.data.schema import ColumnType, Role, Rule, Schema
from project.data.violations import Violations
from project.errors import DataError
from project.serving.screen import Screen

from ..data.tables import data_of

RULES = {
    "size": Rule(ColumnType.number, nullable=False, min=0, max=10),
    "count": Rule(ColumnType.integer, max=1e16),
    "colour": Rule(ColumnType.category, categories=["red", "green"]),
    "kind": Rule(ColumnType.category, Role.target),
}
SCHEMA = Schema(columns=RULES)
numbers = st.one_of(
    st.none(), st.floats(allow_nan=False), st.sampled_from([0.0, -1.0, 10.0, 11.0, 0.5, 1e15])
)
words = st.sampled_from([None, "red", "green", "blue", ""])


def batch(
    size: list[float | None], count: list[float | None], colour: list[str | None]
) -> pa.RecordBatch:
    """Return rows as they are read."""
    columns = [pa.array(size, pa.float64()), pa.array(count, pa.float64()), pa.array(colour)]
    columns[2] = columns[2].cast(pa.string())
    return pa.RecordBatch.from_arrays(columns, names=["size", "count", "colour"])


@given(st.lists(st.tuples(numbers, numbers, words), min_size=1, max_size=20))
def test_it_finds_what_pandera_finds(
    rows: list[tuple[float | None, float | None, str | None]],
) -> None:
    size, count, colour = (list(column) for column in zip(*rows, strict=True))
    asked = batch(size, count, colour)
    found = Violations()
    Screen(SCHEMA).check_rows(asked, 1, found)
    frame = asked.to_pandas()
    frame["kind"] = "a"
    frame.index = np.arange(1, len(frame) + 1)
    wanted = Violations()
    hold(frame, pandera_schema(SCHEMA, data_of(SCHEMA)), wanted)

    def told(violations: Violations) -> set[tuple[str, str, int, tuple[int, ...]]]:
        return {(v.column, v.rule, v.count, tuple(sorted(v.rows))) for v in violations}

    assert told(found) == told(wanted)


def test_a_share_of_unseen_categories_is_counted_and_let_through() -> None:
    rule = replace(RULES["colour"], unseen=0.01)
    schema = Schema(columns=RULES | {"colour": rule})
    found = Violations()
    asked = batch([1.0, 1.0, 1.0], [None, 1.0, 2.0], ["blue", None, "red"])
    assert Screen(schema).check_rows(asked, 1, found) == {"colour": 1}
    assert not len(found)


@pytest.mark.parametrize("unseen", [0.0, 0.01])
def test_a_word_of_a_dictionary_that_no_row_has_breaks_no_rule(unseen: float) -> None:
    rules = RULES | {"colour": replace(RULES["colour"], unseen=unseen)}
    plain = batch([1.0, 1.0], [1.0, 2.0], ["red", None])
    coded = pa.DictionaryArray.from_arrays(pa.array([1, None]), ["blue", "red"])
    found = Violations()
    assert (
        Screen(Schema(columns=rules)).check_rows(plain.set_column(2, "colour", coded), 1, found)
        == {}
    )
    assert not len(found)


def test_a_key_is_never_missing_and_a_truth_is_nobodys_business() -> None:
    columns = {"id": Rule(ColumnType.text, Role.id), "kind": RULES["kind"], "size": RULES["size"]}
    asked = pa.RecordBatch.from_pydict(
        {"id": ["a", None], "kind": [None, "odd"], "size": [1.0, 2.0]}
    )
    found = Violations()
    Screen(Schema(["id"], columns)).check_rows(asked, 1, found)
    (only,) = found
    assert only.sentence() == "column 'id' breaks the rule 'is not missing' in row 2; fill it in"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["size", "count"], "t has no column 'colour', which the model needs"),
        (["size", "count", "colour", "color"], "t has a column 'color', which the schema"),
    ],
)
def test_columns_are_named(names: list[str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        Screen(SCHEMA).check_columns(names, "t")
