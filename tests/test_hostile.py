"""Broken files go through the real stages: each is read, or refused in one sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from engine import inside, succeed

pytestmark = pytest.mark.docker
# Runs in the container: corrupts the table in every way, and tells what the stages made of it.
SCRIPT = """
import json, os, pathlib, re, runpy, shutil, sys
sys.path.insert(0, ".")
import dvc.repo  # once, for all the processes that are forked from this one
from tests.data.corrupt_files import FILES
def stages():
    out, err = pathlib.Path("/tmp/out"), pathlib.Path("/tmp/err")
    if (child := os.fork()) == 0:
        for number, file in ((1, out), (2, err)):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        code = 1
        try:
            runpy.run_module("project.data.stages", run_name="__main__")
        except SystemExit as ended:
            code = ended.code
        except BaseException:
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, out.read_text(), err.read_text()
source, config = pathlib.Path("data/source"), pathlib.Path("conf/data.yaml")
kept = config.read_text()
def state():
    outputs = ("data/validated/table.parquet", "data/split/split.parquet", "conf/schema.yaml")
    return {name: pathlib.Path(name).read_bytes() for name in outputs}
good = state()
# What is accepted is read whole by the project's own tests; here a few of a kind will do.
few = ("a byte order mark", "newlines in quotes", "gzip", "a folder of parts")
for corruption in FILES:
    if corruption.reason and corruption.name not in few:
        continue
    shutil.rmtree(source)
    source.mkdir()
    path = corruption.make(source)
    config.write_text(re.sub("(?m)^source: .*", f"source: {path}", kept))
    code, out, err = stages()
    print(json.dumps({
        "name": corruption.name, "accepted": bool(corruption.reason), "words": corruption.words,
        "source": str(path), "code": code, "out": out, "err": err,
        "same": state() == good,
    }), flush=True)
    good = state()
"""


def test_every_broken_file_is_read_or_refused_in_one_sentence(
    render: Callable[..., Path], tmp_path: Path
) -> None:
    project = render(tmp_path / "out")
    healthy = "import sys; from tests.data.corrupt import *; sys.stdout.write(text_of(healthy()))"
    made = inside(project, "python", "-c", healthy)
    assert made.code == 0, made.err
    (project / "data/source").mkdir()
    (project / "data/source/t.csv").write_text(made.out)
    config = project / "conf/data.yaml"
    text = config.read_text()
    for old, new in (("sample/penguins.csv", "source/t.csv"), ("sex", "kind")):
        assert old in text
        text = text.replace(old, new)
    config.write_text(text)
    succeed(project, "data")

    (project / "hostile.py").write_text(SCRIPT)
    done = inside(project, "python", "hostile.py")
    told = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0, done.err
    assert len(told) >= 35
    for case in told:
        assert "Traceback" not in case["out"] + case["err"], case
        assert case["code"] == (0 if case["accepted"] else 2), case
        if case["accepted"]:
            continue
        assert case["same"], case
        sentences = [line for line in case["err"].splitlines() if line.startswith("error: ")]
        assert len(sentences) == 1, case
        assert case["err"].splitlines() == sentences, case
        assert sentences[0].startswith(f"error: {case['source']}"), case
        for word in case["words"]:
            assert word in sentences[0], case
