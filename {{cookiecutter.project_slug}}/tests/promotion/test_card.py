"""The model card says what was measured, and names a test that is there for each of its numbers."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from project.data.config import Data
from project.data.load import load
from project.evaluate import read_subject, read_table
from project.evaluation.evaluate import evaluate
from project.evaluation.metrics import metrics_of
from project.evaluation.result import MODEL
from project.evaluation.subject import ask
from project.manifest import load_manifest
from project.paths import PROJECT, Paths
from project.promotion.card import Examined, write
from project.promotion.config import LATENCY, Latency
from project.promotion.gates import judge
from project.promotion.guards import GUARDS
from project.promotion.incumbent import Loaded, examine

from ..conftest import configure
from ..trained import copied
from .planted import QUICK, shipped

_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_NOTE = re.compile(r"\[\^([\w-]+)\]")


def unguarded(card: str) -> Iterator[str]:
    """List the lines and cells of a card in which a number has no footnote.

    Code names things, as F1 and R2 do, and a heading the version; a quotation is of the user.
    """
    head: list[str] = []
    for line in _CODE.sub("", card).splitlines():
        if line.startswith(("#", ">", "[^")) or not line.strip():
            head = []
            continue
        parts = line.strip("| ").split(" | ") if line.startswith("|") else [line]
        if line.startswith("|") and not head:
            head = parts
            continue
        above = head if len(head) == len(parts) else [""] * len(parts)
        for part, title in zip(parts, above, strict=True):
            if re.search(r"(?<![A-Za-z_])\d", _NOTE.sub("", part)) and not _NOTE.search(
                part + title
            ):
                yield part


@pytest.fixture
def examined(paths: Paths, data: Data, task: str) -> tuple[str, Examined]:
    """The card of a real run beside a model that served, and what it was made from."""
    dummy, folder = copied(task, paths.root)
    config = configure(data, *QUICK, "evaluation.resamples=100", "methods.cost.calls=20",
                       "methods.invariance.columns=[colour]")  # fmt: skip
    manifest = load_manifest(folder)
    subject = read_subject(folder, manifest, "valid", config, paths)
    table = read_table("valid", [], config, paths)
    found = evaluate(subject, table, config)
    models = {MODEL: subject.pipeline, **subject.baselines}
    made = {name: ask(one, table.rows, config.data) for name, one in models.items()}
    served = dummy.rename(dummy.with_name("v3"))
    pipeline = subject.baselines["zero rule"]
    loaded = Loaded(served, load_manifest(served), pipeline, "")
    incumbent = examine(loaded, subject, table, made, config)
    gates = shipped(
        config,
        purpose="To sort fruit | by hand.",
        latency=Latency(1e-6),
        waivers={LATENCY: "few rows."},
    )
    judged = judge(found, made, incumbent, gates, config)
    done = Examined(folder, manifest, "valid", [], found, incumbent, judged, gates, [])
    return write("v4", done, config, paths), done


def test_every_number_has_a_test_that_is_there(examined: tuple[str, Examined]) -> None:
    card, _ = examined
    assert list(unguarded(card)) == []
    used = set(_NOTE.findall(_CODE.sub("", card)))
    assert used <= GUARDS.keys()
    for key in used:
        assert f"[^{key}]: guarded by `{GUARDS[key]}`" in card


@pytest.mark.parametrize("line", ["MAE 0.5", "- p 0.1", "| a | b |\n| --- | --- |\n| x | 3 |"])
def test_a_number_without_a_test_is_found(line: str, examined: tuple[str, Examined]) -> None:
    assert list(unguarded(f"{examined[0]}\n{line}\n"))


@pytest.mark.parametrize("guard", GUARDS.values())
def test_every_guard_is_a_test_of_this_project(guard: str) -> None:
    file, _, name = guard.partition("::")
    tree = ast.parse((PROJECT.root / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_card_holds_all_its_parts(examined: tuple[str, Examined], task: str) -> None:
    card, done = examined
    for head in ("Problem", "Data", "Metrics on validation", "Gates", "Behaviour", "Slices",
                 "Limits", "How to repeat it", "Tests behind the figures"):  # fmt: skip
        assert f"\n## {head}\n" in card
    assert card.startswith("# v4: logistic predicts ")
    assert "> To sort fruit | by hand." in card
    assert "was waived: few rows.[" in card
    assert f"make reproduce RUN={done.folder.name}" in card
    assert 'make train ARGS="model=logistic evaluation.resamples=100"' in card
    assert "colour:" in card
    assert "not worse than v3" in card
    assert card.endswith("`\n")
    assert not re.search(r"[ \t]$", card, re.MULTILINE)
    # Every row of a table has as many cells as its head.
    for part in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in part.splitlines()}) == 1


def test_the_figures_are_those_that_were_measured(
    examined: tuple[str, Examined], data: Data, paths: Paths
) -> None:
    card, done = examined
    rows = load(data, paths, "train", "valid", "test")
    for split, frame in rows.items():
        assert f"| {split} | {len(frame)} |" in card
    for metric in metrics_of(data.task):
        found = re.search(rf"\| [↑↓] {metric.name} \| \*\*(-?[\d.,]+) \[", card)
        assert found
        value = done.found.figures[MODEL][metric.name].value
        assert float(found[1].replace(",", "")) == pytest.approx(value, abs=0.06, rel=0.05)
    assert done.incumbent is not None
    assert done.incumbent.found is not None
    zero = done.found.figures["zero rule"][metrics_of(data.task)[0].name]
    # The zero rule is what served, examined by the same rows and methods.
    assert done.incumbent.found.figures[MODEL][metrics_of(data.task)[0].name] == zero


def test_the_test_split_is_told_with_its_openings(
    examined: tuple[str, Examined], data: Data, paths: Paths
) -> None:
    opened = [{"date": "2026-01-01", "run": "abc"}, {"date": "2026-02-01", "run": "def"}]
    done = replace(examined[1], split="test", openings=opened)
    card = write("v4", done, configure(data, *QUICK), paths)
    assert "opened 2 times" in card
    assert "make evaluate RUN=" + done.folder.name + " SPLIT=test" in card
    assert list(unguarded(card)) == []


def test_rows_that_the_incumbent_learnt_from_are_left_out(
    paths: Paths, data: Data, task: str
) -> None:
    _, folder = copied(task, paths.root)
    config = configure(data, *QUICK, "evaluation.resamples=100", "methods.cost.calls=20")
    manifest = load_manifest(folder)
    subject = read_subject(folder, manifest, "valid", config, paths)
    table = read_table("train", [], config, paths)
    models = {MODEL: subject.pipeline, **subject.baselines}
    made = {name: ask(one, table.rows, config.data) for name, one in models.items()}
    loaded = Loaded(folder, manifest, subject.pipeline, "")
    found = examine(loaded, subject, table, made, config)
    assert found.learnt == len(table.rows)
    assert "it learnt from" in found.note
    fresh = read_table("valid", [], config, paths)
    again = {name: ask(one, fresh.rows, config.data) for name, one in models.items()}
    assert examine(loaded, subject, fresh, again, config).learnt == 0


def test_a_model_of_other_columns_is_not_asked(paths: Paths, data: Data, task: str) -> None:
    from project.promotion.incumbent import _differs

    other = configure(data).data
    assert _differs(other, data) == ""
    columns = {name: replace(column) for name, column in data.columns.items()}
    del columns["colour"]
    assert "colour, which is gone" in _differs(other, replace(data, columns=columns))
    assert "another target" in _differs(replace(other, target="size"), data)
