"""Cross-validate the configured model where `compute` says, and print the bits that come out.

    ./scripts/container.sh python cluster_folds.py compute=dask model=forest

Run in a rendered project by test_clusters.py and tools/bench_compute.py; ROUNDS does it so often,
and the file BEGUN appears with the first result.
"""

import json
import os
import time
from pathlib import Path

from project import app
from project.compute import pin
from project.config import Config
from project.data.stages import ensure
from project.paths import PROJECT


def main(config: Config) -> None:
    """Print seconds of a first and a second round, and a fingerprint of each fold."""
    pin(config.compute)
    config.data = ensure(PROJECT)
    from project.data.load import load
    from project.fingerprint import fingerprint
    from project.models.crossval import cross_validate
    from project.models.folds import cut

    rows = load(config.data, PROJECT, "train")["train"]
    count, repeats = config.evaluation.folds, config.evaluation.repeats
    folds = cut(rows, config.data, None, count=count, repeats=repeats, seed=config.seed)
    seconds = []
    for _ in range(int(os.environ.get("ROUNDS", "1"))):
        start = time.perf_counter()
        results = []
        for result in cross_validate(config, rows, folds):
            results.append(result)
            if "BEGUN" in os.environ:
                Path(os.environ["BEGUN"]).touch()
        seconds.append(time.perf_counter() - start)
    prints = [fingerprint(vars(result.predictions)) for result in results]
    fits = [result.fit_s for result in results]
    print(json.dumps({"seconds": seconds, "fits": fits, "prints": prints}))


if __name__ == "__main__":
    app.run(main)
