"""Bring the data up to date: run the DVC stages that something has changed for.

python -m project.data.stages       conf/data.yaml, dvc.yaml -> data/, dvc.lock
"""

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .. import errors
from ..config import Data, load_data
from ..errors import StageFailed
from ..files import replacing
from ..paths import PROJECT, Paths


def ensure(paths: Paths) -> Data:
    """Run the stages unless everything they read and wrote is as they left it.

    What "as they left it" means is size, inode and time of change of each file, as make and git
    judge; DVC itself, which compares checksums, takes a second to say the same.

    Parameters
    ----------
    paths
        The project.

    Returns
    -------
    Data
        The data configuration, with column types.

    Raises
    ------
    StageFailed
        When a stage refused the data; it has told the user why.
    ConfigError, DataError
        When conf/data.yaml is wrong, or the source can't be read.
    """
    with _locked(paths):
        data = load_data(paths.data_config)
        source = paths.root / data.source
        if not data.columns:
            data = _infer(data, source, paths)
        elif not source.exists():
            # DVC would say this too, in its own words.
            from .table import column_names

            column_names(Path(data.source))
        stamp = paths.dvc_tmp / "fresh.json"
        if _read(stamp) != _state(paths):
            _reproduce(paths)
            with replacing(stamp) as scratch:
                scratch.write_text(json.dumps(_state(paths)))
    return data


def checksums(paths: Paths) -> dict[str, str]:
    """Return the checksum of the source and of each stage's output, as dvc.lock records them."""
    stages = yaml.safe_load(paths.dvc_lock.read_text(encoding="utf-8"))["stages"]
    files = {e["path"]: e["md5"] for e in _entries(stages, "deps") if "src/" not in e["path"]}
    return files | {e["path"]: e["md5"] for e in _entries(stages, "outs")}


def _entries(stages: dict[str, Any], kind: str) -> Iterator[dict[str, str]]:
    for stage in stages.values():
        yield from stage.get(kind, [])


def _infer(data: Data, source: Path, paths: Paths) -> Data:
    from .infer import infer, write

    write(infer(data, _short(source, paths)), paths.data_config)
    print(
        "column types were read from the table and written to conf/data.yaml: correct them there",
        flush=True,
    )
    return load_data(paths.data_config)


def _short(source: Path, paths: Paths) -> Path:
    """Name a file as the user does where we stand in the project's root."""
    return source.relative_to(paths.root) if Path.cwd() == paths.root else source


def _reproduce(paths: Paths) -> None:
    from dvc.exceptions import DvcException, ReproductionError
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    _clear_stale_locks(paths)
    try:
        Repo(str(paths.root)).reproduce()
    except ReproductionError as error:
        cause = error.__cause__
        if cause is not None and "exited with 2" in str(cause):
            raise StageFailed from None
        raise errors.DataError(f"dvc.yaml: {_chain(error)}") from error
    except DvcException as error:
        raise errors.DataError(f"dvc.yaml: {_chain(error)}") from error


def _chain(error: BaseException) -> str:
    cause = f": {_chain(error.__cause__)}" if error.__cause__ else ""
    return f"{error}{cause}".replace("\n", " ")


def _clear_stale_locks(paths: Paths) -> None:
    """Remove DVC's own lock of a process that was killed.

    DVC recognises its holder by process id, which means nothing across containers; ours is held
    by the kernel, so whoever holds it is alone.
    """
    for name in ("rwlock", "rwlock.lock", "lock"):
        (paths.dvc_tmp / name).unlink(missing_ok=True)


@contextmanager
def _locked(paths: Paths) -> Iterator[None]:
    paths.dvc_tmp.mkdir(parents=True, exist_ok=True)
    with (paths.dvc_tmp / "project.flock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _state(paths: Paths) -> dict[str, list[int]]:
    """Describe every file that the stages read or write, without reading it."""
    files = [paths.data_config, paths.dvc_pipeline, paths.dvc_lock]
    if paths.dvc_lock.exists():
        stages = (yaml.safe_load(paths.dvc_lock.read_text(encoding="utf-8")) or {})["stages"]
        for kind in ("deps", "outs"):
            files += [paths.root / entry["path"] for entry in _entries(stages, kind)]
    files += [part for file in files if file.is_dir() for part in sorted(file.iterdir())]
    return {str(file.relative_to(paths.root)): _stat(file) for file in files}


def _stat(file: Path) -> list[int]:
    if not file.exists():
        return []
    stat = file.stat()
    return [stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns]


def _read(stamp: Path) -> dict[str, list[int]] | None:
    try:
        found: dict[str, list[int]] = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return None
    return found


def _main() -> None:
    ensure(PROJECT)
    for path, checksum in checksums(PROJECT).items():
        print(f"{checksum}  {path}")


if __name__ == "__main__":
    errors.run(_main)
