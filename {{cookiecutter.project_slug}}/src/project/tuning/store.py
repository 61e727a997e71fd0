"""Keep a study in SQLite, so that it goes on after whatever ended it.

`tuning/<study>/study.db` is Optuna's own format, which its dashboard opens. Only whole trials are
written, in the order of their numbers; the search itself works on a copy in memory (search.py).
"""

from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial

FILE = "study.db"


class Store:
    """The trials of all searches of a study, on disk; a context, which lets go of the file.

    Parameters
    ----------
    folder
        Of the study; it is made where there is none.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._storage = optuna.storages.RDBStorage(f"sqlite:///{folder / FILE}")
        self._studies: dict[str, Study] = {}

    def trials(self, name: str, direction: Literal["minimize", "maximize"]) -> list[FrozenTrial]:
        """Return the trials of one search, by number."""
        self._studies[name] = optuna.create_study(
            storage=self._storage, study_name=name, direction=direction, load_if_exists=True
        )
        return self._studies[name].get_trials(deepcopy=False)

    def keep(self, name: str, trials: list[FrozenTrial]) -> None:
        """Write finished trials."""
        self._studies[name].add_trials(trials)

    def note(self, name: str, key: str, value: Any) -> None:
        """Write a fact about one search, of plain values."""
        self._studies[name].set_user_attr(key, value)

    def noted(self, name: str, key: str) -> Any:
        """Return a fact about one search; None where none was written."""
        return self._studies[name].user_attrs.get(key)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._studies.clear()
        self._storage.remove_session()
        self._storage.engine.dispose()
