"""`make runs` opens Weights & Biases' own viewer on the runs of this disk, in a real terminal."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import succeed

pytestmark = pytest.mark.docker
WAIT_S = 90.0


class Terminal:
    """A terminal of tmux's, of its own server."""

    def __init__(self, socket: Path, cwd: Path, command: str) -> None:
        self._tmux = ("tmux", "-S", str(socket))
        size = ("-x", "170", "-y", "50")
        self._run("-f", "/dev/null", "new-session", "-d", *size, "-c", str(cwd), command)

    def _run(self, *arguments: str) -> str:
        command = [*self._tmux, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def screen(self) -> str:
        """Return what is to be seen."""
        return self._run("capture-pane", "-p")

    def type(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self._run("send-keys", *keys)

    def wait(self, words: str) -> str:
        """Wait until words are to be seen, and return the screen."""
        end = time.monotonic() + WAIT_S
        while words not in (seen := self.screen()):
            assert time.monotonic() < end, f"no '{words}' on:\n{seen}"
            time.sleep(0.2)
        return seen

    def close(self) -> None:
        """End the server, and all that runs in it."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def project(render: Callable[..., Path], tmp_path: Path) -> Path:
    """A project with two runs."""
    made = render(tmp_path)
    succeed(made, "train", "ARGS=-m model=dummy,logistic evaluation.resamples=100")
    return made


@pytest.fixture
def terminal(project: Path, tmp_path: Path) -> Iterator[Terminal]:
    """`make runs` in a terminal."""
    opened = Terminal(tmp_path / "tmux", project, "make runs; echo ended; exec cat")
    yield opened
    opened.close()


def test_the_viewer_lists_the_runs_and_shows_the_figures_of_one(
    terminal: Terminal, project: Path
) -> None:
    seen = terminal.wait("State: Finished")
    assert "Runs [2 items]" in seen
    (shown,) = re.findall(r"ID: ([0-9a-f]{12})", seen)
    assert (project / "runs" / shown / "manifest.json").is_file()
    # A curve is drawn with the dots of Braille.
    assert "Metrics" in seen
    assert re.search("[\u2801-\u28ff]", seen)
    terminal.type("q")
    terminal.wait("ended")
