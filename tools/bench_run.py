"""Render a project and run commands in it, for what measures and draws."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The make that runs this leaves these for its children; a user's shell has none.
FOREIGN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS")


def shell() -> dict[str, str]:
    """Return the environment as a user's shell has it."""
    return {key: value for key, value in os.environ.items() if key not in FOREIGN}


def called(*command: str, cwd: Path, given: str | None = None, **env: str) -> str:
    """Run a command, quietly, and return what it printed; a failure ends the measurement.

    Parameters
    ----------
    command
        The program and its arguments.
    cwd
        Where it runs.
    given
        Its standard input.
    env
        Added to the environment.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env=shell() | env,
        input=given,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"error: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def set_data(project: Path, **lines: str) -> None:
    """Replace keys of a project's conf/data.yaml, each by a whole value in YAML."""
    file = project / "conf" / "data.yaml"
    old = file.read_text(encoding="utf-8").splitlines()
    keys = [line.partition(":")[0] for line in old]
    lacking = lines.keys() - set(keys)
    if lacking:
        raise SystemExit(f"error: conf/data.yaml has no line of {', '.join(sorted(lacking))}")
    new = [
        f"{key}: {lines[key]}" if key in lines else line
        for key, line in zip(keys, old, strict=True)
    ]
    file.write_text("\n".join(new) + "\n", encoding="utf-8")


def copy_template(into: Path) -> Path:
    """Copy the template as it stands in git's eyes."""
    copy = into / "template"
    files = called("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
    for name in files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
        (copy / name).chmod((ROOT / name).stat().st_mode)
    return copy


def render(copy: Path, into: Path) -> Path:
    """Render a project with the default answers, and return its folder."""
    cookiecutter = str(ROOT / ".venv" / "bin" / "cookiecutter")
    called(cookiecutter, "--no-input", "--default-config", "-o", str(into), str(copy), cwd=ROOT)
    return into / "my-ml-project"
