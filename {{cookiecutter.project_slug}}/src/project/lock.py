"""Resolve requirements/*.in into the hash-locked *.lock, and show what changes.

    make lock                           keeps what is locked wherever it still fits
    make lock ARGS=--upgrade            takes the newest versions
    make lock ARGS="--upgrade --check"  shows it and changes nothing; exits 1 where something would

Locks state versions and hashes only; from where a package comes is the business of each machine.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import errors
from .errors import ConfigError, MachineError
from .files import replacing
from .paths import PROJECT

# runtime comes before dev and the extras, which are constrained by it.
LOCKS = ("build", "runtime", "dev", "sbom")
_OPTIONS = (
    "--quiet --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header"
)
_PIN = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)
_NO_NETWORK = re.compile(r"request failed|failed to fetch|error sending request|dns", re.IGNORECASE)

Change = tuple[str, str, str]  # package, version before, version after; a dash where there is none


def lock(folder: Path, *, upgrade: bool, check: bool) -> dict[str, list[Change]]:
    """Resolve every .in of a folder; write the locks only when all of them resolve.

    Parameters
    ----------
    folder
        Holds `<name>.in` and, but for those that are new, `<name>.lock`.
    upgrade
        Whether to take the newest versions instead of those that are locked.
    check
        Whether to leave the locks as they are.

    Returns
    -------
    dict
        Lock to its changes; locks that stay the same, byte for byte, are left out.

    Raises
    ------
    ConfigError, MachineError
        When an .in can't be resolved, or the package index can't be reached.
    """
    changed = {}
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(shutil.copytree(folder, Path(scratch) / "requirements"))
        for name in names(work):
            _resolve(name, work, upgrade=upgrade)
            before, new = folder / f"{name}.lock", (work / f"{name}.lock").read_text()
            old = before.read_text() if before.exists() else ""
            if old != new:
                changed[name] = changes(old, new)
        for name in changed if not check else ():
            with replacing(folder / f"{name}.lock") as file:
                file.write_text((work / f"{name}.lock").read_text())
    return changed


def names(folder: Path) -> list[str]:
    """List the locks of a folder in the order in which they are resolved."""
    return [*LOCKS, *(f"extras/{file.stem}" for file in sorted(folder.glob("extras/*.in")))]


def changes(old: str, new: str) -> list[Change]:
    """Compare the versions in two locks' texts, package by package."""
    before, after = _versions(old), _versions(new)
    return [
        (name, before.get(name, "–"), after.get(name, "–"))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _versions(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, version in _PIN.findall(text):
        # A package may be locked twice, for two kinds of machine.
        found[name] = f"{found[name]}, {version}" if name in found else version
    return found


def _resolve(name: str, folder: Path, *, upgrade: bool) -> None:
    more = ["--upgrade"] if upgrade else []
    # What is to be taken against the word of a package that bounds it more than it needs.
    if (folder / f"{name}.override").exists():
        more.append(f"--override={Path(name).name}.override")
    command = ["uv", "pip", "compile", *_OPTIONS.split(), "--cache-dir=/tmp/uv", *more]
    done = subprocess.run(  # noqa: S603 -- our own words, and no shell
        [*command, "-o", f"{Path(name).name}.lock", f"{Path(name).name}.in"],
        cwd=(folder / name).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return
    said = " ".join(re.sub(r"[×╰├─▶│]|\berror:", " ", done.stderr).split()).rstrip(".")
    if _NO_NETWORK.search(said):
        raise MachineError(
            "the package index can't be reached, so no lock was changed "
            f"({said.rsplit('cause: ', 1)[-1]}): check the network, and CA_BUNDLE behind a proxy"
        )
    raise ConfigError(
        f"requirements/{name}.in can't be resolved, so no lock was changed; correct it: {said}"
    )


def _main() -> None:
    parser = argparse.ArgumentParser(prog="make lock")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    parser.add_argument("--check", action="store_true", help="change nothing, only show")
    options = parser.parse_args()
    changed = lock(PROJECT.root / "requirements", upgrade=options.upgrade, check=options.check)
    for name, found in changed.items():
        print(f"requirements/{name}.lock {'would change' if options.check else 'has changed'}:")
        width = max((len(package) for package, _, _ in found), default=0)
        for package, before, after in found:
            print(f"  {package:{width}}  {before} → {after}")
        if not found:
            print("  files or requirers of packages, and no version")
    if not changed:
        print("the locks resolve, and nothing changes")
    elif options.check:
        sys.exit(1)


if __name__ == "__main__":
    errors.run(_main)
