"""The errors that a user can mend, and how a command ends on them.

ProjectError           exit 2: one sentence that names the file, key, column or row
├── ConfigError        an answer in conf/ or in ARGS
├── DataError          a table, a column or a row
├── MachineError       the container, its image or the processor
└── StageFailed        a data stage that has already said what is wrong

Everything else is a defect of the program and keeps its traceback.
"""

import sys
from collections.abc import Callable


class ProjectError(Exception):
    """State in one sentence what is wrong and how to mend it."""


class ConfigError(ProjectError):
    """Refuse a value in `conf/` or in ARGS."""


class DataError(ProjectError):
    """Refuse a table, a column or a row."""


class MachineError(ProjectError):
    """Refuse a processor or an environment that can't give the promised result."""


class StageFailed(ProjectError):
    """End a command whose data stage has already told the user why."""


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, without its full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def run(command: Callable[[], None]) -> None:
    """Run a command's main function and exit: 0 when it returns, 2 on a user's mistake.

    Parameters
    ----------
    command
        A function without arguments; it prints its own results.
    """
    try:
        command()
    except StageFailed:
        sys.exit(2)
    except ProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped: nothing was left half-written", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
