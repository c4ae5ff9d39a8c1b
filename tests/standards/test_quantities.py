"""A quantity whose limit lies in bands: which band holds, what is earned, and the words for it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from standards.describing import measure_words, threshold_words
from standards.faults import Faults
from standards.measures import achieved, facts, parse_value, status
from standards.quantities import Band, Banded, Quantity

AREA = Banded(
    (Band(Decimal(200), Decimal(50_000)), Band(Decimal(300), Decimal(100_000)), Band(Decimal(400))),
    basis="常住人口",
    unit="平方米",
    basis_unit="人",
    partial="proportional",
)


@pytest.mark.parametrize(
    ("basis", "value", "earned", "state"),
    [
        ("49999", "200", Fraction(4), "met"),
        ("50000", "200", Fraction(8, 3), "partly"),
        ("50000", "300", Fraction(4), "met"),
        ("99999.5", "299.5", Fraction(4) * Fraction("299.5") / 300, "partly"),
        ("100000", "100", Fraction(1), "partly"),
        ("0", "0", Fraction(0), "not_met"),
    ],
)
def test_the_band_of_the_basis_decides(basis: str, value: str, earned: Fraction, state: str) -> None:
    quantity = Quantity(Decimal(basis), Decimal(value))
    assert achieved(AREA, quantity, Decimal(4), "township") == earned
    assert status(AREA, quantity, Decimal(4), "township") == state


def test_without_proportion_a_smaller_value_earns_nothing() -> None:
    whole = Banded(AREA.bands, AREA.basis)
    assert achieved(whole, Quantity(Decimal(1), Decimal("199.9")), Decimal(4), "township") == 0


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ({"basis": "-1", "value": "3"}, ["value.basis"]),
        ({"basis": "", "value": "many"}, ["value.basis", "value.value"]),
        ({"value": "3"}, ["value.basis"]),
        ("210", ["value", "value.basis", "value.value"]),
    ],
)
def test_half_an_answer_is_refused_with_its_place(raw: object, paths: list[str]) -> None:
    with pytest.raises(Faults) as caught:
        parse_value(AREA, raw, "township")
    assert {fault.path for fault in caught.value.faults} <= set(paths)
    assert caught.value.faults


def test_words_say_each_band_and_facts_the_one_that_held() -> None:
    told = (
        "常住人口不足 50,000 人的，不低于 200 平方米；常住人口不足 100,000 人的，不低于 300 平方米；"
        "其余不低于 400 平方米"
    )
    assert threshold_words(AREA, "township") == told
    assert measure_words(AREA) == f"{told}；不足的按比例得分"
    assert facts(AREA, Quantity(Decimal(60_000), Decimal(210)), "township") == {
        "value": "210",
        "unit": "平方米",
        "minimum": "300",
        "basis": "60000",
        "basis_name": "常住人口",
        "basis_unit": "人",
    }
