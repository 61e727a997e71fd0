"""Copy the user's table in, make the folder a git repository and print the next command.

Rendered and run by cookiecutter in the new project; needs the standard library only.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ANSWERS: dict[str, str] = json.loads(r"""{{ cookiecutter | tojson }}""")
DATA = Path("conf/data.yaml")


def copy_table(answer: str) -> str:
    """Copy a file, or a folder of Parquet parts, into `data/source/` and return its new path."""
    path = Path(answer).expanduser()
    # The order in which pre_gen_project.py looked.
    places = [place for place in (os.environ.get("PWD"), ANSWERS["_output_dir"]) if place]
    source = next(Path(place) / path for place in places if (Path(place) / path).exists())
    target = Path("data/source") / re.sub(r"[^A-Za-z0-9._-]", "_", source.resolve().name)
    target.parent.mkdir(parents=True)
    if source.is_dir():
        target.mkdir()
        for part in sorted(source.glob("*.parquet")):
            shutil.copyfile(part, target / part.name)
    else:
        shutil.copyfile(source, target)
    return target.as_posix()


def replace_line(old: str, new: str) -> None:
    """Replace one line of conf/data.yaml, which must hold it exactly once."""
    text = DATA.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"error: {DATA} of the template does not hold '{old}' once")
    DATA.write_text(text.replace(old, new), encoding="utf-8")


def init_repository() -> None:
    """Make the project a git repository, without a commit; say so where git is missing."""
    try:
        subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"git init did not work ({error}): run it when you can", file=sys.stderr)


def main() -> None:
    """Finish the project."""
    if ANSWERS["data_source"]:
        source = copy_table(ANSWERS["data_source"])
        replace_line("source: data/sample/penguins.csv", f"source: {source}")
        replace_line("missing_target: drop", "missing_target: refuse")
    init_repository()
    print(f"\nnext: cd {ANSWERS['project_slug']} && make train")


main()
