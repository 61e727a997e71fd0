"""`cruft update` brings a project to a newer template: what its people wrote stays."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, TEMPLATE
from engine import inside, succeed
from repository import commit

CRUFT = Path(sys.executable).parent / "cruft"
# A version that lies far back. Its hooks asked for what cruft does not tell, and are today's here.
OLD = "f502627"
WHO = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
ENV = {
    **os.environ,
    **{f"GIT_{who}": "tester" for who in WHO},
    "GIT_CONFIG_GLOBAL": os.devnull,
}
CONFLICT = re.compile(r"<<<<<<< ours\n(.*?)=======\n(.*?)>>>>>>> theirs\n", re.DOTALL)


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command where its shell stands, and return what it printed."""
    env = {**ENV, "HOME": str(cwd), "PWD": str(cwd)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def take(template: Path, names: list[str], into: Path) -> None:
    """Replace parts of a checkout by those of the template as it is now."""
    for name in names:
        shutil.rmtree(into / name, ignore_errors=True)
        if (template / name).is_dir():
            shutil.copytree(template / name, into / name)
        else:
            shutil.copy2(template / name, into / name)


def create(history: Path, into: Path, *answers: str, checkout: str = "HEAD") -> Path:
    """Render a project by cruft, and commit it as its people do."""
    into.mkdir(parents=True, exist_ok=True)
    extra = json.dumps(dict(answer.split("=", 1) for answer in answers))
    run(
        *(CRUFT, "create", "--default-config", "--no-input", "--checkout", checkout),
        *("--extra-context", extra, history),
        cwd=into,
    )
    (project,) = (folder for folder in into.iterdir() if (folder / ".cruft.json").exists())
    commit(project, "As generated")
    return project


def conflicts(project: Path) -> list[str]:
    """Name the files that git could not merge; what it could not apply at all is a failure."""
    assert not list(project.rglob("*.rej"))
    return run("git", "diff", "--name-only", "--diff-filter=U", cwd=project).split()


@pytest.fixture
def history(template: Path, tmp_path: Path) -> Path:
    """A repository whose one commit is the template as it is now."""
    folder = tmp_path / "history"
    shutil.copytree(template, folder)
    run("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    commit(folder, "Now")
    return folder


def test_a_newer_version_arrives_around_what_people_wrote(history: Path, tmp_path: Path) -> None:
    table = tmp_path / "houses.csv"
    table.write_text("price,rooms\n1,2\n")
    answers = (f"data_source={table}", "target=price", "task=regression", "project_slug=ours")
    project = create(history, tmp_path / "out", *answers)
    kept = project / "data/source/houses.csv"
    assert kept.read_text() == table.read_text()
    table.unlink()  # nobody keeps the first copy for ever
    settings, readme = project / "conf/config.yaml", project / "README.md"
    settings.write_text(settings.read_text() + "# ours\n")
    data = (project / "conf/data.yaml").read_text()
    commit(project, "Our own")

    folder = history / TEMPLATE
    new = "key: ${{ secrets.KEY }} # {% raw\n"
    (folder / ".github/workflows/new.yml").write_text(new)
    head = (folder / "README.md").read_text()
    (folder / "README.md").write_text(head.replace("## Train\n", "## Train it\n"))
    (folder / "docs/debugging-checklist.md").unlink()
    commit(history, "Newer")
    said = run(CRUFT, "update", "--skip-apply-ask", cwd=project)

    assert "cruft has been updated" in said
    assert "next: cd" not in said
    assert conflicts(project) == []
    assert (project / ".github/workflows/new.yml").read_text() == new
    assert not (project / "docs/debugging-checklist.md").exists()
    assert "## Train it\n" in readme.read_text()
    assert settings.read_text().endswith("# ours\n")
    assert (project / "conf/data.yaml").read_text() == data
    assert kept.read_text() == "price,rooms\n1,2\n"
    commit(project, "Newer template")
    assert "up to date" in run(CRUFT, "update", "--skip-apply-ask", cwd=project)


def test_a_project_that_cookiecutter_made_joins_by_a_link(
    history: Path, tmp_path: Path, render: Callable[..., Path]
) -> None:
    project = render(tmp_path / "out", project_name="Ours")
    answers = json.dumps({"project_name": "Ours"})
    run(
        CRUFT,
        "link",
        "--default-config",
        "--no-input",
        "--extra-context",
        answers,
        history,
        cwd=project,
    )
    commit(project, "Linked")
    (history / TEMPLATE / "docs/new.md").write_text("# New\n")
    commit(history, "Newer")
    run(CRUFT, "update", "--skip-apply-ask", cwd=project)
    changed = run("git", "status", "--porcelain", cwd=project).split("\n")
    assert sorted(changed) == ["", " M .cruft.json", "A  docs/new.md"]


@pytest.mark.docker
def test_a_project_of_an_old_version_trains_after_its_update(
    template: Path, tmp_path: Path, render: Callable[..., Path]
) -> None:
    found = subprocess.run(["git", "cat-file", "-e", f"{OLD}^{{commit}}"], cwd=ROOT, check=False)
    assert found.returncode == 0, f"{OLD} is not here: fetch the history, git fetch --unshallow"
    history = tmp_path / "history"
    run("git", "clone", "--quiet", ROOT, history, cwd=tmp_path)
    run("git", "checkout", "--quiet", "-B", "main", OLD, cwd=history)
    take(template, ["hooks"], history)
    commit(history, "Old")
    run("git", "tag", "old", cwd=history)
    take(template, ["hooks", "cookiecutter.json", TEMPLATE], history)
    commit(history, "Now")

    project = create(history, tmp_path / "out", checkout="old")
    succeed(project, "train")
    (first,) = (folder.name for folder in (project / "runs").iterdir())
    table = project / "data/sample/penguins.csv"
    head, *rows = table.read_text().splitlines()
    rows = [f"{row},{number % 7}" for number, row in enumerate(rows)]
    table.write_text("\n".join([f"{head},ring", *rows, ""]))
    data = project / "conf/data.yaml"
    text = data.read_text().replace("test: 0.15", "test: 0.2").rstrip()
    data.write_text(f"{text}\n  ring: number\n")
    (project / "conf/experiment/ours.yaml").write_text("# @package _global_\nseed: 5\n")
    ours = {"conf/data.yaml", "data/sample/penguins.csv"}
    succeed(project, "train")
    commit(project, "Our own")
    run(CRUFT, "update", "--skip-apply-ask", cwd=project)

    # Both have changed the line of the split, and only the owner knows what it shall be.
    assert conflicts(project) == ["conf/data.yaml"]
    fresh = render(tmp_path / "fresh")
    for file in sorted(path for path in fresh.rglob("*") if path.is_file()):
        name = file.relative_to(fresh)
        if name.parts[0] != ".git" and name.as_posix() not in ours:
            assert (project / name).read_bytes() == file.read_bytes(), name
            assert (project / name).stat().st_mode == file.stat().st_mode, name
    merged, count = CONFLICT.subn(r"\2", data.read_text())
    assert count == 1
    data.write_text(merged.replace("test: 0.15", "test: 0.2"))
    out = succeed(project, "train", "ARGS=experiment=ours")
    assert "It beats the zero rule" in out
    assert {first} < {folder.name for folder in (project / "runs").iterdir()}
    assert "ring: {type: integer" in (project / "conf/schema.yaml").read_text()
    commit(project, "Newer template")
    # The types of the same files are looked at where a fresh project is.
    lint = "SKIP=mypy pre-commit run --all-files"
    done = inside(project, "sh", "-c", lint, TARGET="dev")
    assert done.code == 0, done.out + done.err
