"""A clean copy of the template, and projects rendered from it as a user renders them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "{{cookiecutter.project_slug}}"
COOKIECUTTER = Path(sys.executable).parent / "cookiecutter"
# A table of one's own: a key, a quantity, a category, and two classes that follow neither.
SMALL_TABLE = "id,size,colour,kind\n" + "".join(
    f"{i},{i % 7},{'xy'[i % 2]},{'ab'[i * 7 % 13 % 2]}\n" for i in range(120)
)


def tracked_files() -> list[str]:
    """List the files of this repo that git has or would take in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tree without what git ignores: a checkout's caches must not reach a project."""
    copy = tmp_path_factory.mktemp("template")
    for name in tracked_files():
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod((ROOT / name).stat().st_mode)
    return copy


@pytest.fixture(scope="session")
def answer(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run cookiecutter with some answers, without the settings of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")

    def run(
        into: Path, cwd: Path | None = None, **answers: str
    ) -> subprocess.CompletedProcess[str]:
        into.mkdir(parents=True, exist_ok=True)
        given = [f"{key}={value}" for key, value in answers.items()]
        return subprocess.run(
            [COOKIECUTTER, "--no-input", "--default-config", "-o", into, template, *given],
            cwd=cwd or into,
            env={**os.environ, "HOME": str(home), "PWD": str(cwd or into)},
            check=False,
            capture_output=True,
            text=True,
        )

    return run


@pytest.fixture(scope="session")
def render(answer: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[..., Path]:
    """Render a project and return its folder."""

    def run(into: Path, cwd: Path | None = None, **answers: str) -> Path:
        before = set(into.iterdir()) if into.is_dir() else set()
        done = answer(into, cwd, **answers)
        assert done.returncode == 0, done.stdout + done.stderr
        (project,) = set(into.iterdir()) - before
        return project

    return run
