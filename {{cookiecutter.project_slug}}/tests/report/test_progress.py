"""Long work shows how far it has come; short work shows nothing."""

from pathlib import Path

import pytest

from project.report import progress
from project.report.progress import counting, reading


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a thousand bytes."""
    (tmp_path / "table.csv").write_bytes(b"x" * 1000)
    return tmp_path / "table.csv"


def test_a_short_file_is_not_watched(file: Path) -> None:
    with reading(file, "freezing") as stream:
        assert stream is None


def test_a_folder_is_not_watched(tmp_path: Path) -> None:
    with reading(tmp_path, "freezing") as stream:
        assert stream is None


def test_away_from_a_terminal_lines_say_how_far_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LONG", 100)
    monkeypatch.setattr(progress, "_EVERY_S", 0.0)
    with reading(file, "freezing table.csv") as stream:
        assert stream is not None
        assert len(stream.read(400)) == 400
        assert len(stream.read(-1)) == 600
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "freezing table.csv: 40%",
        "freezing table.csv: 100%",
    ]


def test_on_a_terminal_a_bar_shows_it(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LONG", 100)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with reading(file, "freezing table.csv") as stream:
        assert stream is not None
        stream.read(500)
    assert "freezing table.csv" in capsys.readouterr().err


def test_pieces_are_counted_in_lines_away_from_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_EVERY_S", 0.0)
    with counting("tuning", 4) as done:
        for more in (1, 2, 1):
            done(more)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["tuning: 25%", "tuning: 75%", "tuning: 100%"]
    assert lines[-1] == "tuning: 100%, 0 s left"


def test_a_bar_counts_pieces_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with counting("tuning", 40) as done:
        done(7)
    shown = capsys.readouterr().err
    assert "tuning" in shown
    assert " 7/40" in shown


def test_what_is_counted_inside_of_a_count_is_silent_and_the_next_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_EVERY_S", 0.0)
    with counting("trials", 2) as trial:
        with counting("folds", 2) as fold:
            fold(2)
        trial(1)
    with pytest.raises(RuntimeError), counting("broken", 2):
        raise RuntimeError
    with counting("folds", 2) as fold:
        fold(1)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["trials: 50%", "folds: 50%"]
