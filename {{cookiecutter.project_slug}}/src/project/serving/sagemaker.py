"""The container's two commands, as SageMaker calls them: `docker run <image> train`, or `serve`.

    python -m project.serving.sagemaker serve     a model -> port 8080
    python -m project.serving.sagemaker train     /opt/ml/input -> /opt/ml/model

`serve` answers with what a training job left in /opt/ml/model, or else with the model that was
built into the image. `train` is in `job.py`.

References
----------
Amazon SageMaker AI developer guide, "Use your own training algorithms" and "Use your own inference
code with hosting services".
"""

import os
import sys
from pathlib import Path

import yaml
from omegaconf import OmegaConf

from .. import errors
from ..compute import pin
from ..config import Config, validate
from ..errors import ProjectError, RunError
from ..paths import PROJECT
from ..runs import MANIFEST

ML = Path("/opt/ml")
BUILT_IN = PROJECT.root / "served"
PORT = 8080
LOG = "PREDICTION_LOG"  # environment: a file, "-" for standard output; nothing keeps no rows


def serve() -> None:
    """Answer requests until the container is stopped."""
    folder = _model()
    config = _config(folder)
    pin(config.compute)
    from .journal import Journal
    from .model import open_model
    from .server import serve as listen
    from .service import Service

    model = open_model(folder, config.methods)
    service = Service(model, Journal(os.environ.get(LOG) or None))
    listen(service, ("0.0.0.0", PORT), Journal("-"))  # noqa: S104 -- the container's own network


def _model() -> Path:
    given = ML / "model"
    if (given / MANIFEST).is_file():
        return given
    if given.is_dir() and any(given.iterdir()):
        raise RunError(
            f"{given} holds no {MANIFEST}, so it is no model of this project: give what `train` of "
            "this image left there, or nothing for the model of the image"
        )
    if not (BUILT_IN / MANIFEST).is_file():
        raise RunError("there is no model in this image: build it by `make release RUN=<id>`")
    return BUILT_IN


def _config(folder: Path) -> Config:
    text = (folder / "config.yaml").read_text(encoding="utf-8")
    return validate(OmegaConf.create(dict(yaml.safe_load(text))))


def _main() -> None:
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case ["train"]:
            from .job import train

            sys.exit(train(ML, PROJECT.root, Path("/tmp/project")))  # noqa: S108 -- the container's
        case _:
            raise ProjectError("this image knows two commands: serve, and train")


if __name__ == "__main__":
    errors.run(_main)
