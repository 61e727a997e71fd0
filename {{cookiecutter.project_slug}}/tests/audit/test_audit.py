"""The audit finds every kind of draw and order that no seed holds still, and no other."""

import subprocess
import sys
from pathlib import Path

import pytest

from project.audit.__main__ import audit, files
from project.paths import PROJECT

HITS = {
    "import numpy as np\nnp.random.default_rng()": "default_rng takes a new seed",
    "import numpy as np\nnp.random.default_rng(None)": "default_rng takes a new seed",
    "from numpy.random import default_rng as d\nd(seed=None)": "seed=None",
    "from numpy import random\nrandom.RandomState()": "RandomState takes a new seed",
    "from numpy.random import Generator, PCG64\nGenerator(PCG64())": "PCG64 takes a new seed",
    "import time, numpy as np\nnp.random.default_rng(int(time.time()))": "comes from time.time",
    "import random\nrandom.shuffle(rows)": "the whole process shares",
    "import random as r\nr.seed(0)": "the whole process shares",
    "from random import gauss\ngauss(0, 1)": "the whole process shares",
    "import random\nrandom.Random()": "random.Random takes a new seed",
    "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier()": "got none",
    "from sklearn import svm\nsvm.SVC(random_state=None)": "random_state=None",
    "import sklearn.cluster\nsklearn.cluster.KMeans(3)": "sklearn.cluster.KMeans takes a seed",
    "from sklearn.model_selection import KFold\nKFold(5, shuffle=True)": "KFold takes a seed",
    "from sklearn.model_selection import ShuffleSplit\nShuffleSplit(5)": "ShuffleSplit takes",
    "from sklearn.model_selection import train_test_split as t\nt(x, y)": "got none",
    "from sklearn.utils import shuffle\nshuffle(x)": "sklearn.utils.shuffle takes a seed",
    "from sklearn.utils import resample\nresample(x, replace=False)": "resample takes a seed",
    "def f():\n from sklearn.datasets import make_blobs\n make_blobs(9)": "make_blobs takes",
    "frame.sample(frac=0.5)": ".sample() without a seed",
    "frame.groupby('a').sample(3)": ".sample() without a seed",
    "from scipy import stats\nstats.norm(0, 1).rvs(9)": ".rvs() without a seed",
    "Own(random_state=None)": "Own(random_state=None)",
    "for name in {'a', 'b'}: use(name)": "in the order of a hash",
    "names = set(rows)\nlist(names)": "names is walked",
    "names: set[str] = make()\nout = [f(name) for name in names]": "names is walked",
    "def f(names: frozenset[str]):\n return tuple(names)": "names is walked",
    "', '.join({'a'} | other)": "in the order of a hash",
    "for key in first.keys() - second: use(key)": "in the order of a hash",
    "first = next(iter(set(rows)))": "set(rows) is walked",
    "out = [*{'a', 'b'}]": "in the order of a hash",
    "out = {name: 1 for name in frozenset(rows)}": "in the order of a hash",
    "dict.fromkeys(seen.union(x)) if (seen := 1) else list(set(a).union(b))": "set(a).union(b)",
    "import os\nfor name in os.listdir('.'): use(name)": "os.listdir() comes in the order",
    "from glob import glob\nfiles = glob('*.csv')": "glob() comes in the order",
    "files = [f for f in folder.iterdir() if f.is_file()]": "folder.iterdir() comes",
    "from pathlib import Path\nfiles = list(Path('.').rglob('*'))": "rglob() comes",
    "bucket = hash(name) % 10": "hash() of a text",
    "x = 1  # seed-audit: nothing is wrong here": "excuses nothing",
    "import random\nrandom.random()  # seed-audit:": "without a reason",
}
CLEAN = [
    "import numpy as np\nnp.random.default_rng(0)\nnp.random.default_rng(config.seed)",
    "from numpy.random import Generator, PCG64\nGenerator(PCG64(seed)).shuffle(rows)",
    "import random\nrandom.Random(7).shuffle(rows)\nrandom.Random(7).sample(rows, 2)",
    "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(random_state=0)",
    "from sklearn.linear_model import LogisticRegression as L\nL(**arguments)",
    "from sklearn.linear_model import LinearRegression\nLinearRegression()",
    "from sklearn.model_selection import KFold, GroupKFold\nKFold(5), GroupKFold(3)",
    "from sklearn.model_selection import train_test_split as t\nt(x, y, random_state=seed)",
    "from sklearn.model_selection import train_test_split as t\nt(x, y, shuffle=False)",
    "from sklearn.utils import shuffle\nshuffle(x, random_state=seed)",
    "from nowhere import Own\nOwn()",
    "frame.sample(frac=0.5, random_state=1)\npolars_frame.sample(9, seed=1)",
    "for name in sorted({'a', 'b'}): use(name)",
    "names = set(rows)\nlen(names), 'a' in names, max(names), sorted(names), names <= other",
    "names = {'a'}\nsorted(f(name) for name in names)",
    "upper = {name.upper() for name in {'a', 'b'}}",
    "names = {'a'}\nnames = list(rows)\nlist(names)",
    "(only,) = {'a'}",
    "for key in mapping.keys(): use(key)",
    "total = 3 - 1\nfor i in range(total - 1): use(i)",
    "import os\nfor name in sorted(os.listdir('.')): use(name)",
    "files = sorted(f for f in folder.iterdir() if f.is_file())",
    "empty = not any(folder.iterdir())",
    "class A:\n def __hash__(self):\n  return hash(self.x)",
    "import random\nrandom.random()  # seed-audit: only colours the terminal",
    "import random\nuse(\n    random.random(),  # seed-audit: jitter of a retry\n)",
    "text = '# seed-audit: in a string is no comment'",
]
MODEL = "regression:\n  _target_: sklearn.ensemble.RandomForestRegressor\n"


def found(text: str, folder: Path, name: str = "module.py") -> list[str]:
    """Return what the audit says of a text."""
    (folder / name).write_text(text)
    return [f"{finding.line}: {finding.what}: {finding.mend}" for finding in audit(folder / name)]


@pytest.mark.parametrize(("text", "words"), HITS.items(), ids=range(len(HITS)))
def test_what_no_seed_holds_still_is_found(text: str, words: str, tmp_path: Path) -> None:
    said = found(text, tmp_path)
    assert any(words in line for line in said), said
    assert said[0].startswith(f"{text.count(chr(10)) + 1}:")


@pytest.mark.parametrize("text", CLEAN, ids=range(len(CLEAN)))
def test_clean_code_is_left_alone(text: str, tmp_path: Path) -> None:
    assert found(text, tmp_path) == []


@pytest.mark.parametrize("name", ["rand", "normal", "seed", "shuffle", "choice", "permutation"])
def test_the_global_generator_of_numpy_is_found_by_ruff(name: str) -> None:
    done = subprocess.run(
        [
            "ruff",
            "check",
            "--no-cache",
            "--output-format=concise",
            "--stdin-filename=src/x.py",
            "-",
        ],
        input=f"from numpy import random\n\nrandom.{name}(3)\n",
        cwd=PROJECT.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "NPY002" in done.stdout


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (MODEL, [2]),
        (MODEL + "  random_state: null\n", [2]),
        (MODEL + "  random_state: ${seed}\n", []),
        (MODEL.replace("Regressor", "Regressor # seed-audit: drawn anew"), []),
        ("x:\n  - estimator: {_target_: sklearn.cluster.KMeans, n_clusters: 3}\n", [2]),
        ("_target_: sklearn.model_selection.KFold\nshuffle: false\n", []),
        ("_target_: sklearn.model_selection.KFold\nshuffle: true\n", [1]),
        ("_target_: sklearn.linear_model.LinearRegression\n", []),
        ("_target_: nowhere.Own\n", []),
        ("just: text\n", []),
        ("# nothing\n", []),
    ],
)
def test_a_model_without_a_seed_is_found_in_the_configuration(
    text: str, lines: list[int], tmp_path: Path
) -> None:
    assert [int(line.split(":")[0]) for line in found(text, tmp_path, "model.yaml")] == lines


def test_a_test_may_walk_a_folder_as_it_comes_but_not_draw(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    text = "import random\nlist(folder.iterdir())\nrandom.random()\n"
    (said,) = found(text, tmp_path / "tests")
    assert said.startswith("3:")


def test_this_project_passes() -> None:
    looked = {file: audit(file) for file in files(PROJECT.root)}
    assert PROJECT.conf / "model" / "forest.yaml" in looked
    assert {file: hits for file, hits in looked.items() if hits} == {}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import random\nrandom.random()\n", 1, "module.py:2: random.random draws"),
        ("x = 1\n", 0, ""),
        ("def (\n", 2, "error: "),
    ],
)
def test_a_finding_is_one_line_and_ends_the_command_with_1(
    text: str, code: int, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "module.py"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "project.audit", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    said = done.stdout + done.stderr
    assert words in said
    assert len(said.splitlines()) == (code > 0)
