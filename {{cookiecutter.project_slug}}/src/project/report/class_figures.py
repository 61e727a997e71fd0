"""Draw how a classifier did: confusion, ROC, precision and recall, reliability."""

from collections.abc import Iterator

import numpy as np
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from ..evaluation.intervals import share
from ..evaluation.metrics import Floats
from .figures import COLOURS, Drawn, drawing, label, svg, thin

_CLASSES = 12  # cells that can still be read
_LINES = len(COLOURS)
_POINTS = 200  # of a line
_BIN = 15  # rows, below which a share says next to nothing
_BINS = 10
Labels = np.ndarray


def draw(
    y_true: Labels, y_pred: Labels, proba: Floats, classes: list[str], confidence: float
) -> Iterator[Drawn]:
    """Draw all figures of a classifier.

    Parameters
    ----------
    y_true, y_pred
        Shape (n,): names of classes.
    proba
        Shape (n, classes).
    classes
        In the order of the columns of `proba`.
    confidence
        Of the intervals.
    """
    names, counts = np.unique(np.concatenate([y_true, y_pred]), return_counts=True)
    common = [str(names[i]) for i in np.lexsort((names, -counts))]
    yield _confusion(y_true, y_pred, common)
    # Of two classes the second is the one that is looked for; of several, each against the rest.
    shown = [classes[-1]] if len(classes) == 2 else [c for c in common if c in classes]
    lines = [(c, y_true == c, proba[:, classes.index(c)]) for c in shown]
    lines = [line for line in lines if 0 < line[1].sum() < len(y_true)][:_LINES]
    if lines:
        few = len(lines) < len(shown)
        note = f"The {len(lines)} most frequent of {len(shown)} classes." if few else ""
        yield _roc(lines, note)
        yield _precision_recall(lines, note)
    yield _reliability(y_true, proba, classes, confidence)


def _confusion(y_true: Labels, y_pred: Labels, common: list[str]) -> Drawn:
    kept = sorted(common[:_CLASSES])
    inside = np.isin(y_true, kept) & np.isin(y_pred, kept)
    counts = np.zeros((len(kept), len(kept)), dtype=int)
    rows, columns = (np.searchsorted(kept, part[inside]) for part in (y_true, y_pred))
    np.add.at(counts, (rows, columns), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 2.2 + 0.45 * len(kept)
    with drawing(side + 0.6, side) as (figure, axes):
        axes.grid(visible=False)
        axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
        axes.invert_yaxis()
        for (row, column), count in np.ndenumerate(counts):
            tone = "white" if shares[row, column] > 0.55 else "black"
            axes.text(column + 0.5, row + 0.5, str(count), ha="center", va="center", color=tone)
        ticks = np.arange(len(kept)) + 0.5
        shown = [label(name, 14) for name in kept]
        axes.set_xticks(ticks, shown, rotation=0 if len(kept) < 4 else 45)
        axes.set_yticks(ticks, shown)
        axes.set(xlabel="predicted", ylabel="true")
        note = "Rows by class; the shade is the share of the true class."
        if len(kept) < len(common):
            note += f" The {len(kept)} most frequent of {len(common)} classes."
        return Drawn("confusion", "Confusion matrix", svg(figure, "Confusion matrix"), note)


def _roc(lines: list[tuple[str, Labels, Floats]], note: str) -> Drawn:
    with drawing(4.6, 4.2) as (figure, axes):
        axes.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1)
        for name, truth, share in lines:
            wrong, right, _ = roc_curve(truth, share)
            area = auc(wrong, right)
            at = thin(len(wrong), _POINTS)
            axes.plot(wrong[at], right[at], label=f"{label(name)}: area {area:.3f}")
        axes.set(xlabel="false positive rate", ylabel="true positive rate")
        axes.legend(loc="lower right")
        return Drawn("roc", "ROC curve", svg(figure, "ROC curve"), note)


def _precision_recall(lines: list[tuple[str, Labels, Floats]], note: str) -> Drawn:
    with drawing(4.6, 4.2) as (figure, axes):
        for (name, truth, share), colour in zip(lines, COLOURS, strict=False):
            precision, recall, _ = precision_recall_curve(truth, share)
            area = average_precision_score(truth, share)
            at = thin(len(recall), _POINTS)
            axes.step(
                recall[at],
                precision[at],
                where="post",
                color=colour,
                label=f"{label(name)}: average {area:.3f}",
            )
            axes.axhline(float(truth.mean()), color=colour, linestyle=":", linewidth=1)
        axes.set(xlabel="recall", ylabel="precision", ylim=(0, 1.03))
        axes.legend(loc="lower left")
        note = f"{note} Dotted: chance, the share of the class.".strip()
        title = "Precision and recall"
        return Drawn("precision_recall", title, svg(figure, title), note)


def bins(chance: Floats, hit: Labels, confidence: float) -> Floats:
    """Group rows by their predicted probability, and count how often it came true.

    Parameters
    ----------
    chance, hit
        Shape (n,): the predicted probability of something, and whether it came true.
    confidence
        Of the intervals.

    Returns
    -------
    numpy.ndarray
        Shape (bins, 5): mean probability, share that came true, its Wilson interval, rows; bins of
        as many rows each, rows of one probability together.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22:209.
    """
    count = max(1, min(_BINS, len(chance) // _BIN))
    edges = np.unique(np.quantile(chance, np.linspace(0, 1, count + 1)))
    place = np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, max(len(edges) - 2, 0))
    found = []
    for one in np.unique(place):
        inside = place == one
        rows, true = int(inside.sum()), int(hit[inside].sum())
        came = share(true, rows, confidence)
        found.append([chance[inside].mean(), came.value, came.low, came.high, rows])
    return np.array(found)


def event(y_true: Labels, proba: Floats, classes: list[str]) -> tuple[Floats, np.ndarray, str]:
    """Return what a classifier's reliability is judged by.

    Parameters
    ----------
    y_true, proba, classes
        As for `draw`.

    Returns
    -------
    tuple
        The probability of something, shape (n,); whether it came true, shape (n,); and what it is:
        of two classes the second, of several the likeliest of each row.
    """
    if len(classes) == 2:
        return proba[:, 1], y_true == classes[1], label(classes[1])
    likeliest = np.array(classes)[proba.argmax(axis=1)]
    return proba.max(axis=1), y_true == likeliest, "the likeliest class"


def _reliability(y_true: Labels, proba: Floats, classes: list[str], confidence: float) -> Drawn:
    chance, hit, what = event(y_true, proba, classes)
    table = bins(chance, hit, confidence)
    mean, share, low, high = table[:, :4].T
    with drawing(4.6, 4.2) as (figure, axes):
        axes.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1)
        axes.fill_between(mean, low, high, color=COLOURS[0], alpha=0.18, linewidth=0)
        axes.vlines(mean, low, high, color=COLOURS[0], linewidth=1)
        axes.plot(mean, share, "o-", color=COLOURS[0], markersize=4)
        axes.set(
            xlabel=f"predicted probability of {what}",
            ylabel="share that came true",
            xlim=(-0.02, 1.02),
            ylim=(-0.02, 1.02),
        )
        each = len(y_true) // len(table)
        note = f"About {each} rows at each dot; Wilson intervals of {confidence:.0%}."
        return Drawn("reliability", "Reliability", svg(figure, "Reliability"), note)
