"""Division codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organization.codes import Level, above, ancestors, is_code, level_of, prefix

VILLAGE = "410523104201"


@pytest.mark.parametrize(
    ("level", "digits"),
    [(0, ""), (1, "41"), (2, "4105"), (3, "410523"), (4, "410523104"), (5, "410523104201")],
)
def test_prefix_is_as_long_as_the_level(level: int, digits: str) -> None:
    assert prefix(VILLAGE, level) == digits


def test_ancestors_come_province_first() -> None:
    assert ancestors(VILLAGE, Level.VILLAGE) == [
        "410000000000",
        "410500000000",
        "410523000000",
        "410523104000",
    ]


def test_above_is_the_nearest() -> None:
    assert above(VILLAGE, Level.VILLAGE) == "410523104000"
    assert above("410000000000", Level.PROVINCE) is None


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("410000000000", Level.PROVINCE),
        ("410500000000", Level.CITY),
        ("410523000000", Level.COUNTY),
        ("410523104000", Level.TOWNSHIP),
        (VILLAGE, Level.VILLAGE),
        ("441900003000", Level.TOWNSHIP),  # 东莞 has no counties
        ("000000000000", None),
        ("4105231042", None),
        ("41052310420x", None),
        ("４１０５２３００００００", None),
        ("", None),
    ],
)
def test_level_follows_from_the_digits(code: str, level: Level | None) -> None:
    assert level_of(code) == level


def test_township_of_a_city_without_counties_lies_below_the_city() -> None:
    assert above("441900003000", Level.TOWNSHIP) == "441900000000"


@given(st.integers(min_value=10**11, max_value=10**12 - 1))
def test_every_region_lies_inside_all_above_it(number: int) -> None:
    code = str(number)
    level = level_of(code)
    assert level is not None
    assert is_code(code, level)
    for step, outer in enumerate(ancestors(code, level), start=1):
        assert code.startswith(prefix(outer, step))
