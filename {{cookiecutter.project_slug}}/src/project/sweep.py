"""Write the search of `make tune` as a sweep of Weights & Biases.

    make sweep ARGS="model=boosting"      conf/tuning/space/boosting.yaml -> reports/sweep.yaml

What it prints at its end starts the sweep, and an agent that trains its runs.
"""

import yaml

from . import app
from .config import Config
from .data.stages import ensure
from .errors import ConfigError
from .locks import reading
from .paths import PROJECT, Paths

FILE = "sweep.yaml"


def run(config: Config, paths: Paths) -> None:
    """Write reports/sweep.yaml.

    Raises
    ------
    ConfigError
        When a sweep can't search that way, or the model has no such parameter.
    """
    from .files import replacing
    from .tuning.families import families
    from .tuning.study import enter
    from .tuning.sweep import sweep, unsupported

    config.data = ensure(paths)
    refused = unsupported(config)
    if refused:
        raise ConfigError(f"a sweep of Weights & Biases has no {refused}")
    entry = enter(families(config)[0], paths)
    name = entry.config.model.name
    with replacing(paths.reports / FILE) as scratch:
        head = f'# A sweep of {name}. Written by: make sweep ARGS="model={name}"\n'
        text = yaml.safe_dump(sweep(entry.config, entry.space), sort_keys=False)
        scratch.write_text(head + text, encoding="utf-8")
    print(
        f"reports/{FILE} searches {name} as `make tune` does, but scores a trial on the validation "
        "rows and prunes none. With WANDB_API_KEY in .env:\n"
        f"  NETWORK=bridge ./scripts/container.sh wandb sweep reports/{FILE}\n"
        "  NETWORK=bridge ./scripts/container.sh wandb agent <what it prints>"
    )


def _main(config: Config) -> None:
    with reading(PROJECT):
        run(config, PROJECT)


if __name__ == "__main__":
    app.run(_main)
