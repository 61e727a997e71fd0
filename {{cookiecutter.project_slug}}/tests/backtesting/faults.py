"""Faults of production, each planted into a log; what must name it, and what may tell of it too."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from project.backtesting.known import Known
from project.config import Config
from project.data.config import Task
from project.serving import log

from .production import FINISHED, configure, fruits, logged, model

ROWS, HALF = 800, 400
BOTH = ("classification", "regression")
# What follows from inputs that are not what they were.
FOLLOWS = {"inputs", "predictions", "quality", "age", "slices", "coverage", "units"}
JUDGED = {"quality", "age", "slices", "coverage"}


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes
    ----------
    plant
        Takes the model, the configuration and clean rows; returns a log.
    finding, words
        Which finding must fail, and words of its evidence.
    also
        Which others may.
    tasks
        Where it can be planted.
    """

    plant: Callable[[Known, Config, pd.DataFrame], pd.DataFrame]
    finding: str
    words: tuple[str, ...]
    also: frozenset[str] | set[str] = frozenset()
    tasks: tuple[str, ...] = BOTH


FAULTS: dict[str, Fault] = {}


def fault(
    finding: str,
    *words: str,
    also: set[str] | frozenset[str] = frozenset(),
    tasks: tuple[str, ...] = BOTH,
) -> Callable[[Callable[[Known, Config, pd.DataFrame], pd.DataFrame]], None]:
    """Add a fault under the name of the function that plants it."""

    def add(plant: Callable[[Known, Config, pd.DataFrame], pd.DataFrame]) -> None:
        FAULTS[plant.__name__] = Fault(plant, finding, words, also, tasks)

    return add


def late(rows: pd.DataFrame) -> np.ndarray:
    """Tell which rows lie in the second half."""
    return np.arange(len(rows)) >= HALF


def target(config: Config) -> str:
    return config.data.target


@fault("inputs", "size: median", also=FOLLOWS)
def shifted_column(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    return logged(known, config, rows.assign(size=rows["size"] + np.where(late(rows), 1.2, 0.0)))


@fault("units", "size", "centimetres for inches", "row 401", also=FOLLOWS | {"schema"})
def unit_change_in_the_middle(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    return logged(known, config, rows.assign(size=rows["size"] * np.where(late(rows), 2.54, 1.0)))


@fault("units", "size", "divided by 1000", also=FOLLOWS)
def another_unit_from_the_first_row_on(
    known: Known, config: Config, rows: pd.DataFrame
) -> pd.DataFrame:
    return logged(known, config, rows.assign(size=rows["size"] / 1000))


@fault("inputs", "size: missing cells", also=FOLLOWS)
def a_sensor_that_fails(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    gone = late(rows) & (np.random.default_rng(5).random(len(rows)) < 0.4)
    return logged(known, config, rows.assign(size=rows["size"].mask(gone)))


@fault("schema", "colour", "teal", also=FOLLOWS)
def silent_new_category(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    new = (np.arange(len(rows)) > ROWS - 100) & (np.arange(len(rows)) % 5 == 0)
    return logged(known, config, rows.assign(colour=rows["colour"].mask(new, "teal")))


@fault("schema", "size", "is at most 20", also=FOLLOWS)
def one_cell_out_of_range(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    size = rows["size"].copy()
    size.iloc[17] = 9999.0
    return logged(known, config, rows.assign(size=size))


@fault("concept", "same inputs have another truth", also=JUDGED)
def stale_model(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    """The truth moves away, little by little."""
    whole = logged(known, config, rows)
    draw, at = np.random.default_rng(6), np.linspace(0, 1, len(rows))
    name = target(config)
    if config.data.task is Task.regression:
        return whole.assign(**{name: whole[name] + 20 * at})
    turned = draw.random(len(rows)) < 0.45 * at
    return whole.assign(
        **{name: np.where(turned, np.where(whole[name] == "plum", "apple", "plum"), whole[name])}
    )


@fault("skew", "'size' 0 where it is missing", also=FOLLOWS)
def gaps_filled_before_the_model(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    return logged(known, config, rows, asked=rows.assign(size=rows["size"].fillna(0.0)))


@fault("skew", "'size' scaled before it comes to the model", also=FOLLOWS)
def scaled_twice(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    train = known.subject.train["size"]
    return logged(
        known,
        config,
        rows,
        asked=rows.assign(size=(rows["size"] - train.mean()) / train.std(ddof=0)),
    )


@fault("skew", "'colour' in capital letters", also=FOLLOWS)
def categories_in_capitals(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    asked = rows.assign(colour=rows["colour"].map(str.upper, na_action="ignore"))
    return logged(known, config, rows, asked=asked)


@fault("skew", "not the model's own", also=FOLLOWS | {"uncertainty"})
def another_model_under_the_same_name(
    known: Known, config: Config, rows: pd.DataFrame
) -> pd.DataFrame:
    return logged(model(config, rows=120, seed=77), config, rows)


@fault("skew", "opposite order of classes", also=FOLLOWS | {"place"}, tasks=("classification",))
def probabilities_of_the_other_class(
    known: Known, config: Config, rows: pd.DataFrame
) -> pd.DataFrame:
    whole = logged(known, config, rows)
    apple, plum = f"{log.PROBABILITY}apple", f"{log.PROBABILITY}plum"
    return whole.assign(**{apple: whole[plum], plum: whole[apple]})


@fault("uncertainty", "of 800", "that of a coverage of about 6", "coverage is 90%")
def limits_of_another_coverage(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    other = configure(config.data.task.value, "methods.conformal.coverage=0.6")
    return logged(known, other, rows)


@fault("uncertainty", "1 of 800 sets", "from row 401", tasks=("classification",))
def one_set_that_lost_its_class(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    return whole.assign(**{log.SET: whole[log.SET].mask(whole.index == HALF + 1, "[]")})


@fault("uncertainty", "1 of 800 intervals", "from row 401", tasks=("regression",))
def one_interval_cut_at_zero(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    return whole.assign(**{log.LOW: whole[log.LOW].mask(whole.index == HALF + 1, 0.0)})


@fault("uncertainty", "abstentions are not", "from row 401", tasks=("classification",))
def abstaining_that_is_forgotten(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    return whole.assign(**{log.ABSTAIN: whole[log.ABSTAIN] & ~late(rows)})


@fault("place", "classes are swapped", "'apple' and 'plum'", also=JUDGED, tasks=("classification",))
def flipped_positive_class(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    other = whole["kind"].map({"plum": "apple", "apple": "plum"})
    return whole.assign(kind=whole["kind"].where(~late(rows), other))


@fault("place", "rows are mixed up", "belongs to the one 1 earlier", also=JUDGED)
def truth_joined_one_row_off(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    return whole.assign(**{target(config): np.roll(whole[target(config)].to_numpy(), 1)})


@fault("place", "joined to other rows", also=JUDGED)
def truth_joined_to_any_rows(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    dealt = np.random.default_rng(8).permutation(whole[target(config)].to_numpy())
    return whole.assign(**{target(config): dealt})


@fault("place", "truth looks as in training", "times 1000", also=JUDGED, tasks=("regression",))
def truth_in_another_unit(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    return whole.assign(weight=whole["weight"] * np.where(late(rows), 1000.0, 1.0))


@fault("arrival", "goes by what was predicted", also={"quality", "slices", "coverage"})
def truth_of_one_sort_alone(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    said = whole[log.PREDICTION]
    high = (said == "plum") if config.data.task is Task.classification else said > said.median()
    lost = high & (np.random.default_rng(9).random(len(whole)) < 0.6)
    return whole.assign(**{target(config): whole[target(config)].mask(lost)})


@fault("duplicates", "30 rows repeat another", "row 801")
def rows_logged_twice(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    twice = pd.concat([whole, whole.iloc[-30:]])
    twice.index = pd.RangeIndex(1, len(twice) + 1)
    return twice


@fault("duplicates", "with another truth")
def a_join_that_multiplies_rows(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    more = whole.iloc[100:110].copy()
    more[target(config)] = np.roll(whole[target(config)].to_numpy(), 7)[100:110]
    twice = pd.concat([whole, more]).sort_values(log.TIME, kind="stable")
    twice.index = pd.RangeIndex(1, len(twice) + 1)
    return twice


@fault("clock", "more than one kind", "400 without a zone")
def local_time_without_a_zone(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole = logged(known, config, rows)
    return whole.assign(**{log.TIME: whole[log.TIME].where(~late(rows), whole[log.TIME].str[:-1])})


@fault("clock", "goes back 1 times, first by 0.5 h before row 401")
def a_clock_set_back(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    return _moved(logged(known, config, rows), pd.Timedelta(hours=-2), late(rows))


@fault("clock", "before the model was made")
def answers_older_than_the_model(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    return _moved(logged(known, config, rows), pd.Timedelta(days=-20), late(rows) | True)


@fault("clock", "lie in the future")
def a_clock_that_is_years_ahead(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    return _moved(
        logged(known, config, rows), pd.Timedelta(days=36500), np.arange(ROWS) == ROWS - 1
    )


@fault("slices", "colour = green", also={"quality", "age", "coverage", "concept"})
def one_slice_goes_wrong(known: Known, config: Config, rows: pd.DataFrame) -> pd.DataFrame:
    whole, name = logged(known, config, rows), target(config)
    green = whole["colour"] == "green"
    if config.data.task is Task.regression:
        return whole.assign(weight=whole[name] + np.where(green, 15.0, 0.0))
    dealt = np.random.default_rng(10).permutation(whole[name].to_numpy())
    return whole.assign(kind=whole[name].where(~green, dealt))


def _moved(whole: pd.DataFrame, by: pd.Timedelta, where: np.ndarray) -> pd.DataFrame:
    time = pd.to_datetime(whole[log.TIME])
    time = time.mask(where, time + by)
    return whole.assign(**{log.TIME: time.dt.strftime("%Y-%m-%dT%H:%M:%SZ")})


def plant(name: str, known: Known, config: Config, seed: int = 1) -> pd.DataFrame:
    """Plant a fault into a log of clean rows."""
    assert known.finished == FINISHED
    return FAULTS[name].plant(known, config, fruits(ROWS, seed, config.data.target))
