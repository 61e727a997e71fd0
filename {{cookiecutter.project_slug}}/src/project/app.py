"""Run a command under Hydra, and say in one sentence what is wrong with an override.

Hydra gives overrides, groups, `--help`, `--cfg job` and multirun; what it raises on bad input is
rewritten here, since its own text speaks of its internals.
"""

import difflib
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hydra
import yaml
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig

from . import errors
from .config import Config, validate
from .errors import ConfigError
from .paths import PROJECT
from .tracking.config import begin_group


def run(command: Callable[[Config], None]) -> None:
    """Compose the configuration from `conf/` and the command line, and run a command with it.

    Parameters
    ----------
    command
        Takes the validated configuration. In a multirun it is called once for each job.
    """
    # Without this Hydra prints an error itself and exits 1; we want to word it and exit 2.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    failures: list[errors.ProjectError] = []
    composing = [True]

    @hydra.main(version_base="1.3", config_path=str(PROJECT.conf), config_name="config")
    def job(tree: DictConfig) -> None:
        composing[0] = False
        # Raising here would make Hydra add lines of its own.
        if failure := _failure(command, tree):
            failures.append(failure)
        composing[0] = True

    def whole() -> None:
        refuse_data_overrides(sys.argv[1:])
        if {"-m", "--multirun"} & set(sys.argv[1:]):
            begin_group()
        try:
            job()
        except Exception as error:
            # Hydra reads nothing but conf/ and ARGS, and does not raise its own errors alone.
            if not composing[0] and not isinstance(error, HydraException):
                raise
            raise ConfigError(explain(error, sys.argv[1:], PROJECT.conf)) from None
        for failure in failures[:-1]:
            print(f"error: {failure}", file=sys.stderr)
        if failures:
            raise failures[-1]

    errors.run(whole)


def _failure(command: Callable[[Config], None], tree: DictConfig) -> errors.ProjectError | None:
    """Run a command, and return what the user can mend; a defect is raised."""
    try:
        command(validate(tree))
    except errors.ProjectError as error:
        return error
    except Exception as error:
        refused = errors.of_machine(error)
        if refused is None:
            raise
        return refused
    return None


def refuse_data_overrides(arguments: list[str]) -> None:
    """Refuse `data.*` in ARGS: the stages on disk were made from the file.

    Raises
    ------
    ConfigError
        When an argument sets a key of `conf/data.yaml`.
    """
    for argument in arguments:
        if re.match(r"[+~]*data([.@=]|$)", argument):
            raise ConfigError(
                f"{argument}: the split on disk was made from conf/data.yaml; edit that file "
                "instead, and the stages follow by themselves"
            )


def explain(error: Exception, arguments: list[str], conf: Path) -> str:
    """Word what Hydra could not do with an override as one sentence with the way to mend it."""
    text = str(error)
    if isinstance(error, MissingConfigException) or "In 'config'" in text:
        found = re.search(r"Could not find '([\w./-]+)'", text)
        if found and "/" in found[1]:
            group, name = found[1].rsplit("/", 1)
            files = sorted((conf / group).glob("*.yaml"))
            choices = [file.stem for file in files if file != PROJECT.gates]
            return (
                f"{group}={name}: there is no conf/{group}/{name}.yaml; "
                f"choose one of {', '.join(choices)}"
            )
    found = re.search(r"Could not override '([^']+)'", text) or re.search(
        r"Could not append value to config.*?'([^']+)'|Could not delete .*?'([^']+)'", text
    )
    if found:
        key = found[1] or found[2]
        close = difflib.get_close_matches(key, list(known_keys(conf)), n=1, cutoff=0.5)
        hint = (
            f"did you mean '{close[0]}'?" if close else "`make train ARGS='--cfg job'` lists them"
        )
        return f"'{key}' names no key of conf/: {hint}"
    return f"ARGS {' '.join(arguments)}: {errors.first_line(error)}"


def known_keys(conf: Path) -> Iterator[str]:
    """List every key that an override may name, in the dotted form of the command line."""
    for file in sorted(conf.rglob("*.yaml")):
        if file in (PROJECT.schema, PROJECT.gates):
            continue
        parts = file.relative_to(conf).with_suffix("").parts
        prefix = "" if parts == ("config",) else f"{parts[0]}."
        if len(parts) > 1:
            yield parts[0]
        yield from _dotted(yaml.safe_load(file.read_text(encoding="utf-8")), prefix)


def _dotted(tree: object, prefix: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key not in {"defaults", "hydra"}:
                yield f"{prefix}{key}"
                yield from _dotted(value, f"{prefix}{key}.")
