"""A command ends with the exit code that its errors call for, and with one line."""

import errno
import os

import pytest

from project import errors


def end(raised: BaseException | None, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Run a command that raises, and return its exit code and what it said."""

    def command() -> None:
        if raised is not None:
            raise raised

    with pytest.raises(SystemExit) as ended:
        errors.run(command)
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (None, 0, ""),
        (errors.DataError("row 3 is odd"), 2, "error: row 3 is odd\n"),
        (errors.StageFailed("told"), 2, ""),
        (KeyboardInterrupt(), 130, "nothing was left half-written"),
        (
            MemoryError("Unable to allocate 7 TiB"),
            2,
            "not enough memory (Unable to allocate 7 TiB)",
        ),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "data/raw"),
            2,
            "the disk is full (data/raw)",
        ),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), 2, "the disk is full"),
        (
            RuntimeError("(sqlite3.OperationalError) database or disk is full"),
            2,
            "the disk is full",
        ),
        (OSError(errno.EROFS, os.strerror(errno.EROFS), "runs"), 2, "read-only (runs)"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "runs"), 2, "chown"),
    ],
)
def test_what_a_user_can_mend_is_one_line(
    raised: BaseException | None, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended, said = end(raised, capsys)
    assert ended == code
    assert words in said
    assert said.count("\n") == (1 if words else 0)


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        errors.run(lambda: print(1 // 0))
    with pytest.raises(OSError, match="Broken pipe"):
        errors.run(lambda: (_ for _ in ()).throw(BrokenPipeError(errno.EPIPE, "Broken pipe")))
