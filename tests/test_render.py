"""What a render holds: the files, the answers in them, and no placeholder of the template."""

import ast
import csv
import json
import os
import re
import shutil
import string
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from cookiecutter.environment import StrictEnvironment
from cookiecutter.generate import is_copy_only_path
from hypothesis import example, given
from hypothesis import strategies as st

Render = Callable[..., Path]
ROOT = Path(__file__).resolve().parent.parent
PROJECT = "{{cookiecutter.project_slug}}"

# The generated project, whole: a new file of the template is written here too.
FILES = [
    ".dockerignore",
    ".dvc/.gitignore",
    ".dvc/config",
    ".dvcignore",
    ".env.example",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    "ARCHITECTURE.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "conf/compute/local.yaml",
    "conf/compute/portable.yaml",
    "conf/config.yaml",
    "conf/data.yaml",
    "conf/evaluation/default.yaml",
    "conf/experiment/debug.yaml",
    "conf/model/boosting.yaml",
    "conf/model/dummy.yaml",
    "conf/model/forest.yaml",
    "conf/model/logistic.yaml",
    "conf/tracking/disabled.yaml",
    "conf/tracking/offline.yaml",
    "conf/tracking/online.yaml",
    "data/sample/README.md",
    "data/sample/penguins.csv",
    "dvc.yaml",
    "pyproject.toml",
    "requirements/build.in",
    "requirements/build.lock",
    "requirements/dev.in",
    "requirements/dev.lock",
    "requirements/runtime.in",
    "requirements/runtime.lock",
    "scripts/container.sh",
    "scripts/lock.sh",
    "src/project/__init__.py",
    "src/project/app.py",
    "src/project/compute.py",
    "src/project/config.py",
    "src/project/data/__init__.py",
    "src/project/data/diagnose.py",
    "src/project/data/infer.py",
    "src/project/data/ingest.py",
    "src/project/data/load.py",
    "src/project/data/split.py",
    "src/project/data/stages.py",
    "src/project/data/table.py",
    "src/project/data/validate.py",
    "src/project/errors.py",
    "src/project/evaluation/__init__.py",
    "src/project/evaluation/intervals.py",
    "src/project/evaluation/metrics.py",
    "src/project/evaluation/scores.py",
    "src/project/files.py",
    "src/project/fingerprint.py",
    "src/project/models/__init__.py",
    "src/project/models/baselines.py",
    "src/project/models/pipeline.py",
    "src/project/models/store.py",
    "src/project/models/training.py",
    "src/project/paths.py",
    "src/project/provenance.py",
    "src/project/report/__init__.py",
    "src/project/report/terminal.py",
    "src/project/runs.py",
    "src/project/tracking/__init__.py",
    "src/project/tracking/base.py",
    "src/project/tracking/wandb.py",
    "src/project/train.py",
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/data/__init__.py",
    "tests/data/test_split.py",
    "tests/data/test_table.py",
    "tests/evaluation/__init__.py",
    "tests/evaluation/test_metrics.py",
    "tests/models/__init__.py",
    "tests/models/test_training.py",
    "tests/report/__init__.py",
    "tests/test_compute.py",
    "tests/test_conf.py",
    "tests/test_config.py",
    "tests/test_fingerprint.py",
    "tests/test_train.py",
    "tests/tracking/__init__.py",
    "tests/tracking/test_wandb.py",
]

# The only files that cookiecutter reads for placeholders; all else is copied as it is.
RENDERED = [
    ".env.example",
    "LICENSE",
    "README.md",
    "conf/config.yaml",
    "conf/data.yaml",
    "pyproject.toml",
]
# Not what GitHub writes as ${{ }}, nor the doubled braces of a Python f-string.
PLACEHOLDER = re.compile(r"(?<!\$)\{\{-?\s|\{%|cookiecutter")

HOSTILE = {
    "quotes": 'the "best" model, """ever"""',
    "apostrophes": "O'Brien's '''model'''",
    "backslashes": "C:\\new\\u0041 and one at the end \\",
    "unicode": "Größe für 模型 \N{ROCKET} \N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
    "a keyword": "lambda",
    "shell": "$(touch pwned) `id` ; rm -rf * & | > < ~ !! $HOME",
    "yaml": "- a: [b, {c: d}] # e, &f *g !h |",
    "toml": "'a' = [1] # b",
    "markup": "<b>100%</b> {braces} %s {0}",
    "blanks": "  around  ",
    "very long": "very long " * 400,
}

# One line of anything: what the hook lets through.
LINES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
)
# Often enough what could end a string.
ANYTHING = st.text(st.characters()) | st.text(string.punctuation + "nrux0")


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the default answers, to look at only."""
    return render(tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="module")
def template_files(template: Path) -> list[str]:
    """The files of the generated project as they lie in the template."""
    folder = template / PROJECT
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def parse_configuration(project: Path) -> int:
    """Parse every TOML, YAML and JSON file of a project and return how many there are."""
    parsers: dict[str, Callable[[str], Any]] = {
        ".toml": tomllib.loads,
        ".yaml": yaml.safe_load,
        ".yml": yaml.safe_load,
        ".json": json.loads,
    }
    files = [path for path in project.rglob("*") if path.suffix in parsers]
    for path in files:
        assert parsers[path.suffix](path.read_text(encoding="utf-8")) is not None, path
    return len(files)


def declared(project: Path) -> dict[str, Any]:
    """Return the [project] table of a project's pyproject.toml."""
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def test_the_project_holds_exactly_the_files_of_the_list(project: Path) -> None:
    files = [p.relative_to(project) for p in project.rglob("*") if p.is_file()]
    assert sorted(p.as_posix() for p in files if p.parts[0] != ".git") == FILES


def test_the_template_holds_exactly_the_files_of_the_list(template_files: list[str]) -> None:
    assert template_files == FILES


def test_placeholders_live_in_the_allow_list_alone(
    template: Path, template_files: list[str]
) -> None:
    folder = template / PROJECT
    marked = [f for f in template_files if PLACEHOLDER.search((folder / f).read_text("utf-8"))]
    assert set(marked) <= set(RENDERED)


def test_what_is_not_in_the_allow_list_is_copied_as_it_is(
    template: Path, template_files: list[str]
) -> None:
    context = {"cookiecutter": json.loads((template / "cookiecutter.json").read_text("utf-8"))}

    def is_copied(file: str) -> bool:
        path = PurePosixPath(file)
        return any(is_copy_only_path(str(p), context) for p in (path, *path.parents))

    assert [file for file in template_files if not is_copied(file)] == RENDERED


def test_what_is_copied_keeps_its_bytes_and_mode(
    template: Path, template_files: list[str], project: Path
) -> None:
    for file in set(template_files) - set(RENDERED):
        before, after = template / PROJECT / file, project / file
        assert after.read_bytes() == before.read_bytes(), file
        assert after.stat().st_mode & 0o111 == before.stat().st_mode & 0o111, file


def test_the_expressions_of_github_survive(template: Path, tmp_path: Path) -> None:
    source = shutil.copytree(template, tmp_path / "template")
    workflow = Path(".github/workflows/probe.yaml")
    text = "key: ${{ secrets.KEY }} # {% raw\n"
    (source / PROJECT / workflow).parent.mkdir(parents=True, exist_ok=True)
    (source / PROJECT / workflow).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input", str(source)]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path)}, check=True)
    assert (tmp_path / "my-ml-project" / workflow).read_text(encoding="utf-8") == text


def test_no_placeholder_is_left(project: Path) -> None:
    for file in FILES:
        left = PLACEHOLDER.search((project / file).read_text(encoding="utf-8"))
        assert left is None, f"{file}: {left}"


def test_every_configuration_file_of_the_default_project_parses(project: Path) -> None:
    assert parse_configuration(project) > 0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_arrives_unchanged(text: str, tmp_path: Path, render: Render) -> None:
    table = tmp_path / "table.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[text, "x"], ["1", "2"]])
    folder = tmp_path / "out"
    folder.mkdir()
    project = render(
        folder,
        project_name=text,
        project_slug="safe",
        description=text,
        author_name=text,
        data_source=str(table),
        target=text,
    )
    assert parse_configuration(project) > 0
    assert declared(project)["description"] == text
    assert declared(project)["authors"] == [{"name": text}]
    data = yaml.safe_load((project / "conf/data.yaml").read_text(encoding="utf-8"))
    assert data["target"] == text
    assert f"# {text}\n" in (project / "README.md").read_text(encoding="utf-8")
    assert f"Copyright (c) {text}\n" in (project / "LICENSE").read_text(encoding="utf-8")
    assert [path.name for path in folder.iterdir()] == ["safe"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("House prices", "house-prices"),
        ("  Two   blanks, and_signs! ", "two-blanks-and-signs"),
        ("Größe", "grosse"),
        ("\N{ROCKET}", "project"),
        ("long " * 100, "-".join(["long"] * 13)),
    ],
    ids=["words", "signs", "umlauts", "no letter", "very long"],
)
def test_the_folder_is_named_after_the_project(
    name: str, slug: str, tmp_path: Path, render: Render
) -> None:
    assert render(tmp_path, project_name=name).name == slug


def test_braces_typed_at_the_prompts_are_kept(template: Path, tmp_path: Path) -> None:
    hostile = "{{ 7 * 7 }} {% if %} {# x #}"
    # In the order of the prompts; an empty line takes what is proposed.
    typed = ["Typed", "", hostile, hostile, "", "", "", ""]
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", "--default-config", template],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        check=True,
        input="".join(f"{line}\n" for line in typed),
        text=True,
    )
    assert declared(tmp_path / "typed")["description"] == hostile
    assert declared(tmp_path / "typed")["authors"] == [{"name": hostile}]


@given(line=LINES)
@example(line='\\"')
@example(line='\\\\"\\')
@example(line="\N{ROCKET}")
def test_escaped_answers_read_back_from_toml_and_yaml(line: str) -> None:
    keys = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    environment = StrictEnvironment(context={})
    for key in ("description", "author_name", "target"):
        escaped = environment.from_string(keys[f"__{key}"]).render(cookiecutter={key: line})
        assert tomllib.loads(f'a = "{escaped}"') == {"a": line}
        assert yaml.safe_load(f'a: "{escaped}"') == {"a": line}


@pytest.mark.parametrize("hook", ["pre_gen_project.py", "post_gen_project.py"])
@given(line=ANYTHING)
@example(line='"""')
@example(line="'''")
@example(line="\\")
@example(line="{{ x }}{% y %}")
def test_no_answer_breaks_out_of_a_hook(hook: str, line: str) -> None:
    text = (ROOT / "hooks" / hook).read_text(encoding="utf-8")
    (argument,) = re.findall(r"^ANSWERS.*json\.loads\((.*)\)$", text, re.MULTILINE)
    answers = {"first": line, "last": line}
    literal = StrictEnvironment(context={}).from_string(argument).render(cookiecutter=answers)
    assert json.loads(ast.literal_eval(literal)) == answers
