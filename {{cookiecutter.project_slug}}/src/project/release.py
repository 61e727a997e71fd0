"""Lay out what the release image is built from: the code, the configuration, and one model.

    make release RUN=<promoted, latest or id>     builds the image and prints its name
    make serve RUN=<promoted, latest or id>       and runs it on this machine

Reads runs/<run id>/ or models/<version>/; writes a folder of its own in .cache/release/, prints its
name, and scripts/release.sh builds from it and removes it. Only what is listed here goes in: no row
of the data but what the model itself keeps.
"""

import shutil
import sys
from pathlib import Path
from uuid import uuid4

from . import app
from .compute import pin
from .config import Config
from .locks import reading
from .paths import PROJECT, Paths
from .runs import CONFIG, MANIFEST, MODEL, SCHEMA
from .serving.served import served

_MODEL = (MANIFEST, MODEL, SCHEMA, CONFIG)
_PROJECT = ("src", "conf", "dvc.yaml", ".dvc/config", "requirements/runtime.lock")


def run(config: Config, wanted: str, paths: Paths) -> Path:
    """Lay out a model, and return the folder that its image is to be built from."""
    folder = served(wanted, paths)
    pin(config.compute)
    from .serving.model import open_model

    model = open_model(folder, config.methods)
    # Two that run at once must not build from each other's.
    context = paths.cache / "release" / uuid4().hex
    lay_out(folder, context / "project", paths)
    model.limits.write(context / "project" / "served")
    shutil.copytree(
        paths.root / "requirements",
        context / "requirements",
        copy_function=shutil.copyfile,
        ignore=lambda folder, names: [n for n in names if n.endswith((".in", ".txt", ".override"))],
    )
    for note in model.limits.notes:
        print(f"note: {note}", file=sys.stderr)
    (context / "name").write_text(model.run)
    return context


def lay_out(folder: Path, project: Path, paths: Paths) -> None:
    """Copy the project as the image needs it, and a model's files.

    All copies are dated now: to the engine a file of the same size and date is the one that it took
    before, of whatever project that was.
    """
    skipped = shutil.ignore_patterns("__pycache__", ".*")
    for name in _PROJECT:
        source, target = paths.root / name, project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=skipped, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(source, target)
    (project / "served").mkdir()
    for name in _MODEL:
        shutil.copyfile(folder / name, project / "served" / name)


def _main(config: Config) -> None:
    with reading(PROJECT):
        print(run(config, _WANTED, PROJECT).relative_to(PROJECT.root))


if __name__ == "__main__":
    # The run comes first; all that follows is Hydra's.
    _WANTED = sys.argv.pop(1)
    app.run(_main)
