"""What goes into the image is listed, and nothing else gets in."""

import json
import shutil
from pathlib import Path

import pytest

from project.errors import ConfigError, RunError
from project.paths import PROJECT, Paths
from project.predict import check_files
from project.predict import run as predict
from project.promotion.history import Entry, append
from project.release import lay_out
from project.release import run as release
from project.serving.model import open_model

from ..conftest import configure
from .conftest import Made


@pytest.fixture
def project(fruit: Made, tmp_path: Path) -> Paths:
    """A copy of the project with its run, and what a release needs."""
    root = tmp_path / "project"
    shutil.copytree(fruit.paths.root, root)
    shutil.rmtree(root / "src")
    for name in ("conf", "src", "requirements"):
        shutil.copytree(PROJECT.root / name, root / name, dirs_exist_ok=True)
    shutil.copy(PROJECT.root / "dvc.yaml", root)
    (root / ".dvc").mkdir(exist_ok=True)
    shutil.copy(PROJECT.root / ".dvc" / "config", root / ".dvc")
    (root / ".env").write_text("WANDB_API_KEY=tell-nobody")
    (root / "src" / "project" / ".env").write_text("WANDB_API_KEY=tell-nobody")
    (root / ".dvc" / "config.local").write_text("password = tell-nobody")
    return Paths(root)


def test_only_what_is_listed_goes_in(project: Paths, fruit: Made) -> None:
    context = release(configure(fruit.config.data), "latest", project)
    inside = {file.relative_to(context).as_posix() for file in context.rglob("*") if file.is_file()}
    tops = {"/".join(name.split("/")[:3]) for name in inside if name.startswith("project/")}
    served = {name for name in tops if name.startswith("project/served/")}
    assert served == {
        f"project/served/{name}"
        for name in ("config.yaml", "limits.json", "manifest.json", "model.skops", "schema.yaml")
    }
    rest = {name.split("/")[1] for name in tops - served}
    assert rest == {"src", "conf", "dvc.yaml", ".dvc", "requirements"}
    assert not [
        name for name in inside if "tell-nobody" in (context / name).read_text(errors="ignore")
    ]
    assert not [name for name in inside if "/." in name.replace("project/.dvc/config", "")]
    assert {Path(n).suffix for n in inside if n.startswith("requirements/")} == {".lock"}


def test_the_released_model_answers_with_the_limits_it_was_released_with(
    project: Paths, fruit: Made
) -> None:
    config = configure(fruit.config.data, "methods.conformal.coverage=0.5")
    context = release(config, fruit.folder.name[:6], project)
    found = open_model(context / "project" / "served", fruit.config.methods)
    assert found.limits.coverage == 0.5
    assert found.run == fruit.folder.name


def test_equal_projects_make_equal_contexts(project: Paths, fruit: Made) -> None:
    stats = []
    for turn in range(2):
        lay_out(project.runs / fruit.folder.name, project.root / f"out{turn}", project)
        out = project.root / f"out{turn}"
        stats.append(
            {f.relative_to(out): f.read_bytes() for f in sorted(out.rglob("*")) if f.is_file()}
        )
    assert stats[0] == stats[1]


def test_the_promoted_model_answers_and_none_is_told(
    project: Paths, fruit: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configure(fruit.config.data)
    source, out = str(project.root / "table.csv"), str(project.root / "out.csv")
    with pytest.raises(RunError, match="no model was promoted yet"):
        predict(config, source, out, "promoted", project)
    shutil.copytree(project.runs / fruit.folder.name, project.models / "v1")
    append(Entry("2026-11-26T00:00:00Z", "promote", "v1", fruit.folder.name), project)
    predict(config, source, out, "promoted", project)
    assert f"200 rows answered by run {fruit.folder.name}" in capsys.readouterr().out
    assert len((project.root / "out.csv").read_text().splitlines()) == 201


def test_a_category_that_is_new_is_told_with_its_share(
    project: Paths, fruit: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project.runs / fruit.folder.name
    schema = folder / "schema.yaml"
    text = schema.read_text().replace(
        "colour: {type: category}",
        "colour: {type: category, categories: [red, green, blue], unseen: 0.001}",
    )
    schema.write_text(text)
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["seal"], manifest["files"]
    (folder / "manifest.json").unlink()
    from project.manifest import write_manifest

    write_manifest(manifest, folder)
    source = project.root / "new.csv"
    source.write_text((project.root / "table.csv").read_text().replace("green", "grey"))
    predict(
        configure(fruit.config.data), str(source), str(project.root / "o.csv"), "latest", project
    )
    said = capsys.readouterr().out
    assert "more than the 0.1% of its schema) hold a category of 'colour'" in said


@pytest.mark.parametrize(
    ("source", "out", "sentence"),
    [
        ("", "o.csv", "make predict IN=<file> OUT=<file>"),
        ("nothing.csv", "o.csv", "IN=nothing.csv: there is no such file"),
        ("table.csv", "o.txt", "give a name that ends with .parquet, .csv, .csv.gz"),
        ("table.csv", "table.csv", "is the table itself"),
        ("table.csv", "../o.csv", "is not in the project's folder"),
        ("table.csv", "runs/o.csv", "is in runs/, which other commands keep"),
        ("table.csv", "data/raw/table.parquet", "is in data/"),
        ("table.csv", "folder.csv", "is a folder"),
    ],
)
def test_files_that_cannot_be_are_told(
    project: Paths, source: str, out: str, sentence: str
) -> None:
    (project.root / "folder.csv").mkdir()
    with pytest.raises(ConfigError, match=sentence):
        check_files(source, out, project)
