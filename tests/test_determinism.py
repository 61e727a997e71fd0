"""The matrix in real containers: shipped models keep their bits, and a planted draw is found."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from engine import succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
PLANTED = """# planted: model=planted
name: planted
preprocessing: {scale: none, encode: onehot, impute: median, indicator: false,
  max_categories: 30, seed: 0}
classification: {_target_: sklearn.tree.ExtraTreeClassifier, random_state: null}
regression: {_target_: sklearn.linear_model.Ridge, alpha: 1.0}
"""


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project with a model that draws without a seed."""
    project = render(tmp_path_factory.mktemp("determinism"))
    (project / "conf" / "model" / "planted.yaml").write_text(PLANTED)
    return project


def matrix(project: Path, **only: str) -> tuple[int, str, dict[tuple[str, str], str]]:
    """Run the script; return its exit code, what it printed, and (model, variation) to signs."""
    done = subprocess.run(
        ["./scripts/determinism.sh"],
        cwd=project,
        env={**os.environ, **only},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    signs: dict[tuple[str, str], str] = {}
    if done.returncode < 2:
        found = json.loads((project / "reports" / "determinism.json").read_text())
        for cell in found["cells"]:
            key = cell["model"], cell["variation"]
            signs[key] = signs.get(key, "") + cell["sign"]
    return done.returncode, done.stdout + done.stderr, signs


def test_a_shipped_model_keeps_its_bits_and_a_draw_without_a_seed_is_red(project: Path) -> None:
    only = "again hashseed workers uid folder"
    code, said, signs = matrix(project, MODELS="planted forest", ONLY=only)
    assert code == 1, said
    assert {signs["forest", name] for name in only.split()} == {"✓✓"}
    planted = {name: "".join(sorted(signs["planted", name])) for name in only.split()}
    assert planted == {name: "––" if name == "workers" else "✓✗" for name in only.split()}
    assert "✗ again, planted (classification): other model" in said
    assert "a draw without a seed" in said
    assert "6/6 folder" in said
    assert "| forest | regression | ✓ |" in (project / "reports" / "determinism.md").read_text()


def test_models_that_keep_their_bits_leave_nothing_but_the_report(project: Path) -> None:
    out = succeed(project, "determinism", "MODELS=dummy", "ONLY=cores")
    assert "cores: one core only" in out
    assert "✗ cores" not in out
    assert [path.name for path in (project / "reports").iterdir()] != []
    assert not any((project / name).exists() for name in ("runs", "wandb", "dvc.lock"))
    # What is in no commit is kept there for whoever makes a run.
    assert {path.name for path in (project / ".cache").iterdir()} <= {"patches"}


def test_a_name_that_is_not_there_ends_with_2_and_one_sentence(project: Path) -> None:
    code, said, _ = matrix(project, MODELS="nonsense")
    assert code == 2
    assert [line for line in said.splitlines() if line.startswith("error: ")] == [said.strip()]
    assert "'nonsense'" in said
