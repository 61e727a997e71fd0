"""What is told of a table: column, rule, how many rows and the first, and no markup of a cell."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from project.data.violations import RowsRefused, Violations
from project.report.validation import tell_passed, telling

EVIL = "<script>alert('x')</script>[bold]&"


def refuse(reports: Path, count: int = 1) -> None:
    """Refuse a table for a hostile cell in many rows, and for more."""
    found = Violations()
    found.add(f"co<lumn>[red]{EVIL[:8]}", "is <5", range(3, 1503), [EVIL, "second"], "mend <it>")
    found.add("", "key is unique")
    for i in range(count - 2):
        found.add(f"column {i}", "is finite", [i])
    with pytest.raises(RowsRefused), telling(reports, "t<b>.csv"):
        raise RowsRefused("t.csv", list(found))


class Page(HTMLParser):
    """The text and the tags of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.rows: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows:
            self.rows[-1] += f"{data} "


def test_the_page_tells_all_of_it_and_runs_nothing(tmp_path: Path) -> None:
    refuse(tmp_path)
    page = Page(tmp_path / "validate.html")
    assert "script" not in page.tags
    assert "b" not in page.tags
    _, first, second = page.rows
    shown = "3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
    for words in ("co<lumn>[red]<script>", "is <5", "1,500", shown, EVIL, "second", "mend <it>"):
        assert words in first
    for words in ("(table)", "key is unique", "all"):
        assert words in second
    assert "t<b>.csv" in page.text
    assert "2 rules are broken" in " ".join(page.text.split())


def test_the_terminal_tells_the_same_and_takes_no_cell_for_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    refuse(tmp_path)
    told = capsys.readouterr().out
    for words in ("[red]", "is <5", "1,500", "3, 4, 5, 6, 7", EVIL, "(table)", "key is unique"):
        assert words in told


def test_a_long_list_goes_to_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuse(tmp_path, count=300)
    assert f"and 280 more in {tmp_path.name}/validate.html" in capsys.readouterr().out
    assert len(Page(tmp_path / "validate.html").rows) == 301


def test_what_passed_is_told_with_what_is_odd(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_passed(tmp_path, "t.csv", 1234, 5, [f"odd: {EVIL}"])
    told = capsys.readouterr().out
    page = Page(tmp_path / "validate.html")
    for text in (told, page.text):
        assert "1,234" in text
        assert "5 without a target" in text
        assert f"odd: {EVIL}" in text
    assert "script" not in page.tags
