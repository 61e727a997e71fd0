"""A person is forgotten in real containers: shown first, killed in the middle, done, and searched.

What is left is looked for here with means of our own: all Parquet is read, and all bytes besides.
"""

import hashlib
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from breaking import kill_when
from engine import make, succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
HEADER = "visit_id,patient,name,size,colour,kind\r\n"


def visits(first: int, last: int) -> list[str]:
    """Return the lines of some visits: four of each patient, with quotes, commas and line ends."""
    return [
        f'V-{i:05d},{i // 4},"Person ""{i // 4:03d}"",\r\nof somewhere",{i * 37 % 101 / 7:.3f},'
        f"{('red', 'blue')[i * 7 % 13 % 2]},{('plum', 'apple')[i * 37 % 101 > 55]}\r\n"
        for i in range(first, last)
    ]


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two versions of a table, and two models trained on each."""
    folder = tmp_path_factory.mktemp("forget")
    (folder / "visits.csv").write_text(HEADER + "".join(visits(0, 200)), newline="")
    made = render(folder / "out", cwd=folder, data_source="visits.csv", target="kind")
    succeed(made, "data")
    schema = made / "conf/schema.yaml"
    written = schema.read_text()
    assert "key: [visit_id]" in written
    for name, role in (("patient", "group"), ("name", "ignore")):
        before = next(line for line in written.splitlines() if line.startswith(f"  {name}:"))
        written = written.replace(before, before.replace("role: feature", f"role: {role}"))
    schema.write_text(written)
    succeed(made, "train", "ARGS=-m model=logistic,neighbours")
    with (made / "data/source/visits.csv").open("a", newline="") as table:
        table.write("".join(visits(200, 204)))
    succeed(made, "train", "ARGS=-m model=logistic,neighbours")
    remote(made).mkdir()
    succeed(made, "remote", f"URL={remote(made)}")
    succeed(made, "push")
    assert len(list((made / "runs").iterdir())) == 4
    return made


def remote(project: Path) -> Path:
    """Return the folder that the versions are shared through."""
    return project.parent / "remote"


def state(project: Path) -> dict[str, str]:
    """Return path to checksum of all files, but the patches that each command makes of the code."""
    files = [*project.rglob("*"), *remote(project).rglob("*")]
    made = {".git", "patches"}
    files = [path for path in files if path.is_file() and not made & set(path.parts)]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def leaks(project: Path, patient: int) -> list[str]:
    """List the files in which something of a patient stands."""
    words = [f"V-{patient * 4 + i:05d}" for i in range(4)] + [f'Person "{patient:03d}"']
    forms = [form for word in words for form in (word, word.replace('"', '""'))]
    needles = [n for f in forms for n in (f.encode(), f.encode("utf-32-le"))]
    found = []
    for path in project.rglob("*"):
        if not path.is_file() or ".git" in path.relative_to(project).parts:
            continue
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                content += b"".join(map(archive.read, archive.namelist()))
        if content[:4] == b"PAR1":
            table = pq.read_table(path)
            content += repr(table.to_pydict()).encode()
            if "patient" in table.column_names and patient in table["patient"].to_pylist():
                found.append(str(path))
        if any(needle in content for needle in needles):
            found.append(str(path))
    return found


def read(file: Path) -> bytes | None:
    """Return what is in a file, if it is there."""
    return file.read_bytes() if file.exists() else None


def differs(file: Path, before: bytes | None) -> bool:
    """Say whether a file has changed."""
    return read(file) != before


def test_a_dry_run_shows_all_and_changes_nothing(project: Path) -> None:
    before = state(project)
    out = succeed(project, "forget", "KEY=patient=17")
    assert state(project) == before
    assert "found 4 rows" in out
    for words in (
        "data/source/visits.csv",
        "predictions.parquet loses",
        "KNeighborsClassifier",
        'make train ARGS="model=neighbours"',
        'make train ARGS="model=logistic"',
        "Nothing has been changed",
    ):
        assert words in " ".join(out.split()), out


def test_a_file_names_several_at_once(project: Path) -> None:
    (project / "ids.txt").write_text("V-00017\nV-00018\n")
    assert "found 2 rows" in succeed(project, "forget", "KEY=@ids.txt")
    (project / "ids.txt").unlink()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["KEY=O'Neill", "CONFIRM=yes"], ["KEY=O'Neill", "no row of data/source/visits.csv"]),
        (["KEY=V-00001", "CONFIRM=maybe"], ["CONFIRM=maybe"]),
    ],
)
def test_what_names_nobody_is_refused(
    project: Path, arguments: list[str], words: list[str]
) -> None:
    before = state(project)
    done = make(project, "forget", *arguments)
    assert done.code == 2
    for word in words:
        assert word in done.sentence
    assert state(project) == before


def test_a_run_leads_to_the_row(project: Path) -> None:
    run = min(path.name for path in (project / "runs").iterdir())
    rows = pq.read_table(project / "runs" / run / "predictions.parquet").to_pylist()
    one = rows[5]
    out = succeed(project, "lineage", f"RUN={run}", f"ROW={one['row_id']}")
    assert f"V-{one['row_id'] - 1:05d}" in out
    assert f"split {one['split']}" in out
    assert f"y_pred {one['y_pred']}" in out
    out = succeed(project, "lineage", f"RUN={run}")
    assert "data/validated/table.parquet" in out
    for arguments in (["RUN=nope"], [f"RUN={run}", "ROW=9999"]):
        done = make(project, "lineage", *arguments)
        assert done.code == 2
        assert arguments[-1] in done.sentence


def test_killed_twice_it_is_done_the_third_time_and_nothing_is_left(project: Path) -> None:
    source = project / "data/source/visits.csv"
    given = ("forget", "KEY=patient=17", "CONFIRM=yes")
    assert leaks(project, 17)
    assert leaks(remote(project), 17)
    for name in ("data/forgotten.json", "data/raw/table.parquet"):
        file = project / name
        kill_when(project, partial(differs, file, read(file)), *given)
    assert leaks(project, 17)
    out = succeed(project, *given)
    assert "No trace is left" in out
    assert leaks(project, 17) == leaks(remote(project), 17) == []
    left = visits(0, 17 * 4) + visits(18 * 4, 204)
    assert source.read_bytes() == (HEADER + "".join(left)).encode()
    assert pq.read_table(project / "data/raw/table.parquet").num_rows == 200
    models = {path.parent.name: path for path in (project / "runs").glob("*/model.skops")}
    names = [(project / "runs" / run / "config.yaml").read_text() for run in models]
    assert len(models) == 2
    assert all("name: logistic" in name for name in names)


def test_old_runs_still_lead_to_everybody_else(project: Path) -> None:
    for run in (project / "runs").iterdir():
        ids = pq.read_table(run / "predictions.parquet")["row_id"].to_pylist()
        assert not set(ids) & set(range(17 * 4 + 1, 18 * 4 + 1))
    assert "V-00003" in succeed(project, "lineage", f"RUN={run.name}", "ROW=4")
    done = make(project, "lineage", f"RUN={run.name}", "ROW=70")
    assert done.code == 2
    assert "forgotten" in done.sentence


def test_training_goes_on_with_the_rows_that_are_left(project: Path) -> None:
    before = {path.name for path in (project / "runs").iterdir()}
    assert "shown again" not in succeed(project, "train", "ARGS=model=neighbours")
    (run,) = {path.name for path in (project / "runs").iterdir()} - before
    assert leaks(project, 17) == []
    assert "✓ the same" in succeed(project, "lineage", f"RUN={run}")


def test_a_place_that_is_left_out_is_told(project: Path) -> None:
    module = project / "src/project/data/erase.py"
    good = module.read_text()
    planted = good.replace("    for file in old_versions(held, paths):\n", "    for file in []:\n")
    assert planted != good
    copy = project / "notes.txt"
    copy.write_text("V-00012 said so\n")
    module.write_text(planted)
    done = make(project, "forget", "KEY=V-00012", "CONFIRM=yes")
    module.write_text(good)
    assert done.code == 2  # make's, for the command's 1
    assert "Error 1" in done.err
    assert "Traces are left" in done.out
    assert "notes.txt" in done.out
    assert ".dvc/cache/files/md5" in done.out
    copy.unlink()
    assert "No trace is left" in succeed(project, "forget", "KEY=V-00012", "CONFIRM=yes")
    assert not [path for path in leaks(project, 3) if "V-00012" in Path(path).read_text("latin1")]
