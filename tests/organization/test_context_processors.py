"""The frame of every page: whether what it shows is invented, and which entry of the rail is lit."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from organization.context_processors import Frame
from organization.models import Role, User
from tests.factories import make_county, make_region, make_user

pytestmark = pytest.mark.django_db


def marked(user: User | AnonymousUser) -> bool:
    request = RequestFactory().get("/")
    request.user = user
    return Frame(request).is_demonstration


@pytest.fixture
def places() -> dict[str, Any]:
    """A demonstration county beside a real one; what is above them is real."""
    demonstration = make_county(is_demonstration=True, townships=1)
    real = make_county("410526", townships=1)
    return {
        "the county": demonstration.region,
        "its township": demonstration.townships[0],
        "the county beside it": real.region,
        "the city above": make_region("4105"),
        "the province above": make_region("41"),
        "another city": make_region("4101"),
    }


@pytest.mark.parametrize(
    ("place", "queries"),
    [("the county", 1), ("its township", 1), ("the city above", 2), ("the province above", 2)],
)
def test_invented_data_are_marked_for_whoever_sees_them(
    places: dict[str, Any], place: str, queries: int, django_assert_num_queries: Any
) -> None:
    person = make_user("who", [(Role.ADMINISTRATOR, places[place])])
    with django_assert_num_queries(queries):
        assert marked(person)


@pytest.mark.parametrize(("place", "queries"), [("the county beside it", 1), ("another city", 2)])
def test_real_data_are_not_marked(
    places: dict[str, Any], place: str, queries: int, django_assert_num_queries: Any
) -> None:
    person = make_user("who", [(Role.ADMINISTRATOR, places[place])])
    with django_assert_num_queries(queries):
        assert not marked(person)


def test_door_is_marked_where_anything_is_invented(db: None) -> None:
    assert not marked(AnonymousUser())
    make_county(is_demonstration=True, townships=1)
    assert marked(AnonymousUser())


@pytest.mark.parametrize(
    ("role", "address", "lit"),
    [
        (Role.ADMINISTRATOR, "/county/lessons/", "/county/"),
        (Role.ADMINISTRATOR, "/inbox/", "/county/"),
        (Role.ADMINISTRATOR, "/regions/410523000000/", "/county/"),
        (Role.ADMINISTRATOR, "/inspections/1/score/", "/rounds/"),
        (Role.ADMINISTRATOR, "/requests/1/correct/", "/findings/"),
        (Role.ADMINISTRATOR, "/offices/1/seals/", "/documents/"),
        (Role.ADMINISTRATOR, "/rehearsals/", "/standards/"),
        (Role.TOWNSHIP_STAFF, "/inspections/1/feedback/", "/our-centers/"),
        (Role.TOWNSHIP_STAFF, "/findings/1/", "/findings/"),
        (Role.LEAD_INSPECTOR, "/inspections/1/check/", "/tasks/"),
        (Role.LEAD_INSPECTOR, "/findings/1/", None),
        (Role.SIGNATORY, "/inspections/1/score/", "/documents/"),
        (Role.REVIEWER, "/findings/1/", "/documents/"),
        (Role.SIGNATORY, "/messages/", None),
    ],
)
def test_rail_lights_the_entry_under_which_a_page_belongs(
    places: dict[str, Any], role: str, address: str, lit: str | None
) -> None:
    request = RequestFactory().get(address)
    request.user = make_user("who", [(role, places["the county"])])
    found = [entry["url"] for entry in Frame(request).entries if entry["is_current"]]
    assert found == ([lit] if lit else [])


def test_rail_lights_one_entry_for_a_person_of_two_jobs(places: dict[str, Any]) -> None:
    request = RequestFactory().get("/inspections/1/score/")
    both = [(role, places["the county"]) for role in (Role.ADMINISTRATOR, Role.LEAD_INSPECTOR)]
    request.user = make_user("who", both)
    assert [entry["url"] for entry in Frame(request).entries if entry["is_current"]] == ["/tasks/"]
