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


def everything_that_reads_runs(paths: Paths) -> list[Callable[[], object]]:
    """Return what the commands do with the runs that are there."""
    folders = sorted(folder for folder in paths.runs.iterdir() if (folder / MANIFEST).exists())
    first = folders[0]

    def page() -> None:
        manifest = load_manifest(first)
        check_files(first, manifest)
        write_page(first, manifest, [], paths.reports / "run.html")

    return [
        lambda: dashboard.rows_of(paths),
        lambda: compare([folder.name for folder in folders], paths),
        lambda: lineage.chain(first, paths),
        lambda: reproduce.plan("all", paths),
        lambda: open_run(first.name, paths),
        lambda: overrides(load_manifest(first)),
        lambda: run_rows.read(first),
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


@pytest.fixture
def runs(paths: Paths) -> list[Path]:
    """Two runs whose folders are put back before each example."""
    made = copied("classification", paths.root)
    for run in made:
        content = load_manifest(run)
        content["inputs"]["data"] = dict.fromkeys(DATA, "0" * 32)
        reseal(run, inputs=content["inputs"])
    return made


def restore(runs: list[Path], kept: Path) -> None:
    for folder in runs:
        shutil.rmtree(folder)
        shutil.copytree(kept / folder.name, folder)


@pytest.mark.fuzz
@EASY
@given(st.data())
def test_a_sealed_manifest_with_any_other_value_in_it(
    runs: list[Path], paths: Paths, tmp_path: Path, data: st.DataObject
) -> None:
    kept = tmp_path / "kept"
    if not kept.exists():
        shutil.copytree(paths.runs, kept)
    restore(runs, kept)
    content = load_manifest(runs[0])
    content["circumstances"]["packages"] = {"numpy": "2"}
    files = content.pop("files")
    place = data.draw(st.sampled_from(places(content)[1:]))
    changed = replaced(content, place, data.draw(JSON | st.just(...)))
    (runs[0] / MANIFEST).unlink()
    write_manifest(changed, runs[0])
    assert set(files) == set(read_json(runs[0] / MANIFEST)["files"])
    for action in everything_that_reads_runs(paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(st.data())
def test_metrics_with_any_other_value_in_them(
    runs: list[Path], paths: Paths, tmp_path: Path, data: st.DataObject
) -> None:
    kept = tmp_path / "kept"
    if not kept.exists():
        shutil.copytree(paths.runs, kept)
    restore(runs, kept)
    name = data.draw(st.sampled_from(["metrics.json", "folds.json"]))
    content = read_json(runs[0] / name)
    place = data.draw(st.sampled_from(places(content)))
    changed = replaced(content, place, data.draw(JSON if not place else JSON | st.just(...)))
    (runs[0] / name).write_text(json.dumps(changed))
    reseal(runs[0])
    for action in everything_that_reads_runs(paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(name=st.integers(0, 20), cut=st.floats(0, 1), noise=st.binary(max_size=30))
def test_any_file_of_a_run_cut_or_overwritten_anywhere(
    runs: list[Path], paths: Paths, tmp_path: Path, name: int, cut: float, noise: bytes
) -> None:
    kept = tmp_path / "kept"
    if not kept.exists():
        shutil.copytree(paths.runs, kept)
    restore(runs, kept)
    files = sorted(path for path in runs[0].rglob("*") if path.is_file())
    file = files[name % len(files)]
    content = file.read_bytes()
    at = int(cut * len(content))
    file.write_bytes(content[:at] + noise)
    for action in everything_that_reads_runs(paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(lines=st.lists(st.one_of(JSON.map(json.dumps), st.text(max_size=30)), max_size=4))
def test_any_lines_in_the_log_of_a_run(
    runs: list[Path], paths: Paths, tmp_path: Path, lines: list[str]
) -> None:
    kept = tmp_path / "kept"
    if not kept.exists():
        shutil.copytree(paths.runs, kept)
    restore(runs, kept)
    (runs[0] / "log.jsonl").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    reseal(runs[0])
    for action in everything_that_reads_runs(paths):
        ends_well(action)


@pytest.mark.fuzz
@EASY
@given(lines=st.lists(st.one_of(JSON.map(json.dumps), st.text(max_size=30)), max_size=4))
def test_any_lines_in_the_histories_that_git_keeps(paths: Paths, lines: list[str]) -> None:
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    paths.models.mkdir(exist_ok=True)
    for file in (paths.openings, paths.served):
        file.write_bytes(text)
    ends_well(lambda: opened(paths))
    ends_well(lambda: history(paths))
    ends_well(lambda: serving(paths))
