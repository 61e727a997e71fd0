"""Fit a model in a process of its own, and print the fingerprints of what it is and predicts.

Started by `repeats_with_its_seed` and by nobody else: what to fit comes pickled on standard input.
"""

import pickle
import sys

from .case import Case


def _main() -> None:
    case: Case = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from the process that started this
    from ..fingerprint import fingerprint

    model = case.fitted.pipeline
    print(fingerprint(model), fingerprint(vars(case.predict(case.valid))))


if __name__ == "__main__":
    _main()
