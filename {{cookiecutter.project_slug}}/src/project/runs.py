"""Keep runs: one folder each, which exists whole or not at all, with files of these names."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .errors import RunError
from .files import locked
from .paths import Paths

MANIFEST, CONFIG, SCHEMA = "manifest.json", "config.yaml", "schema.yaml"
MODEL, PREDICTIONS, METRICS = "model.skops", "predictions.parquet", "metrics.json"
FOLDS, CURVES, RESOURCES, LOG = "folds.json", "curves.parquet", "resources.parquet", "log.jsonl"
FORGOTTEN = "forgotten.json"  # only where rows of a run were forgotten: how many
FIGURES, PAGE = "figures", "report.html"
CODE = "code.patch"  # only where a run was made from code that no commit holds
_FINISHED = re.compile(rb'"finished": "([^"]+)"')


def find(run_id: str, paths: Paths) -> Path | None:
    """Return the folder of a run, or None where there is no such run.

    Raises
    ------
    RunError
        When there is a folder without a manifest, which is the last file that a training writes.
    """
    folder = paths.runs / run_id
    if (folder / MANIFEST).is_file():
        return folder
    if folder.is_dir() and any(folder.iterdir()):
        raise RunError(
            f"runs/{run_id} has no {MANIFEST}, so it is a part of a run, as of a copy that was "
            "interrupted: copy it again, or remove it"
        )
    return None


def every(paths: Paths) -> list[Path]:
    """Return the folders of all runs, by name."""
    return sorted(file.parent for file in paths.runs.glob(f"[!.]*/{MANIFEST}"))


def versions(paths: Paths) -> list[Path]:
    """Return the folders of all versions of promoted models that are here, by name.

    Each holds what its run left.
    """
    return sorted(file.parent for file in paths.models.glob(f"v*/{MANIFEST}"))


def latest(paths: Paths) -> Path | None:
    """Return the folder of the run that was finished last, or None where there is no run.

    By what the manifests say: a copied folder has other times. One that can't be read is passed
    over here; it is refused where it is used.
    """
    return max(every(paths), key=_finished, default=None)


def _finished(folder: Path) -> str:
    found = _FINISHED.findall((folder / MANIFEST).read_bytes())
    return str(found[-1].decode()) if found else ""


def chosen(wanted: str, paths: Paths) -> list[Path]:
    """Return the folders of the runs that are meant.

    Parameters
    ----------
    wanted
        "latest", "all", a run's id or the beginning of one.

    Raises
    ------
    RunError
        When there is no such run, or more than one.
    """
    folders, last = every(paths), latest(paths)
    if last is None:
        raise RunError("there is no run in runs/ yet: `make train` makes one")
    if wanted in {"latest", "all"}:
        return folders if wanted == "all" else [last]
    found = find(wanted, paths) if re.fullmatch(r"[0-9a-f]{12}", wanted) else None
    starting = [found] if found else [f for f in folders if wanted and f.name.startswith(wanted)]
    if len(starting) != 1:
        what = "no run" if not starting else f"not one run but {len(starting)}"
        raise RunError(
            f"RUN={wanted} names {what} of runs/: give the id of one, such as {last.name} (the "
            "last), or latest, or all"
        )
    return starting


def one_run(wanted: str, paths: Paths) -> Path:
    """Return the folder of the one run that is meant; `wanted` is as `chosen` takes it.

    Raises
    ------
    RunError
        When there is no such run, or all are meant.
    """
    if wanted == "all":
        raise RunError("RUN=all: one run is looked at; give its id, or latest")
    (folder,) = chosen(wanted, paths)
    return folder


@contextmanager
def create(run_id: str, paths: Paths) -> Iterator[Path]:
    """Give a folder to write a run into; it takes the run's name when the block succeeds.

    Where the same run has meanwhile appeared, that one stays: both are of the same inputs.

    Yields
    ------
    Path
        An empty folder beside the others, hidden from all that list runs.
    """
    paths.runs.mkdir(exist_ok=True)
    with ExitStack() as held:
        with locked(paths.dvc_tmp / "runs.flock"):
            _remove_dead(paths)
            scratch = Path(tempfile.mkdtemp(prefix=f".{run_id}.", dir=paths.runs))
            held.enter_context(locked(_sign_of_life(scratch, paths)))
        scratch.chmod(0o755)
        try:
            yield scratch
            with locked(paths.dvc_tmp / "runs.flock"):
                if find(run_id, paths) is None:
                    scratch.rename(paths.runs / run_id)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            _sign_of_life(scratch, paths).unlink(missing_ok=True)


def _sign_of_life(scratch: Path, paths: Paths) -> Path:
    """Name the file that whoever writes into a scratch folder holds locked."""
    return paths.dvc_tmp / f"{scratch.name}.flock"


def _remove_dead(paths: Paths) -> None:
    """Remove the scratch folders of processes that were killed."""
    for scratch in sorted(paths.runs.glob(".*.*")):
        sign = _sign_of_life(scratch, paths)
        try:
            with locked(sign, wait=False):
                shutil.rmtree(scratch, ignore_errors=True)
        except BlockingIOError:
            continue
        sign.unlink(missing_ok=True)


def write_json(content: Any, file: Path) -> None:
    """Write JSON for people and programs: indented, UTF-8, NaN as null."""
    text = json.dumps(finite(content), indent=2, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")


def read_json(file: Path) -> Any:
    """Read a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def finite(value: Any) -> Any:
    """Return plain values with None for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
