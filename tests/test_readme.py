"""Every command in the READMEs is run by a test, and every figure there comes from a file."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import ROOT, TEMPLATE
from engine import make, succeed
from repository import commit

Render = Callable[..., Path]
HERE = Path(__file__).parent
README = (ROOT / TEMPLATE / "README.md").read_text(encoding="utf-8")
LEAD = (ROOT / "README.md").read_text(encoding="utf-8")
BENCH = re.compile(
    r"<!-- written by make bench -->.*?<!-- end of what make bench writes -->", re.DOTALL
)

# What another test runs, since it takes a server, a cluster, an extra, a table or minutes: which,
# and words of it that go when it runs that no more. All other commands are run here.
ELSEWHERE = {
    "git clone … && make pull && make train": ("test_versions.py", '"pull", env=env)'),
    'make check ARGS="model=boosting"': ("test_checklist.py", '"check", broken)'),
    "make check RUN=<id>": ("test_checklist.py", '"check", "RUN=latest"'),
    "make cluster WORKERS=3": ("test_clusters.py", '"cluster", "WORKERS=3"'),
    'make cluster ARGS="compute.memory_gb=8"': ("test_clusters.py", "compute.memory_gb=1.5"),
    "make cluster-down": ("test_clusters.py", '"cluster-down"'),
    'make compare RUNS="3f2a 9c01 77de"': ("test_pages.py", '"compare", f"RUNS='),
    "make determinism": ("test_determinism.py", '"determinism", "MODELS=dummy"'),
    "make diff OLD=v1 NEW=main": ("test_versions.py", '"diff", "OLD=v1"'),
    "make ensemble": ("test_explain.py", '"ensemble")'),
    "make evaluate RUN=<id> SPLIT=test": ("test_evaluate.py", '"evaluate", "SPLIT=test"'),
    "make forget KEY=V-00017": ("test_forget.py", '"KEY=V-00012"'),
    "make forget KEY=patient=17": ("test_forget.py", '"KEY=patient=17")'),
    "make forget KEY=patient=17 CONFIRM=yes": ("test_forget.py", '"CONFIRM=yes"'),
    "make forget KEY=@ids.txt": ("test_forget.py", '"KEY=@ids.txt"'),
    "make image ARGS=--no-cache": ("test_image.py", '"image", "ARGS=--no-cache"'),
    "make import": ("test_sources.py", '"import")'),
    "make import URL=<address>": ("test_sources.py", '"import", f"URL={url}"'),
    "make lint": ("test_journey.py", '"lint")'),
    "make lock": ("test_journey.py", '"lock")'),
    'make lock ARGS="--upgrade --check"': ("test_journey.py", '"lock", "ARGS=--check"'),
    "make pull": ("test_versions.py", '"pull"'),
    "make push": ("test_versions.py", '"push"'),
    "NETWORK=host make push": ("test_versions.py", '"NETWORK": "host"'),
    "make remote URL=/mnt/shared/houses": ("test_forget.py", '"remote", f"URL='),
    "make backtest LOG=answers.parquet": ("test_backtest.py", '"backtest", f"LOG=logs/clean'),
    'make backtest LOG=logs/predictions.jsonl ARGS="backtest.period=week"': (
        "test_backtest.py",
        '"backtest", f"LOG=logs/clean',
    ),
    "make coverage": ("test_journey.py", '"coverage")'),
    "make fuzz MINUTES=60": ("test_in_place.py", '"fuzz", "MINUTES=1"'),
    "make predict IN=new.csv OUT=answers.parquet": ("test_serving.py", '"predict", table'),
    "make predict IN=new.csv OUT=answers.parquet RUN=latest": (
        "test_serving.py",
        '"predict", "IN=data/sample/penguins.csv"',
    ),
    "make promote RUN=<id>": ("test_promotion.py", '"promote", f"RUN={run}"'),
    "make promote RUN=<id> SPLIT=test": ("test_promotion.py", '"promote", "SPLIT=test"'),
    "make release RUN=<id>": ("test_serving.py", '"release", "RUN=latest"'),
    "make rollback": ("test_promotion.py", '"rollback")'),
    "make serve": ("test_serving.py", '"make", "serve"'),
    "make runs": ("test_viewer.py", "make runs; echo ended"),
    "make sbom": ("test_image.py", '"sbom")'),
    "make sync": ("test_tracking.py", '"sync"'),
    "make test": ("test_in_place.py", '"test", "ARGS='),
    'make threshold ARGS="evaluation=costs"': (
        "test_curves.py",
        '"threshold", f"ARGS=evaluation=costs',
    ),
    'make train ARGS="evaluation=costs"': ("test_curves.py", '"train", f"ARGS=evaluation=costs'),
    'make train ARGS="evaluation.baselines.human=answers.csv '
    'evaluation.baselines.existing=rules.csv"': ("test_ladder.py", "evaluation.baselines.human="),
    'make train ARGS="tracking=online"': ("test_journey.py", "tracking=online"),
    'make train ARGS="tracking=mlflow"': (
        "test_tracking.py",
        "tracking.tools=[wandb,mlflow,sacred]",
    ),
    'make train ARGS="tracking.tools=[wandb,mlflow,sacred]"': (
        "test_tracking.py",
        "tracking.tools=[wandb,mlflow,sacred]",
    ),
    "scripts/reproduce.sh <id>": ("test_reproduce.py", "scripts/reproduce.sh"),
}
FEW = "evaluation.resamples=100 evaluation.folds=3 evaluation.repeats=1"
METHODS = "methods.perturbation.noise_sd=[1.0] methods.explanation.repeats=2 methods.cost.calls=20"
# What is put behind a command's own ARGS here, so that it takes seconds: the last word holds.
LESS = {
    "train": "evaluation.resamples=100",
    "ladder": f"{FEW} ladder.models=[dummy,logistic,forest]",
    "tune": f"{FEW} tuning.trials=3",
    "learning-curve": f"{FEW} curves.points=3",
    "validation-curve": FEW,
    "assumptions": FEW,
    "evaluate": f"evaluation.resamples=100 {METHODS}",
}
# A check or a gate that fails is a verdict, and no breakdown.
VERDICTS = {"check", "smoke", "ladder"}


def commands(text: str) -> list[str]:
    """Return each command of a README once, as it is to be typed, in the order of the text."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    shown = [re.sub(r"\s+# .*", "", line).strip() for line in lines]
    typed = list(shown)
    for inline in re.findall(r"`([^`]+)`", prose):
        said = " ".join(inline.split())
        # The bare name of a command that a block shows in full is no command.
        if not any(line.startswith(f"{said} ") for line in shown):
            typed.append(said)
    command = re.compile(r"\bmake [a-z]|reproduce\.sh ")
    return list(dict.fromkeys(line for line in typed if command.search(line)))


HERE_RUN = [command for command in commands(README) if command not in ELSEWHERE]


def words(command: str, values: dict[str, str]) -> list[str]:
    """Cut a command into what make gets, with a run's own names in the placeholders."""
    assert re.fullmatch(r'make [a-z-]+( [A-Z]+=("[^"]*"|\S+| ?<[a-z ]+>)*)*', command), command
    for placeholder, value in values.items():
        command = command.replace(placeholder, value)
    assert "<" not in command, f"{command}: say in ELSEWHERE which test runs it"
    parts = re.findall(r'(?:[^\s"]|"[^"]*")+', command)[1:]
    return [part.replace('"', "") for part in parts]


def test_the_commands_of_the_readme_are_found() -> None:
    block = 'make a ARGS="b c"   # d\nmake a ARGS="b c"\n'
    text = f"Type `make help`, `make a` or\n```sh\n{block}```\nnot `make`."
    assert commands(text) == ['make a ARGS="b c"', "make help"]
    assert words('make a ARGS="b c" RUN=<id>', {"<id>": "x"}) == ["a", "ARGS=b c", "RUN=x"]


def test_what_other_tests_run_is_in_the_readme_and_in_them() -> None:
    known = commands(README)
    for command, (file, fragment) in ELSEWHERE.items():
        assert command in known, f"{command} is in the README no more"
        assert fragment in (HERE / file).read_text(encoding="utf-8"), (command, file, fragment)


def test_what_the_first_readme_says_is_run_too() -> None:
    typed = commands(LEAD)
    theirs = {
        name for command in commands(README) for name in re.findall(r"make ([a-z-]+)", command)
    }
    # This repository's own: which test runs each, and words of it.
    ours = {
        "demo": ("test_in_place.py", '"demo")'),
        "docs": ("test_docs.py", "docs.sh"),
        "rubrics": ("test_docs.py", "rubrics"),
    }
    for command in typed:
        for target in re.findall(r"make ([a-z-]+)", command):
            assert target in theirs | ours.keys(), command
    for file, fragment in ours.values():
        assert fragment in (HERE / file).read_text(encoding="utf-8"), (file, fragment)
    journey = (HERE / "test_journey.py").read_text(encoding="utf-8")
    assert 'task="regression")' in journey, "cookiecutter --no-input … task=regression"


def test_every_figure_comes_from_a_file_that_a_command_writes() -> None:
    figure = re.compile(r"\d[\d.,]*\s?(?:s|ms|min|minutes?|seconds?|hours?|[KMG]i?B|%|×|rows)\b")
    lead = BENCH.sub("", LEAD)
    assert lead != LEAD
    # Limits that are set, each beside where the program has it.
    limits = {
        "10 MB": (TEMPLATE + "/scripts/snapshot.sh", "above 10 MB"),
        "100,000 rows": (
            TEMPLATE + "/src/project/data/profile.py",
            "50_000  # rows; at most twice",
        ),
    }
    bare = json.loads((ROOT / "docs/bare.json").read_text(encoding="utf-8"))
    first_model = f"{bare['seconds']['all']:.0f} seconds on {bare['cores']} cores"
    assert first_model in lead
    lead = lead.replace(first_model, "")
    found = set(figure.findall(lead)) | set(figure.findall(README))
    assert found == set(limits)
    for said, (file, words) in limits.items():
        assert words in (ROOT / file).read_text(encoding="utf-8"), said


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a run, its data committed, to follow the README in to its last line."""
    made = render(tmp_path_factory.mktemp("readme"))
    succeed(made, "train", "ARGS=experiment=debug seed=9")
    commit(made, "First")
    return made


def values(project: Path) -> dict[str, str]:
    """Return what a reader puts for the placeholders: the newest run, and a row of it."""
    runs = sorted((project / "runs").iterdir(), key=lambda run: run.stat().st_mtime_ns)
    if not runs:
        return {}
    row = pq.read_table(runs[-1] / "predictions.parquet")["row_id"][0].as_py()
    return {"<row id>": str(row), "<id>": runs[-1].name}


@pytest.mark.docker
@pytest.mark.parametrize("command", HERE_RUN)
def test_a_command_of_the_readme_does_what_it_is_there_for(project: Path, command: str) -> None:
    (project / "runs").mkdir(exist_ok=True)
    target, *given = words(command, values(project))
    if less := LESS.get(target):
        own = "".join(part.removeprefix("ARGS=") for part in given if part.startswith("ARGS="))
        given = [part for part in given if not part.startswith("ARGS=")] + [f"ARGS={own} {less}"]
    done = make(project, target, *given)
    verdict = target in VERDICTS and "Error 1" in done.err
    assert done.code == 0 or verdict, done.out + done.err
    assert "Traceback" not in done.err
