"""Look for randomness that no seed reaches.

python -m project.audit            src/, tests/ and conf/; exits 1 when it finds any
python -m project.audit src/x.py   these files

A comment `# seed-audit: <reason>` on a line excuses what is found there.
"""

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import yaml

from .. import errors
from ..errors import ConfigError, first_line
from ..paths import PROJECT
from .draws import draws
from .finding import Finding, excuse, show
from .names import Names
from .order import order
from .targets import targets


def audit(file: Path) -> list[Finding]:
    """Return what is found in one Python or YAML file, in the order of its lines.

    Raises
    ------
    ConfigError
        When the file can't be read as what its name says.
    """
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".py":
            tree = ast.parse(text)
            names = Names(tree)
            found = list(draws(tree, names))
            # A test feeds no result: it may walk a folder as it comes.
            if "tests" not in file.parts:
                found += order(tree, names)
            return excuse(found, _comments(text))
        lines = {n: line for n, line in enumerate(text.splitlines(), start=1) if "#" in line}
        return excuse(list(targets(text)), lines)
    except (OSError, UnicodeDecodeError, SyntaxError, yaml.YAMLError) as error:
        raise ConfigError(f"{file} can't be read: {first_line(error)}") from None


def files(root: Path) -> Iterator[Path]:
    """List the files of a project that the audit looks at."""
    for folder, pattern in (("src", "*.py"), ("tests", "*.py"), ("conf", "*.yaml")):
        yield from sorted((root / folder).rglob(pattern))


def _comments(text: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def _main() -> None:
    found = 0
    for file in map(Path, sys.argv[1:]) if sys.argv[1:] else files(PROJECT.root):
        near = file.relative_to(PROJECT.root) if file.is_relative_to(PROJECT.root) else file
        for finding in audit(file):
            print(show(finding, near))
            found += 1
    if found:
        sys.exit(1)


if __name__ == "__main__":
    errors.run(_main)
