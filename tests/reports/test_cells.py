"""Cells of a region's tables: what they show of a value."""

from decimal import Decimal

import pytest

from reports import cells


@pytest.mark.parametrize(
    ("value", "words", "heat"),
    [
        (None, "—", None), ("0", "0", 0), ("0.01", "0", 1), ("0.50", "1", 1), ("37.50", "38", 2),
        # The even one of two halves once won: 62.50 was written 62.
        ("62.50", "63", 4), ("62.49", "62", 4), ("99.50", "100", 5), ("100", "100", 5),
    ],
)  # fmt: skip
def test_heat_is_rounded_half_up_as_every_score(value: str | None, words: str, heat: int | None) -> None:
    cell = cells.heated(None if value is None else Decimal(value))
    assert (cell.words, cell.heat) == (words, heat)
    assert cell.value == (None if value is None else Decimal(value))


@pytest.mark.parametrize(("value", "percent"), [("0.5", 1), ("62.5", 63), ("12.49", 12), ("100", 100)])
def test_bar_is_as_long_as_the_rounded_value(value: str, percent: int) -> None:
    assert cells.bar(Decimal(value)).percent == percent


@pytest.mark.parametrize(
    ("places", "words", "tone"), [(None, "—", ""), (3, "↑3", "good"), (-1, "↓1", "bad"), (0, "不变", "")]
)
def test_rank_that_rose_is_good(places: int | None, words: str, tone: str) -> None:
    cell = cells.climbed(places)
    assert (cell.value, cell.words, cell.tone) == (places, words, tone)


def test_share_of_nothing_is_none() -> None:
    assert cells.share(0, 0).words == "—"
    assert cells.share(1, 3).words == "33.33"
