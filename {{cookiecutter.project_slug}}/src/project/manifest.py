"""The manifest of a run: what it was made of, what came out, and a seal over all of it.

The seal is the hash of the manifest's canonical JSON without the seal; since the manifest holds the
checksums of the run's other files, it covers them too. It shows that a run is as it was left; it
does not show by whom.
"""

import json
import re
from pathlib import Path
from typing import Any

from .errors import RunError
from .files import sha256
from .provenance import canonical_hash
from .runs import FORGOTTEN, MANIFEST, finite, read_json, write_json
from .shape import Wanted, misshapen

_SEAL = "seal"
# What its readers rely on. A seal can be made by anybody, so what names a file, a commit or an
# image is held to the letters of such names.
_SHAPE: Wanted = {
    "run_id": str,
    "finished": str,
    "inputs.code": str,
    "inputs.lock": str,
    "inputs.python": str,
    "inputs.data.*": re.compile(r"[0-9a-f]{1,64}(\.dir)?"),
    "inputs.config.seed": int,
    "inputs.config.compute": dict,
    "inputs.config.evaluation.resamples": int,
    "inputs.config.model.name": str,
    "inputs.config.model.classification?": (dict, type(None)),
    "inputs.config.model.regression?": (dict, type(None)),
    "inputs.config.data.source": str,
    "inputs.config.data.target": str,
    "inputs.config.data.task": re.compile("classification|regression"),
    "inputs.config.data.split": dict,
    "circumstances.git_commit": (re.compile("[0-9a-f]{40,64}"), type(None)),
    "circumstances.base_image": (re.compile(r"[\w.:/@+-]+"), type(None)),
    "circumstances.left_out?": (list, type(None)),
    "outputs.fingerprint": str,
    "outputs.*": str,
    "timings.fit_s": (int, float),
    "timings.total_s": (int, float),
    "timings.*": (int, float, type(None)),
    "sizes.*?": (int, float, type(None)),
    "files.*": re.compile("[0-9a-f]{64}"),
}


def write_manifest(content: dict[str, Any], folder: Path) -> None:
    """Add the checksums of the files in a run's folder, seal the manifest and write it.

    Parameters
    ----------
    content
        Plain values.
    folder
        The run's, with all its other files.
    """
    files = {
        file.relative_to(folder).as_posix(): sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    # As it will be read back, since the seal is taken over that.
    whole = finite({**content, "files": files})
    write_json({**whole, _SEAL: canonical_hash(whole)}, folder / MANIFEST)


def load_manifest(folder: Path) -> dict[str, Any]:
    """Read a run's manifest, and see that nobody has edited it.

    Raises
    ------
    RunError
        When it can't be read, has no seal or one that does not hold, or lacks what a run has.
    """
    name = f"{_shown(folder)}/{MANIFEST}"
    try:
        content = read_json(folder / MANIFEST)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise RunError(
            f"{name} can't be read ({error}): restore it from a copy, or remove the folder and "
            "train again"
        ) from None
    if isinstance(content, dict) and _SEAL not in content:
        raise RunError(
            f"{name} has no seal, as runs of older versions have none, so it can't be told whether "
            "it was edited: move the folder elsewhere and train again, as config.yaml in it says"
        )
    seal = content.pop(_SEAL, None) if isinstance(content, dict) else None
    if seal is None or seal != canonical_hash(content):
        raise RunError(
            f"{name} was edited after the run: its seal does not hold; restore it from a copy, or "
            "remove the folder and train again"
        )
    wrong = misshapen(content, _SHAPE) or _outside(content["files"])
    if wrong:
        raise RunError(
            f"{name} {wrong}, so it is of no training of this project: remove the folder, and "
            "train again"
        )
    found: dict[str, Any] = content
    return found


def _outside(files: dict[str, str]) -> str | None:
    """Name a file that does not lie in the run's folder."""
    for name in files:
        if name.startswith("/") or ".." in Path(name).parts:
            return f"lists {name!r}, which lies outside of the run's folder"
    return None


def checksum_of(path: str, folder: Path, manifest: dict[str, Any]) -> str:
    """Return the checksum that a file of the project had when a run was made of it.

    Raises
    ------
    RunError
        When the run recorded none.
    """
    found = manifest["inputs"]["data"].get(path)
    if found is None:
        raise RunError(f"run {folder.name} recorded no checksum of {path}: train again")
    return str(found)


def check_files(folder: Path, manifest: dict[str, Any]) -> None:
    """See that the files of a run are those that its manifest lists.

    Raises
    ------
    RunError
        When one is missing or has other contents, or rows of the run were forgotten.
    """
    if (folder / FORGOTTEN).exists():
        raise RunError(
            f"run {folder.name} was made of rows that were forgotten since: `make lineage "
            f"RUN={folder.name}` shows what is left of it; train again"
        )
    for name, checksum in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            what = "is missing"
        elif sha256(file) != checksum:
            what = "was edited after the run: it is not the file that manifest.json lists"
        else:
            continue
        raise RunError(
            f"{_shown(folder)}/{name} {what}; restore it from a copy, or remove the folder and "
            "train again"
        )


def _shown(folder: Path) -> str:
    """Name the folder of a run, or of the version that it was promoted to, as the user knows it."""
    return f"{'models' if folder.parent.name == 'models' else 'runs'}/{folder.name}"
