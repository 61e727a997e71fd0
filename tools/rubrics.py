"""Write docs/rubrics.md and docs/lecture-notes.md: what covers each item of some lists.

make rubrics

Reads docs/rubrics.yaml and docs/lecture-notes.yaml; the counts are computed here, and nowhere else.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
NOTE = "<!-- written by make rubrics -->"
YES, PART, NO, NONE = "yes", "in part", "no", "does not apply"
POINTS = {YES: 1.0, PART: 0.5}


@dataclass
class Item:
    """A line of a list, with what covers it, or why nothing does."""

    text: str
    commands: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    note: str = ""
    part: str = ""  # what is left to a person
    why_not: str = ""
    na: str = ""

    @property
    def verdict(self) -> str:
        """Judge the item by what is said of it.

        Raises
        ------
        ValueError
            When neither a test nor a reason is given.
        """
        if self.na or self.why_not:
            return NONE if self.na else NO
        if self.tests:
            return PART if self.part else YES
        raise ValueError(f"'{self.text}' has neither a test nor a reason: give tests or why_not")


@dataclass
class Rubric:
    """A published list, by its sections."""

    name: str
    source: str
    sections: dict[str, list[Item]]
    least: bool  # whether the score is the least of the sections' sums

    @property
    def items(self) -> list[Item]:
        """List the items of all sections."""
        return [item for items in self.sections.values() for item in items]

    @property
    def counts(self) -> Counter[str]:
        """Count the verdicts."""
        return Counter(item.verdict for item in self.items)

    @property
    def sums(self) -> dict[str, float]:
        """Sum up the points of each section."""
        return {
            name: sum(POINTS.get(item.verdict, 0) for item in items)
            for name, items in self.sections.items()
        }


def read(file: Path) -> list[Rubric]:
    """Read the lists of a file; a key that is none is refused."""
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [_rubric(one) for one in (tree if isinstance(tree, list) else [tree])]


def _rubric(tree: dict[str, Any]) -> Rubric:
    sections = {part["name"]: [Item(**item) for item in part["items"]] for part in tree["sections"]}
    return Rubric(
        tree["name"], tree.get("source", ""), sections, tree.get("least_of_sections", False)
    )


def lists() -> list[Rubric]:
    """Read all lists, that of the lecture notes last."""
    return [*read(DOCS / "rubrics.yaml"), *read(DOCS / "lecture-notes.yaml")]


def missing_tests(rubrics: list[Rubric]) -> list[str]:
    """List the tests that are named and not there."""
    items = [item for rubric in rubrics for item in rubric.items]
    named = sorted({test for item in items for test in item.tests})
    return [test for test in named if not _exists(test)]


def _exists(test: str) -> bool:
    name, _, function = test.partition("::")
    inside = name.startswith("project/")
    file = PROJECT / name.removeprefix("project/") if inside else ROOT / name
    pattern = rf"^def {re.escape(function)}\("
    return file.is_file() and bool(re.search(pattern, file.read_text(), re.MULTILINE))


def missing_commands(rubrics: list[Rubric]) -> list[str]:
    """List the commands that no Makefile has."""
    makefiles = [(folder / "Makefile").read_text() for folder in (ROOT, PROJECT)]
    targets = {
        name for text in makefiles for name in re.findall(r"^([a-z-]+):", text, re.MULTILINE)
    }
    named = {command for rubric in rubrics for item in rubric.items for command in item.commands}
    known = {f"make {target}" for target in targets}
    return sorted(named - known)


def page(rubric: Rubric) -> str:
    """Tabulate a list, section by section."""
    parts = []
    for name, items in rubric.sections.items():
        lines = ["| item | covered | by | test |", "| --- | --- | --- | --- |"]
        lines += [_row(item) for item in items]
        parts += [f"### {name}", "\n".join(lines)]
    return "\n\n".join(parts)


def _row(item: Item) -> str:
    commands = ", ".join(f"`{command}`" for command in item.commands)
    said = item.why_not or item.na or item.part or item.note
    by = f"{commands}: {said}" if commands and said else commands or said
    tests = "<br>".join(f"`{test}`" for test in item.tests)
    return f"| {item.text} | {item.verdict} | {by} | {tests} |"


def tally(rubrics: list[Rubric]) -> str:
    """Tabulate how many items of each list are covered."""
    lines = [f"| list | {YES} | {PART} | {NO} | {NONE} |", "| --- |" + " ---: |" * 4]
    for rubric in rubrics:
        counts = rubric.counts
        cells = " | ".join(str(counts[verdict]) for verdict in (YES, PART, NO, NONE))
        lines.append(f"| {rubric.name} | {cells} |")
    return "\n".join(lines)


def score(rubric: Rubric) -> str:
    """Write a score that is the least of the sections' sums."""
    sums = ", ".join(f"{name} {points:g}" for name, points in rubric.sums.items())
    return f"Score: {min(rubric.sums.values()):g}, the least of {sums}."


def pages() -> dict[Path, str]:
    """Compose both pages, by file."""
    *rubrics, notes = lists()
    intro = (
        "Each item with the command that does it and the test that holds it, or an honest no. "
        "Tests of the generated project begin with `project/`; the others test the template."
    )
    parts = ["# Rubrics", NOTE, intro, tally([*rubrics, notes])]
    for rubric in rubrics:
        parts += [f"## {rubric.name}", rubric.source]
        parts += [score(rubric)] if rubric.least else []
        parts.append(page(rubric))
    parts += ["## The lecture notes' own list", "[A page of its own](lecture-notes.md)."]
    title = "# From each line of the lecture notes to the command that does it"
    own = [title, NOTE, intro, tally([notes]), page(notes).replace("### ", "## ")]
    return {
        DOCS / "rubrics.md": "\n\n".join(parts) + "\n",
        DOCS / "lecture-notes.md": "\n\n".join(own) + "\n",
    }


if __name__ == "__main__":
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
