"""Weights & Biases: offline by default, online when asked, and never in the way."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..config import Mode, Tracking
from ..errors import first_line
from ..runs import MANIFEST, read_json


class Wandb:
    """Record runs with Weights & Biases, in the folder `wandb/` of the project.

    Parameters
    ----------
    config
        Mode, project, entity and the time that the network may cost.
    root
        The project's root.
    """

    def __init__(self, config: Tracking, root: Path) -> None:
        self._config = config
        # An artifact waits here, under its absolute path, until it is synced.
        os.environ["WANDB_DATA_DIR"] = str(root / "wandb" / ".data")
        os.environ["WANDB_CACHE_DIR"] = str(root / "wandb" / ".cache")
        os.environ["WANDB_CONFIG_DIR"] = tempfile.gettempdir()
        self._root = root
        (root / "wandb").mkdir(exist_ok=True)

    def track(self, run: Path) -> None:
        """Record configuration, metrics and model of a run."""
        import wandb

        mode = "online" if self._config.mode is Mode.online else "offline"
        try:
            self._record(run, mode)
        except (wandb.Error, TimeoutError, OSError) as error:
            if mode == "offline":
                raise
            print(
                f"Weights & Biases can't be reached ({first_line(error)}): recorded "
                "offline instead",
                file=sys.stderr,
            )
            wandb.teardown()
            self._record(run, "offline")

    def _record(self, run: Path, mode: Any) -> None:
        import wandb

        manifest = read_json(run / MANIFEST)
        # Without `reinit` a run that ended in an error would take in the next one's metrics.
        with wandb.init(
            project=self._config.project,
            entity=self._config.entity or None,
            id=manifest["run_id"],
            name=f"{manifest['inputs']['config']['model']['name']}-{manifest['run_id'][:6]}",
            mode=mode,
            dir=self._root,
            reinit="finish_previous",
            resume="allow" if mode == "online" else None,
            config=manifest["inputs"]["config"] | {"provenance": _provenance(manifest)},
            settings=wandb.Settings(
                silent=True,
                console="off",
                disable_git=True,
                disable_code=True,
                init_timeout=self._config.timeout_s,
                finish_timeout=self._config.timeout_s,
            ),
        ) as record:
            figures = _flat(read_json(run / "metrics.json"))
            record.log(figures | {f"time/{k}": v for k, v in manifest["timings"].items()})
            model = wandb.Artifact(
                f"model-{manifest['run_id']}", type="model", metadata=_provenance(manifest)
            )
            model.add_file(str(run / "model.skops"))
            record.log_artifact(model)


def _provenance(manifest: dict[str, Any]) -> dict[str, Any]:
    inputs = {key: value for key, value in manifest["inputs"].items() if key != "config"}
    return {**inputs, **manifest["circumstances"], **manifest["outputs"]}


def _flat(metrics: dict[str, Any]) -> dict[str, float]:
    """Name every figure split/model/metric, with its bounds beside it."""
    flat: dict[str, float] = {}
    for split, models in metrics["splits"].items():
        for model, figures in models["figures"].items():
            for metric, estimate in figures.items():
                name = f"{split}/{model}/{metric}".replace(" ", "_")
                flat[name] = estimate["value"]
                if estimate.get("low") is not None:
                    flat |= {f"{name}/low": estimate["low"], f"{name}/high": estimate["high"]}
    return flat
