"""Repeat a run from what it recorded, and compare the two bit for bit.

    make reproduce RUN=<id|latest|all>

scripts/reproduce.sh calls this three times, since git is on the host:

python -m project.reproduce plan <id|latest|all>    runs/ -> a line for each run
python -m project.reproduce fetch <id>              DVC remote -> .dvc/cache
python -m project.reproduce repeat <id> <wanted>    in a worktree of the run's commit, with the
                                                    project itself read-only at /recorded
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from . import errors
from .errors import DataError, ProjectError, RunError
from .manifest import check_files, checksum_of, load_manifest
from .paths import PROJECT, RECORDED, Paths
from .runs import SCHEMA, chosen


def plan(wanted: str, paths: Paths) -> None:
    """Print for each run its id, commit, base image, and whether its data is in the cache.

    One of all that can't be used is a line with what is wrong with it.
    """
    for folder in chosen(wanted, paths):
        try:
            manifest = load_manifest(folder)
            check_files(folder, manifest)
            here = "no" if missing(folder, manifest, paths) else "yes"
        except RunError as error:
            if wanted != "all":
                raise
            print(f"error: run {folder.name}: {error}")
            continue
        around = manifest["circumstances"]
        commit, base = around["git_commit"] or "-", around["base_image"] or "-"
        print(folder.name, commit, base, here)


def missing(folder: Path, manifest: dict[str, Any], paths: Paths) -> dict[str, str]:
    """Return path to checksum of the data that a run trained on and DVC's cache does not hold."""
    names = (file.relative_to(paths.root).as_posix() for file in paths.trained_on)
    wanted = {name: checksum_of(name, folder, manifest) for name in names}
    return {name: sum_ for name, sum_ in wanted.items() if not paths.cached(sum_).is_file()}


def fetch(folder: Path, paths: Paths) -> None:
    """Bring the data of a run from the DVC remote into the cache.

    Raises
    ------
    RemoteError
        When there is no remote, or it can't be reached.
    DataError
        When it lacks the data.
    """
    from dvc_data.hashfile.hash_info import HashInfo

    from .data.connect import opened
    from .locks import staging

    wanted = missing(folder, load_manifest(folder), paths)
    with staging(paths), opened(paths, "pull") as (repo, remote):
        repo.cloud.pull([HashInfo("md5", checksum) for checksum in wanted.values()])
        causes = [one for one in remote.causes if not isinstance(one, FileNotFoundError)]
        if causes:
            raise remote.explain(causes[0])
    for name, checksum in missing(folder, load_manifest(folder), paths).items():
        raise DataError(
            f"{name} of run {folder.name} (md5 {checksum}) is neither in .dvc/cache nor in the DVC "
            "remote: run `make push` where it was made, then repeat this"
        )


def repeat(folder: Path, wanted: str, recorded: Paths, paths: Paths) -> bool:
    """Train as a run was trained, compare, and print what came of it.

    Parameters
    ----------
    folder
        The run's, in the project that recorded it.
    wanted
        What was asked for: of all runs, each has one line.
    recorded, paths
        The project that recorded the run, and the worktree to repeat it in.

    Returns
    -------
    bool
        Whether the two are identical.
    """
    from .compute import pin
    from .config import Backend
    from .recorded import read_config

    manifest = load_manifest(folder)
    config = read_config(folder)
    # Where it was done moved no bit, and may not be there any more.
    config.compute.backend = Backend.local
    pin(config.compute)
    lay_out(manifest, recorded, paths)
    # A first training writes the schema after its code was kept; older runs have none.
    if SCHEMA in manifest["files"]:
        shutil.copyfile(folder / SCHEMA, paths.schema)
    from rich.console import Console

    from .differences import differences
    from .provenance import inputs
    from .report.reproduction import line, show
    from .train import make

    into = inputs(config, manifest["inputs"]["data"], paths)
    made = make(config, into, paths).rename(paths.root / "repeated")
    found, again = differences(folder, made), None
    if wanted == "all":
        Console(highlight=False).print(line(folder.name, found), soft_wrap=True)
        return found.identical
    if found.outputs and not found.inputs:
        # Two repetitions that differ are evidence of another kind than two environments.
        again = differences(made, make(config, into, paths))
    show(folder.name, found, again)
    return found.identical


def lay_out(manifest: dict[str, Any], recorded: Paths, paths: Paths) -> None:
    """Link the data that a run trained on from DVC's cache, and see that it is that data.

    Raises
    ------
    DataError
        When the cache does not hold what it says.
    """
    from .files import md5

    for file in paths.trained_on:
        name = file.relative_to(paths.root).as_posix()
        source = recorded.cached(manifest["inputs"]["data"][name])
        if not source.is_file() or md5(source) != manifest["inputs"]["data"][name]:
            raise DataError(
                f"{name} of this run is not in .dvc/cache as it was: remove "
                f"{source.relative_to(recorded.root)}, and it is brought from the remote anew"
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.symlink_to(source)


def _main() -> None:
    match sys.argv[1:]:
        case ["plan", wanted]:
            plan(wanted, PROJECT)
        case ["fetch", run]:
            fetch(PROJECT.runs / run, PROJECT)
        case ["repeat", run, wanted]:
            if not repeat(RECORDED.runs / run, wanted, RECORDED, PROJECT):
                sys.exit(1)
        case _:
            raise ProjectError("use `make reproduce RUN=<id|latest|all>`")


if __name__ == "__main__":
    errors.run(_main)
