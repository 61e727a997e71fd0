"""Parts of the model card: the data, how the model behaves, its limits, and how to repeat it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..command import overrides
from ..config import Config
from ..data.config import Task
from ..data.split import SPLIT
from ..evaluation.result import Evaluation
from ..openings import warning
from ..paths import Paths
from ..report.evaluation_words import sentences
from ..report.numbers import significant
from ..runs import PREDICTIONS
from .gate import Gate
from .guards import note, of_method
from .markdown import cell, table

# What bounds the use of a model, rather than what it is like.
_LIMITS = ("Perturbation", "Invariance", "Direction", "Slices")


def data(folder: Path, manifest: dict[str, Any], config: Config, paths: Paths) -> Iterator[str]:
    """Tell what the model was made of."""
    sums, split = manifest["inputs"]["data"], config.data.split
    yield "## Data"
    yield ""
    source = config.data.source
    yield f"- `{source}`, MD5 `{sums.get(source, '')}`, held to `conf/schema.yaml`."
    yield f"- Dealt out by {split.method.value}, so that a row keeps its split as the table grows."
    yield ""
    counted = pc.value_counts(pq.read_table(paths.split, columns=[SPLIT]).column(SPLIT))
    rows = {str(one["values"]): int(one["counts"]) for one in counted.to_pylist()}
    told = pq.read_table(folder / PREDICTIONS, columns=["split", "y_true"]).to_pandas()
    lines = []
    for name in ("train", "valid", "test"):
        truth = told.loc[told["split"] == name, "y_true"].to_numpy()
        what = _target(truth, config) if len(truth) else "not looked at here"
        lines.append([name, f"{rows.get(name, 0):,}", what])
    head = ["split", f"rows{note('rows')}", f"`{config.data.target}`{note('target')}"]
    yield from table(head, lines)


def _target(truth: np.ndarray, config: Config) -> str:
    if config.data.task is Task.regression:
        low, middle, high = np.quantile(truth.astype(float), [0.05, 0.5, 0.95])
        return (
            f"median {significant(middle)}, nine of ten from {significant(low)} to "
            f"{significant(high)}"
        )
    labels, counts = np.unique(truth.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")[:10]
    more = f" and {len(labels) - 10} more" if len(labels) > 10 else ""
    return cell(", ".join(f"{labels[i]} {counts[i] / len(truth):.0%}" for i in order) + more)


def behaviour(found: Evaluation, config: Config) -> Iterator[str]:
    """Tell what the methods of the evaluation found, a sentence each."""
    yield "## Behaviour"
    yield ""
    for _, method, words in sentences(found, config):
        # What a calibrator would make of them is no part of this model.
        if method not in (*_LIMITS, "Baselines") and not words.startswith("probabilities after"):
            yield f"- {method}: {_guarded(method, words, config)}"
    size = found.cost.artefact_mb
    if size is not None and found.cost.fit_s is not None:
        yield (
            f"- Size: {significant(size)} MB; fitted in {significant(found.cost.fit_s)} s"
            f"{note('size')}."
        )
    yield ""


def limits(
    found: Evaluation,
    split: str,
    openings: list[dict[str, Any]],
    judged: list[Gate],
    config: Config,
) -> Iterator[str]:
    """Tell what the model must not be trusted with."""
    yield "## Limits"
    yield ""
    for one in judged:
        if one.waiver:
            reason = cell(one.waiver).rstrip(".")
            yield f"- The gate {one.name} was waived: {reason}.{note('waived')}"
    if split == "valid":
        yield (
            "- These are validation rows: who has chosen among models by them finds the chosen one "
            "better than it is. `make promote SPLIT=test` judges by rows that chose nothing."
        )
    elif words := warning(openings):
        yield f"- {words}{note('openings')}"
    for _, method, words in sentences(found, config):
        if method in _LIMITS:
            yield f"- {method}: {_guarded(method, words, config)}"
    for words in found.notes:
        yield f"- {cell(words)}{note('notes')}"
    yield (
        "- Rows unlike those it learnt from: a category that is new is passed over, and a quantity "
        "beyond the range of training is taken as it is."
    )
    yield ""


def _guarded(method: str, words: str, config: Config) -> str:
    return f"{cell(words)}{note(of_method(method, config.data.task))}"


def repeat(
    version: str, run: str, manifest: dict[str, Any], split: str, arguments: list[str]
) -> Iterator[str]:
    """Tell how to come to the same model, and to the same figures."""
    around, inputs = manifest["circumstances"], manifest["inputs"]
    commit = around.get("git_commit")
    given = f' ARGS="{" ".join(arguments)}"' if arguments else ""
    chosen = f" SPLIT={split}" if split == "test" else ""
    yield "## How to repeat it"
    yield ""
    yield "```sh"
    if commit:
        yield f"git checkout {commit}"
    yield "make pull   # the data, and this model"
    yield f'make train ARGS="{" ".join(overrides(manifest))}"'
    yield f"make reproduce RUN={run}"
    yield f"make evaluate RUN={run}{chosen}{given}"
    yield "```"
    yield ""
    lines = [
        ["promoted", f"{datetime.now(UTC):%Y-%m-%d}{note('date')}"],
        ["run", f"`{run}`, whose files are in `models/{version}/`"],
        ["fingerprint", f"`{manifest['outputs']['fingerprint']}`"],
        ["commit", f"`{commit}`" if commit else "none: its code is in `code.patch` there"],
        *([f"data: `{name}`", f"MD5 `{md5}`"] for name, md5 in sorted(inputs["data"].items())),
        ["code", f"`{inputs['code']}`"],
        ["packages", f"`{inputs['lock']}`"],
        ["Python", f"`{inputs['python']}`"],
    ]
    yield from table(["made of", ""], lines)
