"""What went into a run, and the name that follows from it."""

import hashlib
import json
import os
import platform
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any

from .config import Config
from .files import sha256
from .paths import Paths

# Where a run is shown changes nothing in it.
_NOT_IDENTITY = {"tracking"}


def plain(config: Config) -> dict[str, Any]:
    """Return a configuration as plain values, for JSON and YAML."""
    tree: dict[str, Any] = json.loads(json.dumps(asdict(config), default=_enum))
    return tree


def inputs(config: Config, checksums: dict[str, str], paths: Paths) -> dict[str, Any]:
    """Collect everything that a result follows from.

    Parameters
    ----------
    config
        The resolved configuration; where it is tracked is left out.
    checksums
        Path to checksum of the source and of each stage's output.
    paths
        The project, for its code and its lock.

    Returns
    -------
    dict
        `config`, `data`, `code` (hash of the package's files), `lock` and `python`.
    """
    tree = plain(config)
    return {
        "config": {key: value for key, value in tree.items() if key not in _NOT_IDENTITY},
        "data": checksums,
        "code": code_hash(paths.code),
        "lock": sha256(paths.runtime_lock),
        "python": platform.python_version(),
    }


def run_id(inputs: dict[str, Any]) -> str:
    """Name a run: 12 hexadecimal digits of the hash of its inputs as canonical JSON."""
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def code_hash(package: Path) -> str:
    """Hash the names and contents of a package's Python files."""
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package).as_posix()
        digest.update(f"{name}\0{sha256(file)}\n".encode())
    return digest.hexdigest()


def circumstances() -> dict[str, Any]:
    """Record what a result should not depend on, for the day when it does."""
    return {
        "git_commit": os.environ.get("GIT_COMMIT") or None,
        "git_dirty": {"true": True, "false": False}.get(os.environ.get("GIT_DIRTY", "")),
        "image": os.environ.get("IMAGE_ID") or None,
        "base_image": os.environ.get("BASE_IMAGE") or None,
        "machine": platform.machine(),
    }


def _enum(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{value!r} is not a configuration value")
