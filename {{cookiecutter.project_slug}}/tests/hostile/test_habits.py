"""No code of the project reads what others wrote in a way that could run it: told by its syntax."""

import ast
from pathlib import Path

import pytest

from project.paths import PROJECT

FILES = sorted(PROJECT.code.rglob("*.py"))
# Pickles go from a process to its own child or to a worker that it trusts, and nowhere else; the
# handshake with workers is in parallel/handshake.py.
PICKLES = {
    "checks/again.py",
    "checks/repetition.py",
    "parallel/work.py",
    "parallel/slurm_workers.py",
}
SAFE_LOADERS = {"CSafeLoader", "SafeLoader"}
# Each takes a text, a file or an archive, and does what is in it.
FORBIDDEN = {
    *("eval", "exec", "compile", "os.system", "os.popen", "marshal.loads", "marshal.load"),
    *("yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "yaml.unsafe_load_all"),
    *("joblib.load", "pd.read_pickle", "pandas.read_pickle", "dill.load", "dill.loads"),
    *("shelve.open", "tarfile.open", "shutil.unpack_archive", "runpy.run_path"),
}


def name_of(node: ast.expr) -> str:
    """Return the dotted name that an expression spells; empty for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return ""


def faults(source: str, name: str) -> list[str]:
    """List what a module does that it must not."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            if names & {"pickle", "cloudpickle", "dill"} and name not in PICKLES:
                found.append(f"{name}:{node.lineno} imports pickle")
        if not isinstance(node, ast.Call):
            continue
        called, given = name_of(node.func), {k.arg: k.value for k in node.keywords}
        if called in FORBIDDEN:
            found.append(f"{name}:{node.lineno} calls {called}")
        if called == "yaml.load" and not _safe(node, source):
            found.append(f"{name}:{node.lineno} calls yaml.load without a safe loader")
        if called.endswith(".extractall"):
            found.append(f"{name}:{node.lineno} calls {called}")
        found += [
            f"{name}:{node.lineno} calls {called} with {key}"
            for key in ("allow_pickle", "shell")
            if key in given and ast.dump(given[key]) != "Constant(value=False)"
        ]
        if (
            called == "skops.io.load"
            and "get_untrusted_types" in ast.dump(node)
            and (name not in {"models/trusted.py", "checks/implementation.py"})
        ):
            found.append(f"{name}:{node.lineno} trusts whatever a model file holds")
    return found


def _safe(call: ast.Call, source: str) -> bool:
    """Tell whether yaml.load is given a safe loader, by name or by the type of an argument."""
    loader = call.args[1] if len(call.args) > 1 else next(iter(call.keywords)).value
    if name_of(loader).rpartition(".")[2] in SAFE_LOADERS:
        return True
    return isinstance(loader, ast.Name) and f"{loader.id}: type[yaml.CSafeLoader]" in source


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PROJECT.code).as_posix())
def test_no_module_runs_what_it_reads(file: Path) -> None:
    name = file.relative_to(PROJECT.code).as_posix()
    assert faults(file.read_text(encoding="utf-8"), name) == []


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "yaml.load(text, yaml.Loader)",
        "yaml.load(text, Loader=yaml.UnsafeLoader)",
        "yaml.unsafe_load(text)",
        "import pickle",
        "from pickle import loads",
        "np.load(file, allow_pickle=True)",
        "subprocess.run(text, shell=True)",
        "joblib.load(file)",
        "archive.extractall(folder)",
        "skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))",
    ],
)
def test_each_of_these_is_found(line: str) -> None:
    assert len(faults(line, "some/module.py")) == 1
