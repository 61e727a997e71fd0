"""Tell, before a training, what its environment has that the last run's had not."""

import os
import sys
from typing import Any

from .errors import RunError
from .manifest import load_manifest
from .paths import Paths
from .provenance import code_patch, left_out
from .runs import latest


def changes(recorded: dict[str, Any], into: dict[str, Any], image: str | None) -> list[str]:
    """Name what differs between the environment of a recorded run and that of the next.

    Parameters
    ----------
    recorded
        A manifest.
    into, image
        The inputs and the image of the run to come.

    Returns
    -------
    list of str
        Nothing where all is the same.
    """
    old, found = recorded["inputs"], []
    if old["lock"] != into["lock"]:
        found.append(f"the locks in requirements/ ({old['lock'][:8]} → {into['lock'][:8]})")
    if old["python"] != into["python"]:
        found.append(f"Python ({old['python']} → {into['python']})")
    before = recorded["circumstances"]["image"]
    if before and image and before != image:
        found.append(f"the image ({_short(before)} → {_short(image)})")
    return found


def tell(into: dict[str, Any], paths: Paths) -> None:
    """Print one line on a changed environment, and one on code too large to be kept."""
    last = latest(paths)
    if last is not None:
        try:
            found = changes(load_manifest(last), into, os.environ.get("IMAGE_ID") or None)
        except RunError as error:
            found = []
            print(f"note: {error}", file=sys.stderr)
        if found:
            print(
                f"environment changed since run {last.name}: {', '.join(found)}; a result may "
                "move by that alone",
                file=sys.stderr,
            )
    names = left_out(code_patch())
    if names:
        print(
            f"note: {', '.join(names)}: above 10 MB and in no commit, so not kept with this run; "
            "commit or git-ignore it, or keep it with DVC",
            file=sys.stderr,
        )


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:8]
