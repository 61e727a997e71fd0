"""Bring the data up to date: run the DVC stages that something has changed for.

python -m project.data.stages       conf/data.yaml, dvc.yaml -> data/, dvc.lock
"""

import json
import logging
import shutil
from pathlib import Path

from .. import errors
from ..errors import DataError, StageFailed
from ..files import remove_scratch, replacing
from ..locks import clear_stale, staging
from ..paths import PROJECT, Paths
from .config import Data, load_data
from .filekind import check_kind
from .lock_file import entries


def ensure(paths: Paths, only: str = "") -> Data:
    """Run the stages unless everything they read and wrote is as they left it.

    What "as they left it" means is size, inode and time of change of each file, as make and git
    judge; DVC itself, which compares checksums, takes a second to say the same.

    Parameters
    ----------
    paths
        The project.
    only
        The stage to stop after; all of them where none is named.

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
    with staging(paths):
        return refresh(paths, only)


def refresh(paths: Paths, only: str = "") -> Data:
    """Do what `ensure` does, for somebody who is alone with the stages."""
    data = load_data(paths.data_config)
    _refuse_absent(data.source, paths)
    if not data.columns:
        from .infer import propose

        data = propose(data, paths)
    else:
        # DVC would say this too, in its own words, or wait for a pipe.
        check_kind(paths.shown(data.source))
    stamp = paths.dvc_tmp / "fresh.json"
    before, now = _read(stamp), _state(paths)
    if before != now:
        if _unseen(before, now):
            shutil.rmtree(paths.dvc_site, ignore_errors=True)
        for file in (paths.raw, paths.validated, paths.split, stamp):
            remove_scratch(file)
        _reproduce(paths, only)
        if not only:
            with replacing(stamp) as scratch:
                scratch.write_text(json.dumps(_state(paths)))
    return data


def checksums(paths: Paths) -> dict[str, str]:
    """Return the checksum of the source and of each stage's output, as dvc.lock records them."""
    text = _lock(paths)
    files = {e["path"]: e["md5"] for e in entries(text, "deps") if "src/" not in e["path"]}
    return files | {e["path"]: e["md5"] for e in entries(text, "outs")}


def _refuse_absent(source: str, paths: Paths) -> None:
    if "://" in source:
        raise DataError(f"conf/data.yaml: source {source} is still an address: run make import")
    record = f"{source}.dvc"
    if not (paths.root / source).exists() and (paths.root / record).exists():
        raise DataError(
            f"{source} is not here, but {record} says what it was: bring it by make pull from the "
            "remote, or by make import from where it came"
        )


def _lock(paths: Paths) -> str:
    return paths.dvc_lock.read_text(encoding="utf-8", errors="replace")


def _reproduce(paths: Paths, only: str) -> None:
    from dvc.exceptions import DvcException, ReproductionError
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    clear_stale(paths)
    try:
        Repo(str(paths.root)).reproduce([only] if only else None)
    except DvcException as error:
        cause = error.__cause__
        if isinstance(error, ReproductionError) and "exited with 2" in str(cause):
            raise StageFailed from None
        refused = errors.of_machine(error)
        raise refused or DataError(f"dvc.yaml: {_chain(error)}") from error


def _chain(error: BaseException) -> str:
    cause = f": {_chain(error.__cause__)}" if error.__cause__ else ""
    return f"{error}{cause}".replace("\n", " ")


def _state(paths: Paths) -> dict[str, list[int]]:
    """Describe every file that the stages read or write, without reading it."""
    files = [paths.data_config, paths.schema, paths.dvc_pipeline, paths.dvc_lock]
    if paths.dvc_lock.exists():
        files += [paths.root / entry["path"] for entry in entries(_lock(paths), "deps", "outs")]
    files += [part for file in files if file.is_dir() for part in sorted(file.iterdir())]
    return {str(file.relative_to(paths.root)): _stat(file) for file in files}


def _stat(file: Path) -> list[int]:
    if not file.exists():
        return []
    stat = file.stat()
    return [stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns]


def _unseen(before: dict[str, list[int]] | None, now: dict[str, list[int]]) -> bool:
    """Tell whether a file may have changed where DVC would not see it.

    DVC remembers a checksum by size, inode and time of change of the contents, which whoever writes
    a file can set back, as `rsync --times --inplace` does; the time of the last change of anything
    can't be set.
    """
    return before is None or any(
        before.get(name, [])[:3] == stat[:3] and before[name] != stat
        for name, stat in now.items()
        if stat and name in before
    )


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
