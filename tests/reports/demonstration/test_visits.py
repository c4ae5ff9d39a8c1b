"""What is found at a center of the demonstration: plausible, steady, better where quality is better."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from reports.demonstration import remarks
from reports.demonstration.visits import Visit, fraction
from standards.answers import parse_answer
from standards.measures import achieved
from tests.stage import shipped

# Its total follows the zones that the visit itself found.
FOLLOWS = "site.zone_signs"


@pytest.mark.parametrize("kind", ["township", "village"])
@pytest.mark.parametrize("place", ["410523100000", "410523203000", "410523104217"])
def test_better_quality_finds_nothing_newly_missing(kind: str, place: str) -> None:
    worse, better = (Visit(place, kind, quality) for quality in (0.5, 0.8))
    for item in shipped().items(kind):
        if item.code != FOLLOWS:
            earned = [points(visit, item) for visit in (worse, better)]
            assert earned[0] <= earned[1], item.code


def points(visit: Visit, item: object) -> Fraction:
    value = parse_answer(item, visit.kind, {"value": visit._value(item.code, item.measure)}).value
    return achieved(item.measure, value, item.points, visit.kind)


def test_all_windows_of_a_center_are_the_same_number() -> None:
    visit = Visit("410523100000", "township", 0.7)
    codes = ("facilities.phone_ports", "facilities.wired_ports", "staff.backup_posts")
    assert len({visit._total(code) for code in codes}) == 1


def test_draw_is_spread_and_the_same_every_time() -> None:
    draws = [fraction("410523100000", str(number)) for number in range(2000)]
    assert draws == [fraction("410523100000", str(number)) for number in range(2000)]
    assert 0 <= min(draws) < 0.01 < 0.99 < max(draws) < 1
    assert 0.47 < sum(draws) / len(draws) < 0.53


@pytest.mark.parametrize(
    "table", [remarks.WEIGHTS, remarks.VILLAGE_WEIGHTS, remarks.MOOT, remarks.INAPPLICABLE]
)
def test_remarks_are_about_items_of_the_standard(table: Mapping[str, object]) -> None:
    codes = {item.code for item in shipped().items()}
    assert set(table) <= codes
    assert {code for code, _ in remarks.SHORT} <= codes
    for needed, _ in remarks.MOOT.values():
        assert set(needed) <= codes


def test_what_may_not_apply_may_not_apply_in_the_standard() -> None:
    for code in (*remarks.MOOT, *remarks.INAPPLICABLE):
        assert shipped().item(code).item.na_allowed, code
