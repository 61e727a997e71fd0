"""A training job in the release image, by the folders that SageMaker lays out.

/opt/ml/input/config/hyperparameters.json   overrides of conf/, such as {"model": "forest"}
/opt/ml/input/data/<channel>/               the table: one file, or parts in Parquet
/opt/ml/model/                              takes the run, whole
/opt/ml/output/failure                      takes the sentence that says why there is none
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..data.source import name_source
from ..errors import ConfigError, DataError, ProjectError
from ..paths import Paths
from ..runs import latest

_TABLES = (".csv", ".tsv", ".txt", ".gz", ".zst", ".parquet")
_CHANNELS = ("training", "train")
_LONG = 1024  # characters of the failure that are shown to people


def train(ml: Path, baked: Path, work: Path) -> int:
    """Train on the table of a channel, and leave the run as the model.

    Parameters
    ----------
    ml
        /opt/ml.
    baked
        The project in the image, which is only read.
    work
        Where a copy of it may be written.

    Returns
    -------
    int
        0, or what the process is to exit with; the failure is then written down.
    """
    try:
        overrides = hyperparameters(ml / "input" / "config" / "hyperparameters.json")
        table = channel(ml / "input" / "data")
        paths = lay_out(baked, work, table)
        said, code = _run(overrides, paths)
        folder = latest(paths)
        if code == 0 and folder is not None:
            shutil.copytree(folder, ml / "model", dirs_exist_ok=True)
            return 0
    except (ProjectError, OSError) as error:
        said, code = f"error: {error}", 2
        print(said, file=sys.stderr, flush=True)
    output = ml / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "failure").write_text(said[-_LONG:] + "\n", encoding="utf-8")
    return code or 1


def hyperparameters(file: Path) -> list[str]:
    """Read hyperparameters as overrides of conf/.

    All values are texts, some of them JSON once more; names that the service gives for its own use
    are left out.

    Raises
    ------
    ConfigError
        When the file is not a JSON object of texts.
    """
    if not file.is_file():
        return []
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{file} is no object: give it as {{key: value}}")
    ours = {k: v for k, v in found.items() if not k.startswith(("sagemaker_", "_"))}
    return [f"{key}={_plain(value)}" for key, value in ours.items()]


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    # The SDK writes "forest" with its quotes.
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def channel(folder: Path) -> Path:
    """Find the table: in the channel named training or train, or in the only one.

    Returns
    -------
    pathlib.Path
        A file, or a folder of Parquet parts.

    Raises
    ------
    DataError
        When there is not exactly one table.
    """
    found = sorted(one for one in folder.glob("*") if one.is_dir())
    named = [one for one in found if one.name in _CHANNELS] or found
    if len(named) != 1:
        names = ", ".join(one.name for one in found) or "none"
        raise DataError(
            f"{folder}: the table is looked for in the channel 'training', and the channels are "
            f"{names}: give one of that name"
        )
    tables = sorted(one for one in named[0].iterdir() if one.suffix in _TABLES)
    if len(tables) > 1 and all(one.suffix == ".parquet" for one in tables):
        return named[0]
    if len(tables) != 1:
        raise DataError(
            f"{named[0]} holds {len(tables)} tables: give one file, or parts in Parquet"
        )
    return tables[0]


def lay_out(baked: Path, work: Path, table: Path) -> Paths:
    """Copy the project to where it may be written, with the table as its source."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(baked, work, ignore=shutil.ignore_patterns("served", "__pycache__"))
    paths = Paths(work)
    # There is no repository here. A file of its own: DVC takes no section twice in one.
    (paths.dvc / "config.local").write_text("[core]\n    no_scm = true\n")
    paths.source.mkdir(parents=True, exist_ok=True)
    target = paths.source / table.name
    if table.is_dir():
        shutil.copytree(table, target)
    else:
        shutil.copyfile(table, target)
    name_source(f"data/source/{table.name}", paths)
    return paths


def _run(overrides: list[str], paths: Paths) -> tuple[str, int]:
    """Train in the copy; return the last line of its errors, and its exit code."""
    command = [sys.executable, "-m", "project.train", "tracking=disabled", *overrides]
    environment = {
        **os.environ,
        "PYTHONPATH": str(paths.root / "src"),
        "DVC_SITE_CACHE_DIR": str(paths.dvc / "site"),
    }
    child = subprocess.Popen(  # noqa: S603 -- a list: no shell reads the overrides
        command, cwd=paths.root, env=environment, stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    last = ""
    for line in child.stderr or ():
        print(line, end="", file=sys.stderr, flush=True)
        last = line.strip() or last
    code = child.wait()
    stopped = code == -signal.SIGTERM
    return ("error: the job was stopped" if stopped else last), (143 if stopped else code)
