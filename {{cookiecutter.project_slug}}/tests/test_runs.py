"""The runs that a command is to look at are found, or it is said why not."""

import sys
from pathlib import Path

import pytest

from project import check
from project.errors import RunError
from project.manifest import write_manifest
from project.paths import Paths
from project.runs import chosen, one_run


def leave(paths: Paths, *names: str) -> None:
    for day, name in enumerate(names, start=1):
        folder = paths.runs / name
        folder.mkdir(parents=True)
        write_manifest({"finished": f"2026-01-0{day}T00:00:00.000000Z"}, folder)


def test_runs_are_chosen_by_id_beginning_or_word(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    leave(paths, "bb0000000000", "aa0000000000", "aa1111111111")

    def names(wanted: str) -> list[str]:
        return [folder.name for folder in chosen(wanted, paths)]

    assert names("latest") == ["aa1111111111"]
    assert names("all") == ["aa0000000000", "aa1111111111", "bb0000000000"]
    assert names("bb0000000000") == names("bb") == ["bb0000000000"]


@pytest.mark.parametrize("wanted", ["", "zz", "aa", "../runs/bb0000000000", "bb00000000000"])
def test_a_run_that_is_not_one_is_refused(wanted: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    leave(paths, "bb0000000000", "aa0000000000", "aa1111111111")
    with pytest.raises(RunError, match=f"RUN={wanted} names .*such as aa1111111111"):
        chosen(wanted, paths)


def test_where_there_is_no_run_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="make train"):
        chosen("latest", Paths(tmp_path))


def test_all_are_not_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(tmp_path)
    leave(paths, "aa0000000000", "aa1111111111")
    assert one_run("latest", paths).name == "aa1111111111"
    with pytest.raises(RunError, match="RUN=all: one run"):
        one_run("all", paths)
    monkeypatch.setattr("project.check.PROJECT", paths)
    monkeypatch.setattr(sys, "argv", ["check", "--run", "all"])
    with pytest.raises(RunError, match="RUN=all: one run"):
        check._main()
