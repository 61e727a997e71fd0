"""Every corrupted table is accepted for a reason or refused by name, and harms nothing earlier."""

import copy
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from project.data.config import Data, MissingTarget, Split, SplitMethod, Task, with_schema
from project.data.infer import infer
from project.data.ingest import ingest
from project.data.profile import Profile
from project.data.schema import Schema, load_schema
from project.data.schema_file import write_schema
from project.data.split import split_table
from project.data.validate import Passed, validate
from project.errors import DataError
from project.report.validation import tell_passed

from .corrupt import Corruption, healthy, text_of
from .corrupt_cells import CELLS
from .corrupt_files import FILES

ALL = [*CELLS, *FILES]
WIDE = "a very wide table"  # takes a minute; fewer columns have the same effect
each = pytest.mark.parametrize("corruption", ALL, ids=lambda corruption: corruption.name)


@dataclass
class Known:
    """What was settled on the healthy table, before anything went wrong."""

    data: Data
    schema: Schema
    profile: Profile


def data_of(setting: str) -> Data:
    """Return conf/data.yaml for the healthy table."""
    return Data(
        source="t.csv",
        target="count" if setting == "regression" else "kind",
        task=Task.regression if setting == "regression" else Task.classification,
        missing_target=MissingTarget.drop if setting == "drop" else MissingTarget.refuse,
        split=Split(0.2, 0.2, SplitMethod.hash, 0),
    )


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Known]:
    """The schema and profile of the healthy table, in every setting."""
    source = tmp_path_factory.mktemp("healthy") / "t.csv"
    source.write_text(text_of(healthy()))
    settled = {}
    for setting in ("", "keyless", "drop", "regression"):
        data = data_of(setting)
        schema, profile = infer(data, source)
        if setting == "keyless":
            schema.key = []
        settled[setting] = Known(with_schema(data, schema), schema, profile)
    return settled


def stages(known: Known, source: Path, folder: Path) -> Passed:
    """Do what the three stages do."""
    raw, validated = folder / "raw", folder / "validated"
    ingest(known.schema, source, raw)
    passed = validate(known.data, known.schema, raw, validated, known.profile)
    split_table(known.data, validated, folder / "split")
    return passed


def read(folder: Path) -> pd.DataFrame:
    """Read the rows that passed."""
    frame: pd.DataFrame = pq.read_table(folder / "validated").to_pandas().set_index("__row_id__")
    return frame


@pytest.fixture(scope="module")
def good(known: dict[str, Known], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the healthy table."""
    folder = tmp_path_factory.mktemp("good")
    (folder / "t.csv").write_text(text_of(healthy()))
    assert stages(known[""], folder / "t.csv", folder).cautions == []
    return folder


@each
def test_each_is_accepted_for_a_reason_or_refused_by_name(
    corruption: Corruption,
    known: dict[str, Known],
    good: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    source = corruption.make(tmp_path).relative_to(tmp_path)
    before = {name: (good / name).read_bytes() for name in ("validated", "split")}
    out = tmp_path / "out"
    out.mkdir()
    for name, content in before.items():
        (out / name).write_bytes(content)
    setting = copy.deepcopy(known[corruption.setting])
    setting.data.source = str(source)
    if corruption.reason:
        told = " ".join(stages(setting, source, out).cautions)
        assert corruption.check is not None
        assert corruption.check(read(out), read(good))
    else:
        with pytest.raises(DataError) as raised:
            stages(setting, source, out)
        told = str(raised.value)
        assert told.startswith(str(source))
        assert {name: (out / name).read_bytes() for name in before} == before
    assert told.isprintable()
    assert len(told) < 600
    for word in corruption.words:
        assert word in told
    assert not list(out.glob(".*"))


@pytest.mark.parametrize(
    "corruption", [c for c in ALL if c.name != WIDE], ids=lambda corruption: corruption.name
)
def test_a_schema_can_be_read_from_each_or_it_is_refused_by_name(
    corruption: Corruption, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = data_of(corruption.setting)
    source = corruption.make(tmp_path).relative_to(tmp_path)
    data.source = str(source)
    try:
        schema, profile = infer(data, source)
    except DataError as error:
        assert str(error).startswith(str(source))
        assert str(error).isprintable()
        return
    write_schema(schema, tmp_path / "schema.yaml", data.source)
    assert load_schema(tmp_path / "schema.yaml") == schema
    try:
        stages(Known(with_schema(data, schema), schema, profile), source, tmp_path)
    except DataError as error:
        assert str(error).startswith(str(source))


def test_a_wide_table_is_told_of_in_a_few_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [[*row, *["x"] * 200] for row in healthy()]
    rows[0][len(healthy()[0]) :] = [f"x{i}" for i in range(200)]
    (tmp_path / "t.csv").write_text(text_of(rows))
    data = data_of("")
    schema, profile = infer(data, tmp_path / "t.csv")
    passed = stages(Known(with_schema(data, schema), schema, profile), tmp_path / "t.csv", tmp_path)
    tell_passed(tmp_path, "t.csv", passed.rows, passed.dropped, passed.cautions)
    told = capsys.readouterr().out
    assert len(told.splitlines()) == 22
    assert "and 180 more in" in told
    assert "column &#39;x199&#39; is x" in (tmp_path / "validate.html").read_text()


def test_every_corruption_has_a_name_of_its_own() -> None:
    names = [corruption.name for corruption in ALL]
    assert len(set(names)) == len(names) >= 40
