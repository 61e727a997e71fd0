"""The site: it builds, its links lead somewhere, and what its pages tell a reader to type works."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import examples
import pytest
import reference
import rubrics
import yaml
from browser import browsing
from config_values import flat
from conftest import ROOT, TEMPLATE
from engine import succeed
from playwright.sync_api import Page, expect

PAGES = examples.pages()
CONF = ROOT / TEMPLATE / "conf"


class Links(HTMLParser):
    """What a page links to, what it fetches, and the places that can be linked to."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.places: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places.add(given.get("id") or "")
        if (target := given.get("href")) and tag == "a":
            self.links.append(target)
        elif target or (target := given.get("src")):
            self.fetched.append(target)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(["tools/docs.sh", "--site-dir", folder], cwd=ROOT, check=True)
    return folder


def test_every_page_is_built(site: Path) -> None:
    pages = {file.relative_to(ROOT / "docs").with_suffix("") for file in ROOT.glob("docs/**/*.md")}
    assert pages == {file.relative_to(site).with_suffix("") for file in site.glob("**/*.html")}
    shown = (site / "index.html").read_text(encoding="utf-8")
    for page in pages:
        assert f'href="{page.as_posix()}.html"' in shown


def test_every_link_leads_somewhere_and_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    read = {file: Links(file) for file in site.glob("**/*.html")}
    for file, page in read.items():
        for target in page.links + page.fetched:
            if target == "data:,":  # an icon of nothing, so that none is asked for
                continue
            name, _, place = target.partition("#")
            there = (file.parent / name).resolve() if name else file
            assert there.is_file(), f"{file.name} links to {target}"
            assert not place or place in read[there].places, f"{file.name} links to {target}"


@pytest.mark.parametrize("link", ["nowhere.md", "tutorial.md#nowhere", "/tutorial.html"])
def test_a_broken_link_fails_the_build(tmp_path: Path, site: Path, link: str) -> None:
    del site  # has made the environment
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    with (tmp_path / "docs" / "index.md").open("a") as page:
        page.write(f"\n[gone]({link})\n")
    done = subprocess.run(
        [ROOT / ".cache/docs-env/bin/mkdocs", "build", "--strict"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert link in done.stderr


def test_the_reference_is_what_the_dataclasses_and_files_say() -> None:
    for file, text in reference.pages().items():
        assert file.read_text(encoding="utf-8") == text, "make reference writes it"


def test_the_reference_names_every_key_that_the_files_set() -> None:
    text = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    chosen = yaml.safe_load((CONF / "config.yaml").read_text())["defaults"]
    files = {name: CONF / f"{name}.yaml" for name in chosen if isinstance(name, str)}
    files |= {
        group: CONF / group / f"{name}.yaml"
        for item in chosen
        if isinstance(item, dict)
        for group, name in item.items()
        if name and " " not in group
    }
    assert {"data", "model", "checks", "tuning"} <= set(files)
    for group, file in files.items():
        if group == "_self_":
            continue
        for key in flat(yaml.safe_load(file.read_text())):
            whole = f"{group}.{key}"
            # The arguments of an estimator are not ours to list.
            whole = re.sub(r"^(model\.(classification|regression))\..*", r"\1", whole)
            assert f"| `{whole}` |" in text, whole


def test_every_key_of_the_reference_has_a_description() -> None:
    text = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_rubrics_are_what_their_lists_say() -> None:
    for file, text in rubrics.pages().items():
        assert file.read_text(encoding="utf-8") == text, "make rubrics writes it"


def test_every_test_that_is_named_exists() -> None:
    assert rubrics.missing_tests(rubrics.lists()) == []


def test_every_command_that_is_named_exists() -> None:
    assert rubrics.missing_commands(rubrics.lists()) == []


def test_a_list_that_names_what_is_not_there_is_found_out() -> None:
    gone = ["tests/test_docs.py::test_gone", "project/tests/test_gone.py::test_it"]
    items = [rubrics.Item("it", commands=["make nothing"], tests=gone)]
    planted = [rubrics.Rubric("planted", "", {"all": items}, least=False)]
    assert rubrics.missing_tests(planted) == sorted(gone)
    assert rubrics.missing_commands(planted) == ["make nothing"]
    assert rubrics.page(planted[0]).count("| yes |") == 1
    with pytest.raises(ValueError, match="neither a test nor a reason"):
        _ = rubrics.Item("it", commands=["make train"]).verdict


def test_verdicts_and_scores_are_counted() -> None:
    there = ["tests/test_docs.py::test_every_test_that_is_named_exists"]
    whole = rubrics.Item("a", commands=["make train"], tests=there)
    half = rubrics.Item("b", commands=["make train"], tests=there, part="the rest")
    items = {
        "first": [whole, half, rubrics.Item("c", why_not="too far")],
        "second": [half, half, rubrics.Item("d", na="none here")],
    }
    rubric = rubrics.Rubric("counted", "", items, least=True)
    assert rubric.sums == {"first": 1.5, "second": 1.0}
    assert rubric.counts == {"yes": 1, "in part": 3, "no": 1, "does not apply": 1}
    assert rubrics.score(rubric) == "Score: 1, the least of first 1.5, second 1."
    assert "| counted | 1 | 3 | 1 | 1 |" in rubrics.tally([rubric])


def test_the_published_lists_are_whole() -> None:
    sizes = [len(rubric.items) for rubric in rubrics.read(ROOT / "docs/rubrics.yaml")]
    assert sizes == [28, 21, 7, 5]
    score = rubrics.read(ROOT / "docs/rubrics.yaml")[0]
    assert [len(items) for items in score.sections.values()] == [7, 7, 7, 7]


def test_what_is_not_run_says_why() -> None:
    for file in [ROOT / "docs/tutorial.md", *ROOT.glob("docs/how-to/*.md")]:
        assert examples.unexplained(file.read_text(encoding="utf-8")) == [], file.name
    assert examples.unexplained("```bash\nmake train\n```\n") == ["make train\n"]


def test_every_command_of_a_project_is_told_by_a_page() -> None:
    makefile = (ROOT / TEMPLATE / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    pages = [ROOT / "docs/tutorial.md", *ROOT.glob("docs/how-to/*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [name for name in targets if not re.search(rf"make {name}\b(?!-)", text)] == []


def test_what_the_pages_type_is_a_command() -> None:
    makefile = (ROOT / TEMPLATE / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for file in [ROOT / "docs/tutorial.md", *ROOT.glob("docs/how-to/*.md")]:
        for block in examples.blocks(file.read_text(encoding="utf-8")):
            if block.kind != "text":
                assert set(block.targets) <= targets, file.name


def test_the_checks_that_the_projects_own_page_names_are_there() -> None:
    text = (ROOT / TEMPLATE / "docs/debugging-checklist.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([a-z]+ [a-z ]+)`", text) if name[:5] != "make "}
    files = (ROOT / TEMPLATE / "src/project/checks").glob("*.py")
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    there = {
        name.replace("_", " ") for name in re.findall(r"^def (\w+)\(case: ", code, re.MULTILINE)
    }
    assert len(named) > 15
    assert named - there == set()


def test_outputs_stand_beneath_their_commands_and_replace_older_ones() -> None:
    page = "A\n\n```sh\none\n```\n\n```text\nold\n```\n\nB\n\n```sh\ntwo\n```\n\nC\n"
    once = examples.with_outputs(page, ["new", ""])
    assert once == page.replace("old", "new")
    twice = examples.with_outputs(once, ["new", "second"])
    assert twice == once.replace("two\n```\n", "two\n```\n\n```text\nsecond\n```\n")
    assert examples.with_outputs(twice, ["new", "second"]) == twice


@pytest.fixture
def page(site: Path) -> Iterator[Page]:
    """The start page, opened from the disk; an error of its script or a request fails the test."""
    with browsing() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda asked: trouble.append(asked.url))
        page.goto((site / "index.html").as_uri())
        yield page
        assert [one for one in trouble if not one.startswith(("file:", "data:"))] == []


# The browser is there where `make test` has set it up; `make fast` does without.
@pytest.mark.docker
def test_the_site_is_searched_and_read_without_a_server(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "A machine-learning project in two commands"
    )
    page.keyboard.press("/")
    page.keyboard.type("forget a per")
    page.locator("#found a").filter(has_text="Forget a person").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forget a person")
    expect(page.locator("nav a[aria-current]")).to_have_text("Forget a person")
    page.locator("#search").fill("nosuchwordanywhere")
    expect(page.locator("#found")).to_have_text("nothing found")
    page.set_viewport_size({"width": 375, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.fixture(scope="module")
def trained(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project with its first run, in which the how-to pages begin."""
    project = render(tmp_path_factory.mktemp("pages"))
    succeed(project, "train")
    return project


@pytest.mark.docker
@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_tells_to_type_works(
    name: str, template: Path, trained: Path, tmp_path: Path
) -> None:
    where = examples.start(name, tmp_path / "my-ml-project", trained)
    outputs = examples.run(name, template, where)
    text = examples.text_of(name)
    anew = examples.with_outputs(text, outputs)
    kinds = [[block.kind for block in examples.blocks(one)] for one in (text, anew)]
    assert kinds[0] == kinds[1], "make examples writes what is printed"
