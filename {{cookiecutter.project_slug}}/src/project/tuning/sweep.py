"""The same search as a sweep of Weights & Biases: its YAML, from the same space."""

from typing import Any

from ..config import Config
from ..evaluation.costs import metrics_for
from .config import Sampler
from .space import Kind, Parameter, Parameters, levels

# What they have; a sweep has no CMA-ES.
_METHODS = {Sampler.tpe: "bayes", Sampler.random: "random", Sampler.grid: "grid"}
METHODS = ", ".join(sampler.value for sampler in _METHODS)


def sweep(config: Config, space: Parameters) -> dict[str, Any]:
    """Describe a search as `wandb sweep` takes it.

    Parameters
    ----------
    config
        With the model to search.
    space
        What is searched of it.

    Returns
    -------
    dict
        Method, metric, parameters by their keys in ARGS, and the command of each trial: a training
        of the project. A trial is scored on the validation rows, since it is a run of its own.
    """
    tuning, metric = config.tuning, metrics_for(config)[0]
    name = f"valid/model/{metric.name}".replace(" ", "_")
    found: dict[str, Any] = {
        "name": f"{config.model.name} of {config.data.target}",
        "project": config.tracking.project,
        "method": _METHODS[tuning.sampler],
        "metric": {"name": name, "goal": "maximize" if metric.higher_is_better else "minimize"},
        "run_cap": tuning.trials,
        "program": "src/project/train.py",
        "command": [
            *("python", "-m", "project.train", f"model={config.model.name}", f"seed={config.seed}"),
            *("tracking=online", "${args_no_hyphens}"),
        ],
        "parameters": {
            # Hydra adds what the model's file does not write out, and overrides what it does.
            f"++{key}": _parameter(one, tuning.levels if tuning.sampler is Sampler.grid else None)
            for key, one in space.items()
        },
    }
    if config.tracking.entity:
        found["entity"] = config.tracking.entity
    return found


def _parameter(one: Parameter, count: int | None) -> dict[str, Any]:
    if one.type is Kind.categorical or count is not None:
        return {"values": levels(one, count or 2)}
    ends: dict[str, Any] = {"min": one.low, "max": one.high}
    if one.type is Kind.int:
        ends = {"min": int(one.low or 0), "max": int(one.high or 0)}
    if one.log:
        kind = "q_log_uniform_values" if one.type is Kind.int else "log_uniform_values"
        return {"distribution": kind, **ends} | ({"q": 1} if one.type is Kind.int else {})
    if one.step is not None:
        return {"distribution": "q_uniform", **ends, "q": one.step}
    return {"distribution": "int_uniform" if one.type is Kind.int else "uniform", **ends}


def unsupported(config: Config) -> str | None:
    """Say what of a search a sweep can't do; None where it can do all of it."""
    tuning = config.tuning
    if tuning.sampler not in _METHODS:
        return f"tuning.sampler={tuning.sampler.value}: give one of {METHODS}"
    if len(tuning.models) > 1:
        return "tuning.models with several models: give one"
    if tuning.outer_folds or tuning.budget_s is not None:
        return "tuning.outer_folds and tuning.budget_s: leave them out"
    return None
