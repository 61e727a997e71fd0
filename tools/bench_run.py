"""Run a command for a benchmark."""

import os
import subprocess
from pathlib import Path


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
        env={**os.environ, **env},
        input=given,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"error: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
