"""Run what the pages of docs/ tell a reader to type, and write what it printed beneath.

    make examples                            all pages
    make examples ARGS="tutorial how-to/tune"

A block marked `sh` is run; the block marked `text` below it holds what it printed. A block marked
`bash` is shown only, and a comment above it says why it is not run. The blocks of a page are one
shell: the tutorial begins in an empty folder, with TEMPLATE naming the template, every other page
in a project that has trained once.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench_run import ROOT, called, copy_template, render, shell

DOCS = ROOT / "docs"
TUTORIAL = "tutorial"
BLOCK = re.compile(r"^```(sh|bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REASON = re.compile(r"<!-- not run: \S.* -->\n$")
MARK = "--- next block ---"
LONGEST, LAST = 40, 8  # lines of output that a page shows, and those of them from the end


@dataclass
class Block:
    """A fenced block: its mark and text, where it stands, and the targets of make in it."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def targets(self) -> list[str]:
        """Name the targets that the block makes, here and in other folders."""
        return re.findall(r"\bmake (?:-C \S+ )?([a-z][a-z-]*)", self.text)

    @property
    def runs(self) -> bool:
        """Say whether the block is run."""
        return self.kind == "sh"


def pages() -> list[str]:
    """Name the pages that have a block to run, the tutorial first."""
    files = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
    named = [file.relative_to(DOCS).with_suffix("").as_posix() for file in files]
    return [name for name in named if any(block.runs for block in blocks(text_of(name)))]


def text_of(name: str) -> str:
    """Read a page."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """Find the blocks of a page."""
    return [Block(m[1], m[2], m.start(), m.end()) for m in BLOCK.finditer(text)]


def unexplained(text: str) -> list[str]:
    """List the blocks that are shown only, and don't say why."""
    return [b.text for b in blocks(text) if b.kind == "bash" and not REASON.search(text[: b.start])]


def start(name: str, folder: Path, trained: Path | None) -> Path:
    """Make the folder in which a page begins."""
    if name == TUTORIAL:
        folder.mkdir()
        return folder
    if trained is None:
        raise ValueError(f"{name} begins in a project that has trained: give one")
    return Path(shutil.copytree(trained, folder, symlinks=True))


def run(name: str, template: Path, where: Path) -> list[str]:
    """Run the blocks of a page in one shell.

    Parameters
    ----------
    name, template, where
        The page, a clean copy of the template, and the folder to begin in.

    Returns
    -------
    list of str
        What each block that is run printed.

    Raises
    ------
    RuntimeError
        With all that was printed, when a command fails.
    """
    script = f"echo '{MARK}'\n".join(b.text for b in blocks(text_of(name)) if b.runs)
    env = shell()
    env |= {
        "TEMPLATE": str(template),
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{env['PATH']}",
        "GIT_CONFIG_GLOBAL": str(identity(where.parent)),
        "COOKIECUTTER_CONFIG": os.devnull,
    }
    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=where,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1800,
    )
    if done.returncode:
        raise RuntimeError(f"docs/{name}.md, in {where}:\n{done.stdout}")
    return [tidy(part, where) for part in done.stdout.split(f"{MARK}\n")]


def identity(folder: Path) -> Path:
    """Write the settings of a git user, for the pages that commit."""
    file = folder / "gitconfig"
    file.write_text("[user]\n\tname = A Reader\n\temail = reader@example.org\n")
    return file


def tidy(output: str, where: Path) -> str:
    """Take out where the pages were run, and cut the middle of what is long."""
    output = output.replace(str(where), "~").replace(str(where.parent), "~/..")
    lines = [line.rstrip() for line in output.splitlines()]
    lines = [line for line in lines if not line.startswith("make[")]
    while lines and not lines[0]:
        lines.pop(0)
    if len(lines) > LONGEST:
        lines = [*lines[: LONGEST - LAST], "…", *lines[-LAST:]]
    return "\n".join(lines).rstrip()


def with_outputs(text: str, outputs: list[str]) -> str:
    """Write outputs beneath the blocks that made them, in place of those of another time."""
    left = iter(outputs)
    found = blocks(text)
    written, place = "", 0
    for number, block in enumerate(found):
        if not block.runs:
            continue
        written += text[place : block.end]
        place = block.end
        after = found[number + 1] if number + 1 < len(found) else None
        if after and after.kind == "text" and not text[block.end : after.start].strip():
            place = after.end
        output = next(left)
        if output:
            written += f"\n\n```text\n{output}\n```"
    return written + text[place:]


def main() -> None:
    """Run pages and write them anew."""
    wanted = sys.argv[1:] or pages()
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        template = copy_template(Path(folder))
        trained = None
        if wanted != [TUTORIAL]:
            trained = render(template, Path(folder, "out"))
            called("make", "train", cwd=trained)
        for name in wanted:
            print(f"docs/{name}.md", flush=True)
            where = Path(folder, name.replace("/", "-"), "my-ml-project")
            where.parent.mkdir()
            try:
                outputs = run(name, template, start(name, where, trained))
            except RuntimeError as error:  # the other pages can be written all the same
                failed.append(str(error))
                continue
            (DOCS / f"{name}.md").write_text(with_outputs(text_of(name), outputs), encoding="utf-8")
    if failed:
        raise SystemExit("\n".join(failed))


if __name__ == "__main__":
    main()
