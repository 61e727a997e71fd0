"""The errors that a user can mend, and how a command ends on them.

ProjectError           exit 2: one sentence that names the file, key, column or row
├── ConfigError        an answer in conf/ or in ARGS
├── DataError          a table, a column or a row
├── RemoteError        the DVC remote: its name, the way to it, or what it lacks
├── RunError           a run that is not there, was edited or can't be repeated
├── MachineError       the container, its image, the processor or the disk
└── StageFailed        a data stage that has already said what is wrong

Everything else is a defect of the program and keeps its traceback.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator


class ProjectError(Exception):
    """State in one sentence what is wrong and how to mend it."""


class ConfigError(ProjectError):
    """Refuse a value in `conf/` or in ARGS."""


class DataError(ProjectError):
    """Refuse a table, a column or a row."""


class RemoteError(ProjectError):
    """Refuse a DVC remote that can't be used, or lacks what was asked of it."""


class RunError(ProjectError):
    """Refuse a run that is not there, was edited, or can't be repeated from what is left."""


class MachineError(ProjectError):
    """Refuse a processor, an environment or a disk that can't give the promised result."""


class StageFailed(ProjectError):
    """End a command whose data stage has already told the user why."""


_SQLITE_FULL = "database or disk is full"
_MACHINE = {
    (errno.ENOSPC, errno.EDQUOT): (
        "the disk is full{file}: free some space, and run this again; what there was is untouched"
    ),
    (errno.EROFS,): (
        "the project's folder is read-only{file}: make it writable, or copy the project elsewhere"
    ),
    (errno.EACCES, errno.EPERM): (
        "a file of the project may not be read or written{file}: give it back to your user, for "
        "example with `chown`, or grant the permission"
    ),
}


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, without its full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """List an error, and those that it was raised from or amid."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def of_machine(error: BaseException) -> MachineError | None:
    """Word what the machine refused, such as a full disk; None where it is another error.

    Parameters
    ----------
    error
        Whatever was raised; what caused it is looked at too, since libraries wrap such errors.
    """
    for seen in causes(error):
        file = getattr(seen, "filename", None)
        for numbers, sentence in _MACHINE.items():
            words = [os.strerror(number) for number in numbers]
            if errno.ENOSPC in numbers:
                words.append(_SQLITE_FULL)
            if getattr(seen, "errno", None) in numbers or any(word in str(seen) for word in words):
                return MachineError(sentence.format(file=f" ({file})" if file else ""))
    return None


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
    except MemoryError as error:
        print(
            f"error: there is not enough memory ({first_line(error)}): take a smaller table or "
            "model, or raise compute.memory_gb where it is set; what there was is untouched",
            file=sys.stderr,
        )
        sys.exit(2)
    except Exception as error:
        # Not of OSError alone: a database wraps what the disk said in errors of its own.
        refused = of_machine(error)
        if refused is None:
            raise
        print(f"error: {refused}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped: nothing was left half-written", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
