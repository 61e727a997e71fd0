"""Figures say what they are given: no formula is read into a name, none is left over as text."""

import re

import pytest

from project.report.figures import drawing, logarithmic, svg


def labels(low: float, high: float) -> list[str]:
    """Return the texts of a figure whose x axis goes by ratios."""
    with drawing() as (figure, axes):
        axes.plot([low, high], [5.0, 5.0])
        axes.set_yticks([])
        logarithmic(axes)
        return re.findall(r">([^<>\s]+)</text>", svg(figure, "cost"))


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(1e-4, 1e4, {"0.0001", "0.01", "1", "100", "10000"}), (0.2, 8.0, {"0.3", "1", "2", "6"})],
)
def test_ticks_of_ratios_are_plain_numbers(low: float, high: float, wanted: set[str]) -> None:
    found = labels(low, high)
    assert wanted <= set(found)
    assert all(float(text) > 0 for text in found)


def test_a_dollar_in_a_name_is_a_dollar() -> None:
    with drawing() as (figure, axes):
        axes.set_xlabel("price in $, tax in $")
        assert "price in $, tax in $" in svg(figure, "price")
