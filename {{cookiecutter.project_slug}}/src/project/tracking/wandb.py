"""Weights & Biases: offline by default, online when asked, and never in the way."""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import wandb

from ..errors import ConfigError, RemoteError, first_line
from .config import Mode, Tracking
from .record import Record
from .server import Server

_REACHES_NOBODY = (wandb.Error, TimeoutError, OSError)


def at_home(root: Path) -> None:
    """Keep what wandb writes below the project: artifacts wait there, under an absolute path."""
    os.environ["WANDB_DATA_DIR"] = str(root / "wandb" / ".data")
    os.environ["WANDB_CACHE_DIR"] = str(root / "wandb" / ".cache")
    os.environ["WANDB_CONFIG_DIR"] = tempfile.gettempdir()
    (root / "wandb").mkdir(exist_ok=True)


class Tool:
    """Record runs in the folder `wandb/` of the project, and online on a server."""

    def __init__(self, config: Tracking, root: Path) -> None:
        self._config, self._root = config, root
        at_home(root)

    @contextmanager
    def open(self, record: Record) -> "Iterator[Opened]":
        """Open a run; offline where the server can't be reached."""
        run = self._init(record)
        code = int(record.status != "finished")
        try:
            yield Opened(run, record)
        except BaseException:
            code = 1
            raise
        finally:
            self._finish(run, code)

    def _init(self, record: Record) -> Any:
        # What its log file can't hold, as on a full disk, is not worth a traceback to the user.
        logging.raiseExceptions = False
        if self._config.mode is Mode.online:
            try:
                # Asked first, since the library waits for a silent server more than once.
                Server(self._config.timeout_s)
                return self._start(record, "online")
            except (ConfigError, RemoteError) as error:
                told = str(error).partition(": ")[0]
            except _REACHES_NOBODY as error:
                told = first_line(error)
                wandb.teardown()
            print(
                f"Weights & Biases can't be reached ({told}): recorded offline instead",
                file=sys.stderr,
            )
        return self._start(record, "offline")

    def _finish(self, run: Any, code: int) -> None:
        try:
            run.finish(exit_code=code)
        except _REACHES_NOBODY:
            wandb.teardown(exit_code=code)
            raise

    def _start(self, record: Record, mode: Any) -> Any:
        # What an online record left that broke off; this one has all of it.
        for broken in sorted((self._root / "wandb").glob(f"run-*-{record.id}")):
            wandb.teardown()
            shutil.rmtree(broken)
        return wandb.init(
            project=self._config.project,
            entity=self._config.entity or None,
            id=record.id,
            name=record.name,
            group=record.group or None,
            job_type=record.kind,
            mode=mode,
            dir=self._root,
            # Otherwise a run that ended in an error would take in the next one's metrics.
            reinit="finish_previous",
            resume="allow" if mode == "online" else None,
            settings=wandb.Settings(
                silent=True,
                console="off",
                disable_git=True,
                disable_code=True,
                init_timeout=self._config.timeout_s,
                finish_timeout=self._config.timeout_s,
                finish_timeout_raises=True,
            ),
        )


class Opened:
    """A run of Weights & Biases."""

    def __init__(self, run: Any, record: Record) -> None:
        self._run, self._record = run, record

    def params(self, values: dict[str, Any]) -> None:
        """Set the configuration, and the fingerprint where runs are compared."""
        self._run.config.update(values)
        if "fingerprint" in self._record.provenance:
            self._run.summary["fingerprint"] = self._record.provenance["fingerprint"]

    def metrics(self, values: dict[str, float]) -> None:
        """Log the figures once."""
        self._run.log(values)

    def series(self, axis: str, frame: pd.DataFrame) -> None:
        """Log each step, over an axis of its own."""
        self._run.define_metric(axis, hidden=True)
        for name in frame.columns.drop(axis):
            self._run.define_metric(name, step_metric=axis)
        for step in frame.to_dict("records"):
            self._run.log({key: value for key, value in step.items() if value == value})

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Log a table, and draw what W&B draws of predictions."""
        # Column by column, since its own way from a DataFrame looks at each cell more than once.
        plain: Any = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
        self._run.log({f"table/{name}": wandb.Table(list(frame.columns), data=plain)})
        if name == "rows" and "correct" in frame:
            self._draw(frame[frame["split"] == "valid"])

    def _draw(self, rows: pd.DataFrame) -> None:
        labels = [str(name)[2:] for name in rows if str(name).startswith("p_")]
        known = rows[rows["y_true"].isin(labels)]
        if known["y_true"].nunique() < 2:
            return
        places: Any = [labels.index(label) for label in known["y_true"]]
        proba: Any = known[[f"p_{label}" for label in labels]].to_numpy()
        guesses = [labels.index(label) for label in known["y_pred"]]
        draw = wandb.plot
        self._run.log(
            {
                "plot/confusion": draw.confusion_matrix(
                    y_true=places, preds=guesses, class_names=labels
                ),
                "plot/roc": draw.roc_curve(places, proba, labels=labels),
                "plot/precision_recall": draw.pr_curve(places, proba, labels=labels),
            }
        )

    def figure(self, file: Path) -> None:
        """Log a drawing as a page, since W&B shows no SVG as an image."""
        page = wandb.Html(file.read_text(encoding="utf-8"), inject=False)
        self._run.log({f"figure/{file.stem}": page})

    def artifact(self, file: Path, kind: str, metadata: dict[str, Any]) -> None:
        """Log a file: data as what the run used, a model as what it made."""
        if kind == "data":
            name = f"data-{_short(metadata['data'])}"
            made = wandb.Artifact(name, type="dataset", metadata=metadata["data"])
            with made.new_file("checksums.txt") as out:
                out.writelines(f"{md5}  {path}\n" for path, md5 in sorted(metadata["data"].items()))
            # `use_artifact` refuses to work offline though the log has a place for it: this is what
            # it calls online for an artifact that is new.
            self._run._log_artifact(made, is_user_created=True, use_after_commit=True)
            return
        made = wandb.Artifact(f"{kind}-{self._record.id}", type=kind, metadata=metadata)
        made.add_file(str(file))
        self._run.log_artifact(made)

    def warning(self, record: dict[str, str]) -> None:
        """Nothing: the warnings are a table."""


def _short(checksums: dict[str, str]) -> str:
    from ..provenance import canonical_hash

    return canonical_hash(checksums)[:12]
