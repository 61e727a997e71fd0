"""Copy the user's table in, make the folder a git repository and print the next command.

Rendered and run by cookiecutter in the new project; needs the standard library only.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ANSWERS: dict[str, str] = json.loads(r"""{{ cookiecutter | tojson }}""")
OUTPUT = ANSWERS.get("_output_dir", str(Path.cwd().parent))
HERE = os.environ.get("PWD") or OUTPUT
# `cruft update` renders what it compares from within the project, whose table is there already.
UPDATE = "_output_dir" not in ANSWERS and Path(HERE, ".cruft.json").exists()
DATA = Path("conf/data.yaml")


def find_source(answer: str) -> Path:
    """Find the table where pre_gen_project.py found it, links to it by their own name."""
    answer = os.path.expanduser(answer)  # noqa: PTH111 -- Path's raises where `~nobody` is no user
    paths = [Path(place, answer) for place in (HERE, OUTPUT)]
    path = next((path for path in paths if path.exists()), paths[0])
    # The name of `.` and `..` is that of the folder; a link's own name says what kind of table.
    return path if path.name not in ("", "..") else path.resolve()


def safe_name(name: str) -> str:
    """Keep what is safe in a file's name; the ending small, since readers go by it."""
    path = Path(re.sub(r"[^A-Za-z0-9._-]", "_", name))
    return path.with_suffix(path.suffix.lower()).name


def copy_table(source: Path) -> str:
    """Copy a file, or a folder of Parquet parts, into `data/source/` and return its new path."""
    target = Path("data/source", safe_name(source.name))
    if UPDATE:
        return target.as_posix()
    if source.is_dir():
        # Parts of an older table, where a project is rendered over itself, are not of this one.
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for part in sorted(source.glob("*.parquet")):
            shutil.copyfile(part, target / part.name)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    print(f"copied {source} to {target}")
    return target.as_posix()


def replace_text(old: str, new: str) -> None:
    """Replace what conf/data.yaml must hold exactly once."""
    text = DATA.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"error: {DATA} of the template does not hold '{old}' once: mend it there")
    DATA.write_text(text.replace(old, new), encoding="utf-8")


def init_repository() -> None:
    """Make the project a git repository, without a commit; say so where git can't."""
    if Path(".git").exists():
        return  # rendered over a project
    # A git hook that renders a project leaves variables that name its own repository.
    foreign = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
    own = {key: value for key, value in os.environ.items() if key not in foreign}
    try:
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], check=True, env=own)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"git init did not work ({error}): run it when you can", file=sys.stderr)


def main() -> None:
    """Finish the project."""
    if "://" in (answer := ANSWERS["data_source"]):
        # In quotes, since `#` begins a comment elsewhere in YAML.
        replace_text("source: data/sample/penguins.csv", f'source: "{answer}"')
        replace_text("missing_target: drop", "missing_target: refuse")
        print(
            f"{answer} is fetched, and its columns are read, at the first make data or make train"
        )
    elif answer:
        try:
            copy = copy_table(find_source(answer))
        except OSError as error:
            raise SystemExit(
                f"error: data_source '{answer}' can't be copied ({error.strerror}): see that it "
                "stays where it is and that the disk has room"
            ) from None
        replace_text("source: data/sample/penguins.csv", f"source: {copy}")
        replace_text("missing_target: drop", "missing_target: refuse")
    if UPDATE:
        return
    init_repository()
    project = Path.cwd() if Path(HERE) != Path(OUTPUT) else Path.cwd().name
    print(f"\nnext: cd {shlex.quote(str(project))} && make train")


main()
