"""The pages as a person uses them: in a real browser, over runs of a fresh project."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from browser import browsing
from engine import inside, make, succeed
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.docker
MANY = 1_000
GENEROUS_MS = 5_000  # what is promised is a second; a busy machine must not fail the test


@pytest.fixture(scope="module")
def project(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project with a run of two models each, and a dashboard."""
    project = render(tmp_path_factory.mktemp("pages"))
    for model in ("logistic", "boosting"):
        succeed(project, "train", f"ARGS=experiment=debug model={model}")
    succeed(project, "dashboard")
    return project


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser that this machine has; tools/viewers.sh installs one."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(project: Path, browser: Browser) -> Iterator[Page]:
    """The dashboard, opened from the disk; an error of its script or a request fails the test."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: trouble.append(request.url))
        page.goto((project / "reports" / "dashboard.html").as_uri())
        opened = trouble.pop(0)
        assert opened.startswith("file:")
        yield page
        assert trouble == []


def column(page: Page, name: str) -> list[str]:
    """Return the cells of a column of the table, from the top."""
    heads = page.locator("#runs thead th").all_inner_texts()
    place = next(i for i, head in enumerate(heads) if head.strip("↑↓ ") == name)
    rows = page.locator("#runs tbody tr")
    return [rows.nth(i).locator("th, td").nth(place).inner_text() for i in range(rows.count())]


def test_the_table_is_sorted_by_a_click_and_by_the_keyboard(page: Page) -> None:
    head = page.locator("#runs thead th").filter(has_text="log loss")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    values = [float(text.split()[0]) for text in column(page, "log loss")]
    assert values == sorted(values)
    page.keyboard.press("Enter")  # the button has kept the focus
    expect(head).to_have_attribute("aria-sort", "descending")
    values = [float(text.split()[0]) for text in column(page, "log loss")]
    assert values == sorted(values, reverse=True)
    assert page.locator("#runs th[aria-sort]").count() == 1


def test_the_table_is_filtered_by_words_and_by_figures(page: Page) -> None:
    box, status = page.get_by_role("searchbox"), page.get_by_role("status")
    box.fill("boost")
    expect(status).to_have_text("1 of 2 runs")
    assert column(page, "model.name") == ["boosting"]
    box.fill("accuracy>2")
    expect(status).to_have_text("0 of 2 runs")
    box.fill("model.name=logistic fit<1000")
    expect(status).to_have_text("1 of 2 runs")
    box.fill("colour=red")
    expect(status).to_have_text("There is no column “colour”.")


def test_two_runs_stand_side_by_side_with_the_rows_that_they_predict_otherwise(
    page: Page, project: Path
) -> None:
    boxes = page.get_by_role("checkbox", name="select run")
    boxes.nth(0).focus()
    page.keyboard.press("Space")
    boxes.nth(1).check()
    pair = page.locator("#pair")
    settings = pair.locator("table").first.inner_text()
    assert re.search(r"model\.name\s+(boosting\s+logistic|logistic\s+boosting)", settings)
    assert "seed" not in settings
    said = re.fullmatch(r"(\d+) of (\d+) validation rows\.", page.locator("#changed").inner_text())
    assert said
    script = (
        "import pandas as pd, sys; a, b = (pd.read_parquet(f'runs/{r}/predictions.parquet')"
        ".query(\"split == 'valid'\") for r in sys.argv[1:]); "
        "print((a.y_pred.to_numpy() != b.y_pred.to_numpy()).sum(), len(a))"
    )
    ids = sorted(folder.name for folder in (project / "runs").iterdir())
    assert inside(project, "python", "-c", script, *ids).out.split() == list(said.groups())
    assert pair.locator("table").last.locator("tbody tr").count() == int(said[1])
    assert page.locator("#parallel path[data-run]").count() == 2
    page.get_by_role("button", name="Clear").click()
    expect(pair).to_contain_text("Select two runs")


def test_a_run_s_page_is_one_click_away(page: Page, project: Path, browser: Browser) -> None:
    link = page.locator("#runs tbody a").first
    name = link.inner_text()
    address = link.evaluate("node => node.href")
    assert address == (project / "runs" / name / "report.html").as_uri()
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        phone = context.new_page()
        phone.goto(address)
        expect(phone.get_by_role("heading", level=1)).to_contain_text("predicts sex")
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
        drawn = list((project / "runs" / name / "figures").glob("*.svg"))
        assert phone.locator("figure svg").count() == len(drawn) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dashboard_fits_a_phone(
    project: Path, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    with browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        page.goto((project / "reports" / "dashboard.html").as_uri())
        for box in page.get_by_role("checkbox", name="select run").all():
            box.check()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        style = "getComputedStyle(document.body)"
        ink, paper = page.evaluate(f"[{style}.color, {style}.backgroundColor]")
        light = sum(map(int, re.findall(r"\d+", paper)[:3])) > sum(
            map(int, re.findall(r"\d+", ink)[:3])
        )
        assert light == (scheme == "light")


def test_the_terminal_compares_the_same_runs(project: Path) -> None:
    ids = sorted(folder.name for folder in (project / "runs").iterdir())
    shown = succeed(project, "compare", f"RUNS={ids[0][:7]} {ids[1]}")
    for told in (*ids, "model.name", "accuracy", "corrected by Holm", "★"):
        assert told in shown
    for runs, told in (
        ("", "give at least two"),
        (f"{ids[0]} nowhere", "RUN=nowhere names no run"),
    ):
        refused = make(project, "compare", f"RUNS={runs}")
        assert refused.code == 2
        assert told in refused.sentence


def test_a_page_is_written_anew_and_the_run_stays_as_it_was(project: Path) -> None:
    (name, *_) = sorted(folder.name for folder in (project / "runs").iterdir())
    before = {f: f.stat().st_mtime_ns for f in (project / "runs" / name).rglob("*")}
    assert f"reports/run-{name}.html" in succeed(project, "report", f"RUN={name[:8]}")
    assert {f: f.stat().st_mtime_ns for f in (project / "runs" / name).rglob("*")} == before
    again = (project / "reports" / f"run-{name}.html").read_bytes()
    assert again == (project / "runs" / name / "report.html").read_bytes()


def test_a_thousand_runs_open_and_answer(project: Path, browser: Browser) -> None:
    made = inside(project, "python", "-m", "tests.many", str(MANY))
    assert made.code == 0, made.err
    succeed(project, "dashboard")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((project / "reports" / "dashboard.html").as_uri())
        expect(page.get_by_role("status")).to_have_text(f"{MANY + 2} of {MANY + 2} runs")
        ready = page.evaluate(
            "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        )
        assert ready < GENEROUS_MS
        assert page.locator("#runs tbody tr").count() == 100
        page.get_by_role("button", name="Show all").click()
        assert page.locator("#runs tbody tr").count() == MANY + 2
        for box in page.get_by_role("checkbox", name="select run").all()[2:5]:  # those with curves
            box.check()
        assert page.locator("#curves path[data-run]").count() == 6
        page.get_by_role("searchbox").fill("seed=1500")
        expect(page.get_by_role("status")).to_have_text(f"1 of {MANY + 2} runs, 3 selected")
