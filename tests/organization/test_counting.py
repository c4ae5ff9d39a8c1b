"""Counts gathered in a transaction: written once, at its end, in one order, or not at all."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inspections.models import RoundTally
from organization.counting import add, chains_of, counting
from tests.small_stage import Stage, small_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Stage:
    stage = small_stage(villages=1, kinds=())
    RoundTally.objects.all().delete()
    return stage


def held() -> dict[str, int]:
    return dict(RoundTally.objects.order_by("region_id").values_list("region_id", "inspections"))


@counting()
def fail(place: str, key: tuple[Any, ...]) -> None:
    add(RoundTally, place, key, inspections=5)
    raise ValueError("x")


def writes(seen: CaptureQueriesContext) -> list[str]:
    """What was written; PostgreSQL is told the name of a prepared statement and its rows."""
    return [query["sql"] for query in seen if query["sql"].startswith(("INSERT", "EXECUTE"))]


def test_place_counts_for_every_level_above(scene: Stage) -> None:
    village = scene.county.villages[0].code
    with counting():
        add(RoundTally, village, (scene.round.pk, "village"), inspections=2)
        assert held() == {}
    assert held() == {"410000000000": 2, "410500000000": 2, "410523000000": 2, "410523100000": 2}


def test_everything_of_a_table_is_one_statement_deepest_level_first(scene: Stage) -> None:
    places = [region.code for region in (*scene.county.villages, *scene.county.townships)]
    with CaptureQueriesContext(connection) as seen, counting():
        for place in reversed(places):
            add(RoundTally, place, (scene.round.pk, "village"), inspections=1)
    written = writes(seen)
    assert len(written) == 1
    order = ["410523100000", "410523101000", "410523000000", "410500000000", "410000000000"]
    assert sorted(order, key=written[0].index) == order
    assert held() == {"410000000000": 4, "410500000000": 4, "410523000000": 4, **dict.fromkeys(order[:2], 2)}


def test_what_cancels_out_is_not_written(scene: Stage) -> None:
    key = (scene.round.pk, "township")
    with CaptureQueriesContext(connection) as seen, counting():
        add(RoundTally, scene.county.townships[0].code, key, inspections=1)
        add(RoundTally, scene.county.townships[0].code, key, inspections=-1)
    assert writes(seen) == []


def test_failed_part_takes_its_counts_along_and_leaves_the_others(scene: Stage) -> None:
    place, key = scene.county.townships[0].code, (scene.round.pk, "township")
    with counting():
        add(RoundTally, place, key, inspections=1)
        with pytest.raises(ValueError, match="x"):
            fail(place, key)
        with counting():
            add(RoundTally, place, key, inspections=2)
    assert held()[place] == 3


def test_transaction_that_is_rolled_back_counts_nothing(scene: Stage) -> None:
    place, key = scene.county.townships[0].code, (scene.round.pk, "township")
    with counting():
        add(RoundTally, place, key, inspections=1)
        transaction.set_rollback(True)
    with pytest.raises(ValueError, match="x"):
        fail(place, key)
    assert held() == {}


def test_counting_outside_of_a_transaction_is_an_error(scene: Stage) -> None:
    with pytest.raises(RuntimeError):
        add(RoundTally, scene.county.townships[0].code, (scene.round.pk, "township"), inspections=1)


def test_city_without_counties_counts_for_its_province(db: Any) -> None:
    from organization.models import Region

    province = Region.objects.create(code="440000000000", level=1, name="广东省")
    city = Region.objects.create(code="441900000000", level=2, name="东莞市", parent=province)
    town = Region.objects.create(code="441900101000", level=4, name="石碣镇", parent=city)
    assert chains_of([town.code]) == {town.code: [(4, town.code), (2, city.code), (1, province.code)]}
