"""Extras are named in one file, and are part of a run's identity when they are built in."""

from project.data.config import Data
from project.extras import chosen, lock, missing
from project.files import sha256
from project.paths import PROJECT, Paths
from project.provenance import inputs, lock_hash

from .conftest import configure


def choose(paths: Paths, text: str) -> None:
    """Write the file that names the extras, and a lock for each."""
    (paths.runtime_lock.parent / "extras.txt").write_text(text)
    for name in chosen(paths):
        lock(name, paths).parent.mkdir(exist_ok=True)
        lock(name, paths).write_text(f"{name}==1\n")


def test_comments_blank_lines_and_order_do_not_matter(paths: Paths) -> None:
    choose(paths, "# what is built in\n\nxgboost # for model=xgboost\n  dask\n")
    assert chosen(paths) == ["dask", "xgboost"]


def test_every_extra_that_is_built_in_moves_the_lock(paths: Paths, data: Data) -> None:
    before = lock_hash(paths)
    assert before == sha256(paths.runtime_lock)
    choose(paths, "dask\n")
    one = inputs(configure(data), {}, paths)["lock"]
    choose(paths, "dask\nxgboost\n")
    two = lock_hash(paths)
    lock("dask", paths).write_text("dask==2\n")
    assert len({before, one, two, lock_hash(paths)}) == 4


def test_every_extra_has_its_lock() -> None:
    folder = PROJECT.root / "requirements" / "extras"
    names = {file.stem for file in folder.glob("*.in")}
    assert names == {file.stem for file in folder.glob("*.lock")}
    assert names


def test_what_is_missing_is_told_with_the_way_to_have_it() -> None:
    said = str(missing("mlflow", "tracking=mlflow"))
    assert "tracking=mlflow needs" in said
    assert "add the line mlflow to requirements/extras.txt" in said
