"""Let FLAML learn on the outer folds of a table, each within so many seconds.

python flaml_quality.py TABLE.csv TARGET TASK < FOLDS.json

FOLDS.json is what search_quality.py prints: the test rows of each fold, and the seconds that the
project took, which are FLAML's budget. Prints JSON: the score of each fold.
"""

import json
import sys

import numpy as np
import pandas as pd
from flaml import AutoML


def main() -> None:
    """Fit and score each fold."""
    file, goal, task = sys.argv[1:]
    rows = pd.read_csv(file).dropna(subset=[goal]).reset_index(drop=True)
    if task == "classification":
        rows[goal] = rows[goal].astype(str)
    scores = []
    for fold in json.load(sys.stdin):
        test = np.zeros(len(rows), dtype=bool)
        test[fold["test"]] = True
        x, y = rows.drop(columns=goal), rows[goal].to_numpy()
        model = AutoML()
        metric = "accuracy" if task == "classification" else "mae"
        model.fit(
            *(x[~test], y[~test]),
            task=task,
            metric=metric,
            time_budget=fold["ours_s"],
            seed=0,
            n_jobs=1,
            verbose=0,
        )
        said = model.predict(x[test])
        hit = said == y[test] if task == "classification" else np.abs(said - y[test])
        scores.append(float(np.mean(hit)))
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
