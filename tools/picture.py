"""Draw what `make train`, `make check` and `make dashboard` show: docs/*.svg, docs/dashboard.png.

make picture
"""

import os
import pty
import re
import subprocess
import tempfile
import termios
from pathlib import Path

from bench_run import ROOT, called, copy_template, render, shell
from browser import browsing
from rich.console import Console
from rich.text import Text

WIDTH = 90
# Enough runs that there is something to see on the dashboard.
RUNS = (
    *("model=logistic", "model=dummy", "model=forest seed=1", "model=boosting"),
    *(f"model=boosting model.classification.learning_rate={rate}" for rate in (0.03, 0.3)),
    *(f"model=logistic model.classification.C={strength}" for strength in (0.01, 0.1, 10)),
)


def typescript(command: list[str], cwd: Path) -> str:
    """Run a command on a terminal of its own and return all that it showed."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (40, WIDTH))
    with subprocess.Popen(command, cwd=cwd, stdout=follower, stderr=follower, env=shell()) as child:
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


def dashboard(project: Path) -> None:
    """Train some models and take a picture of the dashboard, two runs of it selected."""
    for arguments in RUNS:
        called("make", "train", f"ARGS=tracking=disabled {arguments}", cwd=project)
    called("make", "dashboard", cwd=project)
    with browsing() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 640})
        page.goto((project / "reports" / "dashboard.html").as_uri())
        page.locator("#runs thead button").filter(has_text="log loss").click()
        for place in range(2):
            page.locator("#runs input").nth(place).check()
        page.locator("h1").click()  # takes the focus off the box
        page.screenshot(path=ROOT / "docs" / "dashboard.png")


def draw(command: list[str], project: Path, file: Path) -> None:
    """Run a command in a project and draw the terminal that it leaves."""
    shown = typescript(command, project)
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere)
        console.print(f"[bold green]$[/] {' '.join(command)}")
        console.print(Text.from_ansi(shown))
        svg = console.export_svg(title="my-ml-project", unique_id=file.stem)
    # The picture must look alike without a network: the font is whatever the reader has.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    lines = [line.rstrip() for line in svg.strip().splitlines()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Render a project, train and check in it, and draw the terminal and the dashboard."""
    with tempfile.TemporaryDirectory() as folder:
        project = render(copy_template(Path(folder)), Path(folder, "out"))
        called("make", "image", cwd=project)
        for command in ("train", "check"):
            draw(["make", command], project, ROOT / "docs" / f"{command}.svg")
        dashboard(project)


if __name__ == "__main__":
    main()
