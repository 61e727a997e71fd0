"""Find the checks: every function `(case: Case) -> CheckResult` of a module in this package.

A check of your own is such a function in a file of your own here; nothing else needs to know it.
The first line of its docstring says what it does; `FAILURE` of the module names its class.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .. import checks
from .case import Case
from .result import CheckResult, Failure

QUICK = ("overfits_a_batch", "repeats_with_its_seed", "odd_cells_are_refused_or_predicted")


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes
    ----------
    name
        The function's name, by which it can be waived.
    failure
        The class of failure that it looks for.
    function
        What does it.
    """

    name: str
    failure: Failure
    function: Callable[[Case], CheckResult]

    @property
    def title(self) -> str:
        """The name for people."""
        return self.name.replace("_", " ")

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return (inspect.getdoc(self.function) or self.title).splitlines()[0]


def all_checks() -> list[Check]:
    """Return the checks by class of failure, and within one as they stand in their files."""
    order = list(Failure)
    return sorted(_found(), key=lambda check: order.index(check.failure))


def _found() -> Iterator[Check]:
    for info in sorted(pkgutil.iter_modules(checks.__path__), key=lambda info: info.name):
        if info.name == "again":  # a program
            continue
        module = importlib.import_module(f"{checks.__name__}.{info.name}")
        failure = getattr(module, "FAILURE", Failure.own)
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            signature = inspect.signature(function)
            kinds = [parameter.annotation for parameter in signature.parameters.values()]
            if (
                function.__module__ == module.__name__
                and kinds == [Case]
                and signature.return_annotation is CheckResult
            ):
                yield Check(name, failure, function)
