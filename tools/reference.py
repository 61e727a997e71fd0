"""Write docs/reference/: every configuration key, every model, and every command.

make reference

Reads the dataclasses and YAML files of the template and both Makefiles; imports none of it.
"""

import re
from pathlib import Path

from config_page import NOTE, PROJECT, config_page
from config_rows import table

ROOT = Path(__file__).resolve().parents[1]


def commands_page() -> str:
    """Write the page of all commands, from the help of both Makefiles."""
    parts = [
        f"# Every command\n\n{NOTE}",
        "`make help` prints this. `ARGS` holds overrides of the configuration.",
    ]
    for where, file in (
        ("In a project", PROJECT / "Makefile"),
        ("In this repository", ROOT / "Makefile"),
    ):
        parts.append(f"## {where}")
        rows: list[list[str]] = []
        for line in file.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"##@ (.*)", line):
                if rows:
                    parts.append(table(["command", "what"], rows))
                parts.append(f"### {match[1]}")
                rows = []
            elif match := re.match(r"([a-z-]+):.*?  ## (.*)", line):
                rows.append([f"`make {match[1]}`", match[2]])
        parts.append(table(["command", "what"], rows))
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Compose all pages of the reference, by file."""
    folder = ROOT / "docs" / "reference"
    return {folder / "configuration.md": config_page(), folder / "commands.md": commands_page()}


if __name__ == "__main__":
    for file, text in pages().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
