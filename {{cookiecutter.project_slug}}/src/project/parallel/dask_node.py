"""Start a worker of Dask's, pinned as the configuration says.

    python -m project.parallel.dask_node compute=dask compute.address=tcp://scheduler:8786

`make cluster` starts them on this machine; on others, start one for each core.
"""

import os
import sys

from .. import app
from ..compute import pin
from ..config import Backend, Config
from ..paths import PROJECT
from . import require


def _main(config: Config) -> None:
    require(Backend.dask)
    pin(config.compute)
    # One piece at a time, as a process of this machine does; it may use as much memory as that.
    # No nanny, since it starts workers with a hash seed of its own; compose.yaml starts one anew.
    arguments = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--no-dashboard")
    place = ("--local-directory", "/tmp/dask", "--death-timeout", "60")  # noqa: S108 -- in a container, which nobody shares
    os.environ["PYTHONPATH"] = str(PROJECT.root / "src")
    program = (sys.executable, "-m", "distributed.cli.dask_worker", config.compute.address)
    os.execv(sys.executable, [*program, *arguments, *place])


if __name__ == "__main__":
    app.run(_main)
