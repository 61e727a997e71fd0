"""Draw what the first `make train` shows into docs/train.svg, from a real terminal.

make picture
"""

import os
import pty
import re
import subprocess
import tempfile
import termios
from pathlib import Path

from bench import ROOT, copy_template, render, run
from rich.console import Console
from rich.text import Text

WIDTH = 90


def typescript(command: list[str], cwd: Path) -> str:
    """Run a command on a terminal of its own and return all that it showed."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (40, WIDTH))
    # The make that runs this leaves flags for its children; a user's shell has none.
    foreign = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    env = {key: value for key, value in os.environ.items() if key not in foreign}
    with subprocess.Popen(command, cwd=cwd, stdout=follower, stderr=follower, env=env) as child:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:  # the terminal is closed when the last writer has gone
                break
            if not part:
                break
            shown += part
    os.close(leader)
    if child.returncode:
        raise SystemExit(f"error: {' '.join(command)} failed:\n{shown.decode()}")
    return re.sub(r"\r+\n", "\n", shown.decode())


def main() -> None:
    """Render a project, train in it and draw the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        project = render(copy_template(Path(folder)), Path(folder, "out"))
        run("make", "image", cwd=project)
        shown = typescript(["make", "train"], project)
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere)
        console.print("[bold green]$[/] make train")
        console.print(Text.from_ansi(shown))
        svg = console.export_svg(title="my-ml-project", unique_id="train")
    # The picture must look alike without a network: the font is whatever the reader has.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    lines = [line.rstrip() for line in svg.strip().splitlines()]
    (ROOT / "docs" / "train.svg").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
