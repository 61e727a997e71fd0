"""What keeps both repositories fit for the next maintainer: versions, pins, help, reviews."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, TEMPLATE
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from repository import git

Render = Callable[..., Path]
BIN = Path(sys.executable).parent
# The two repositories: this one, and the one that it generates.
BOTH = pytest.mark.parametrize("inside", ["", TEMPLATE], ids=["template", "project"])
STEP = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>\S+) # (?P<version>v\d+\.\d+\.\d+)$")

PIN = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)(.*(?:\n +--hash.*)*)", re.MULTILINE)


def run(*command: str | Path, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment."""
    return subprocess.run(command, cwd=cwd, input=text, capture_output=True, text=True, check=False)


def pyproject(folder: Path) -> dict[str, Any]:
    """Read a pyproject.toml."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def workflow(folder: Path) -> str:
    """Return the text of a repository's only workflow."""
    (file,) = (folder / ".github/workflows").iterdir()
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project whose files git knows."""
    project = render(tmp_path_factory.mktemp("upkeep"))
    git(project, "add", "--all")
    return project


@pytest.fixture
def repository(inside: str, template: Path, project: Path) -> Path:
    """One of the two repositories, as people get it."""
    return project if inside else template


@BOTH
def test_the_scientific_python_review_finds_nothing_that_is_not_answered(repository: Path) -> None:
    done = run(BIN / "repo-review", ".", "--format", "json", cwd=repository)
    checks = json.loads(done.stdout)["checks"]
    assert len(checks) > 40
    failed = {name for name, check in checks.items() if check["result"] is False}
    answers = pyproject(repository)["tool"]["repo-review"]["ignore"]
    assert failed - set(answers) == set()
    # An answer to what passes by now, or is asked no more, is out of date.
    assert set(answers) <= {name for name, check in checks.items() if check["result"] is not True}
    assert all(len(reason) > 20 for reason in answers.values())


@BOTH
def test_the_workflow_has_no_weakness_that_is_known(repository: Path) -> None:
    done = run(BIN / "zizmor", "--offline", "--pedantic", ".github", cwd=repository)
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout


def test_a_weak_workflow_is_found(project: Path, tmp_path: Path) -> None:
    weak = re.sub(r"checkout@\w+", "checkout@v5", workflow(project))
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(weak)
    done = run(BIN / "zizmor", "--offline", ".github", cwd=tmp_path)
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout


@BOTH
def test_actions_are_pinned_by_commit_beside_their_version(repository: Path) -> None:
    steps = [line for line in workflow(repository).splitlines() if "uses:" in line]
    assert steps
    for line in steps:
        found = STEP.search(line)
        assert found, line
        assert re.fullmatch(r"[0-9a-f]{40}", found["commit"]), line


def test_both_workflows_pin_one_commit_of_an_action(template: Path, project: Path) -> None:
    pins = {
        (found["action"], found["commit"], found["version"])
        for folder in (template, project)
        for line in workflow(folder).splitlines()
        if (found := STEP.search(line))
    }
    assert len(pins) == len({action for action, _, _ in pins})


@BOTH
def test_what_the_workflow_runs_are_commands_of_the_repository(repository: Path) -> None:
    jobs = yaml.safe_load(workflow(repository))["jobs"]
    typed = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    targets = re.findall(r"\bmake ([a-z-]+)", typed)
    assert {"lint"} < set(targets)
    help_text = run("make", "help", cwd=repository).stdout
    assert set(targets) <= set(re.findall(r"^  make ([a-z-]+) ", help_text, re.MULTILINE))
    for script in re.findall(r"^\.[\w/]+$", typed, re.MULTILINE):
        assert (repository / script).is_file()


def test_the_workflow_fetches_the_history_that_tests_of_updates_walk_through(
    template: Path,
) -> None:
    jobs = yaml.safe_load(workflow(template))["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    checkouts = [step for step in steps if "checkout@" in step.get("uses", "")]
    assert len(checkouts) == len(jobs)
    assert {step["with"]["fetch-depth"] for step in checkouts} == {0}


def test_what_is_locked_here_is_held_to_its_hash_and_names_no_address() -> None:
    locks = [*ROOT.glob("requirements/**/*.lock"), *ROOT.glob("requirements/**/*-lock.json")]
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock
        assert re.search(r"--hash=sha256:|\"integrity\": \"sha512-", text), lock


@BOTH
def test_help_names_every_target_and_fits_the_terminal(repository: Path) -> None:
    text = (repository / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", text, re.MULTILINE)
    lines = run("make", "help", cwd=repository).stdout.splitlines()
    named = [line.split()[1] for line in lines if line.startswith("  make ")]
    # What other targets stand on, and nobody types.
    parts = {"venv", "engine", "viewers", "podman", "faketime"} & set(targets)
    assert sorted(named) == sorted(set(targets) - parts)
    assert [line for line in lines if len(line) > 100] == []
    phony = re.search(r"^\.PHONY:((?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert phony
    assert sorted(phony[1].replace("\\\n", " ").split()) == sorted(set(targets))


@BOTH
def test_recipes_are_for_any_shell_of_posix(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    assert not re.search(r"^(SHELL|\.SHELLFLAGS|\.ONESHELL)", makefile, re.MULTILINE)
    for target in re.findall(r"^([a-z-]+):", makefile, re.MULTILINE):
        recipe = run("make", "--no-print-directory", "--dry-run", target, cwd=repository)
        assert recipe.returncode == 0, recipe.stderr
        # Values that make puts in have no blank, or are meant to be split.
        options = ("--shell=dash", "--exclude=SC2086", "-")
        done = run(BIN / "shellcheck", *options, cwd=repository, text=recipe.stdout)
        assert done.returncode == 0, f"{target}: {done.stdout}"


@BOTH
def test_line_endings_are_pinned_for_every_file(inside: str, repository: Path) -> None:
    if not inside:
        # The fixture is no repository.
        repository = ROOT
    listed = run("git", "ls-files", "--eol", cwd=repository).stdout.splitlines()
    assert len(listed) > 100
    for line in listed:
        stored, here, *attributes = line.partition("\t")[0].split()
        exact = "attr/-text" in attributes or stored == "i/-text"
        assert exact or "eol=lf" in attributes or stored == "i/none", line
        assert "crlf" not in stored + here, line


def test_the_changelog_leads_to_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *released = re.findall(r"^## (\S+)", text, re.MULTILINE)
    assert first == "Unreleased"
    version = pyproject(ROOT)["project"]["version"]
    assert version == (released[0] if released else "0.1.0")
    assert released == sorted(released, key=lambda v: [*map(int, v.split("."))], reverse=True)


def test_the_tools_name_one_oldest_python() -> None:
    declared = pyproject(ROOT)
    oldest = declared["project"]["requires-python"].removeprefix(">=")
    assert declared["tool"]["mypy"]["python_version"] == oldest
    comma = oldest.replace(".", ", ")
    for file, words in {
        "tools/lock.sh": f"--python-version {oldest} ",
        "tools/python-env.sh": f"sys.version_info < ({comma})",
        "README.md": f"Python {oldest} or later",
    }.items():
        assert words in (ROOT / file).read_text(encoding="utf-8"), file


def test_the_project_names_one_python(project: Path) -> None:
    declared = pyproject(project)
    oldest, below = re.findall(r"\d\.\d+", declared["project"]["requires-python"])
    assert int(below.split(".")[1]) == int(oldest.split(".")[1]) + 1
    assert declared["tool"]["mypy"]["python_version"] == oldest
    for file, words in {
        "Dockerfile": f"BASE_IMAGE=python:{oldest}-",
        "scripts/container.sh": f"python:{oldest}-",
        "src/project/lock.py": f"--python-version {oldest} ",
    }.items():
        assert words in (project / file).read_text(encoding="utf-8"), file


@BOTH
def test_every_requirement_is_locked_with_its_hash_at_a_version_that_it_takes(
    repository: Path,
) -> None:
    folder = repository / "requirements"
    files = sorted(folder.rglob("*.in"))
    assert len(files) >= 3
    for file in files:
        lock = file.with_suffix(".lock").read_text(encoding="utf-8")
        wanted = [
            Requirement(line.partition("#")[0])
            for line in file.read_text(encoding="utf-8").splitlines()
            if line.strip() and line[0] not in "#-"
        ]
        assert unlocked(wanted, lock) == [], file


def unlocked(wanted: list[Requirement], lock: str) -> list[str]:
    """Name the requirements that no pin of a lock meets, and the pins without a hash."""
    pins: dict[str, list[str]] = {}
    bare = []
    for name, version, rest in PIN.findall(lock):
        pins.setdefault(canonicalize_name(name), []).append(version)
        if "--hash=sha256:" not in rest:
            bare.append(name)
    return bare + [
        str(one)
        for one in wanted
        if not any(
            one.specifier.contains(version, prereleases=True)
            for version in pins.get(canonicalize_name(one.name), [])
        )
    ]


def test_a_lock_that_is_out_of_date_is_found() -> None:
    lock = "some-thing[x]==1.2 ; python_version < '4' \\\n    --hash=sha256:00\nbare==1\n"
    for line, found in {
        "Some_Thing>=1": ["bare"],
        "some-thing>=2": ["bare", "some-thing>=2"],
        "other": ["bare", "other"],
    }.items():
        assert unlocked([Requirement(line)], lock) == found


def dockerfiles(folder: Path) -> list[Path]:
    """Return a repository's Dockerfiles."""
    return sorted(file for file in folder.rglob("Dockerfile*") if file.is_file())


@BOTH
def test_the_dockerfiles_have_no_weakness_that_is_known(repository: Path) -> None:
    found = dockerfiles(repository)
    assert found
    # Packages of the distribution are not pinned: a pinned one is gone when its next fix appears.
    done = run(BIN / "hadolint", "--ignore", "DL3008", *found, cwd=repository)
    assert done.returncode == 0, done.stdout


def test_a_weak_dockerfile_is_found(project: Path, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        (project / "Dockerfile").read_text(encoding="utf-8") + "RUN sudo true\nRUN pip install x\n"
    )
    done = run(BIN / "hadolint", "--ignore", "DL3008", "Dockerfile", cwd=tmp_path)
    assert done.returncode != 0
    assert {"DL3004", "DL3013"} <= set(re.findall(r"DL\d+", done.stdout))


def test_both_locks_have_the_same_linters(project: Path) -> None:
    def pins(folder: Path) -> dict[str, str]:
        text = (folder / "requirements/dev.lock").read_text(encoding="utf-8")
        return dict(re.findall(r"^(ruff|mypy|pytest|pre-commit)==(\S+)", text, re.MULTILINE))

    assert len(pins(ROOT)) == 4
    assert pins(ROOT) == pins(project)


@BOTH
def test_templates_of_issues_and_changes_are_short(repository: Path) -> None:
    form = yaml.safe_load((repository / ".github/ISSUE_TEMPLATE/bug.yml").read_text())
    assert len(form["body"]) <= 3
    change = (repository / ".github/pull_request_template.md").read_text()
    assert len(change.splitlines()) <= 8
