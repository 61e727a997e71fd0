"""Whatever is written into files and overrides ends well or in one sentence; hypothesis writes it.

`make test` spends about a minute here; `make fuzz MINUTES=60` an hour.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from project import dashboard, lineage, reproduce, run_rows
from project.command import overrides
from project.compare import compare
from project.errors import ProjectError
from project.manifest import check_files, load_manifest, write_manifest
from project.openings import opened
from project.paths import Paths
from project.promotion.history import read as history
from project.promotion.history import serving
from project.recorded import open_run
from project.report.run_page import write as write_page
from project.runs import MANIFEST, read_json

from ..trained import copied, reseal

# A folder is copied for each example, and one of them may be slow.
EASY = settings(
    max_examples=max(10, settings().max_examples // 5),  # each goes through all that reads runs
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["../../etc/passwd", "/etc/passwd", "a\nb", "", "0" * 64, "NaN", "\0"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def records(draw: st.DrawFn, /, **written: str) -> list[str]:
    """Draw lines: records as they are written but for a value, or what is seldom a record."""
    if draw(st.booleans()):
        return draw(st.lists(JSON.map(json.dumps) | st.text(max_size=30), max_size=4))
    names = draw(st.lists(st.sampled_from(sorted(written)), min_size=1, max_size=4))
    other = JSON | st.just(...)
    return [json.dumps(replaced(dict(written), (name,), draw(other))) for name in names]


DATA = [
    "table.csv",
    *(f"data/{name}.parquet" for name in ("raw/table", "validated/table", "split/split")),
]


@pytest.fixture
def task() -> str:
    """One task is enough: both are read by the same code."""
    return "classification"


def ends_well(action: Callable[[], object]) -> None:
    """Do something that may be refused by a sentence, and by nothing else."""
    try:
        action()
        event("it went well")
    except ProjectError as error:
        event("it was refused")
        assert str(error).strip()
        assert len(str(error).splitlines()) <= 30


def everything_that_reads_runs(run: Path, paths: Paths) -> list[Callable[[], object]]:
    """Return what the commands do with the runs that are there, and with one of them."""
    folders = sorted(folder for folder in paths.runs.iterdir() if (folder / MANIFEST).exists())

    def page() -> None:
        manifest = load_manifest(run)
        check_files(run, manifest)
        write_page(run, manifest, [], paths.reports / "run.html")

    return [
        lambda: dashboard.rows_of(paths),
        lambda: compare([folder.name for folder in folders], paths),
        lambda: lineage.chain(run, paths),
        lambda: reproduce.plan("all", paths),
        lambda: open_run(run.name, paths),
        lambda: overrides(load_manifest(run)),
        lambda: run_rows.read(run),
        page,
    ]


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to every value of a tree."""
    steps = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [at, *(place for step, inner in steps for place in places(inner, (*at, step)))]


def replaced(tree: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Put a value into a tree, or take out what was there where it is ...."""
    if not place:
        return value
    step, *rest = place
    if not rest and value is ...:
        del tree[step]
    else:
        tree[step] = replaced(tree[step], tuple(rest), value)
    return tree


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs as each example finds them."""
    made = copied("classification", tmp_path_factory.mktemp("sealed"))
    for run in made:
        content = load_manifest(run)
        content["inputs"]["data"] = dict.fromkeys(DATA, "0" * 32)
        reseal(run, inputs=content["inputs"])
    return made


def fresh(sealed: list[Path], paths: Paths) -> Path:
    """Put the runs into a project as they were made, and return one of them."""
    shutil.rmtree(paths.runs, ignore_errors=True)
    shutil.copytree(sealed[0].parent, paths.runs)
    return paths.runs / sealed[0].name


@pytest.mark.fuzz
@EASY
@given(st.data())
def test_a_sealed_manifest_with_any_other_value_in_it(
    sealed: list[Path], paths: Paths, data: st.DataObject
) -> None:
    run = fresh(sealed, paths)
    content = load_manifest(run)
    content["circumstances"]["packages"] = {"numpy": "2"}
    files = content.pop("files")
    place = data.draw(st.sampled_from(places(content)[1:]))
    changed = replaced(content, place, data.draw(JSON | st.just(...)))
    (run / MANIFEST).unlink()
    write_manifest(changed, run)
    assert set(files) == set(read_json(run / MANIFEST)["files"])
    for action in everything_that_reads_runs(run, paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(st.data())
def test_metrics_with_any_other_value_in_them(
    sealed: list[Path], paths: Paths, data: st.DataObject
) -> None:
    run = fresh(sealed, paths)
    name = data.draw(st.sampled_from(["metrics.json", "folds.json"]))
    content = read_json(run / name)
    place = data.draw(st.sampled_from(places(content)))
    changed = replaced(content, place, data.draw(JSON if not place else JSON | st.just(...)))
    (run / name).write_text(json.dumps(changed))
    reseal(run)
    for action in everything_that_reads_runs(run, paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(name=st.integers(0, 20), cut=st.floats(0, 1), noise=st.binary(max_size=30))
def test_any_file_of_a_run_cut_or_overwritten_anywhere(
    sealed: list[Path], paths: Paths, name: int, cut: float, noise: bytes
) -> None:
    run = fresh(sealed, paths)
    files = sorted(path for path in run.rglob("*") if path.is_file())
    file = files[name % len(files)]
    content = file.read_bytes()
    at = int(cut * len(content))
    file.write_bytes(content[:at] + noise)
    for action in everything_that_reads_runs(run, paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(lines=records(level="warning", category="UserWarning", message="odd"))
def test_any_lines_in_the_log_of_a_run(sealed: list[Path], paths: Paths, lines: list[str]) -> None:
    run = fresh(sealed, paths)
    (run / "log.jsonl").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    reseal(run)
    for action in everything_that_reads_runs(run, paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(lines=records(time="2026-01-01", action="promote", version="v1", run="ab"))
def test_any_lines_in_the_histories_that_git_keeps(paths: Paths, lines: list[str]) -> None:
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    paths.models.mkdir(exist_ok=True)
    for file in (paths.openings, paths.served):
        file.write_bytes(text)
    ends_well(lambda: opened(paths))
    ends_well(lambda: history(paths))
    ends_well(lambda: serving(paths))
