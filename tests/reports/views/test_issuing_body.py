"""The page of the office that signs, for administrators of one region and of several."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from organization.codes import Level
from organization.models import Region, Role, User
from reports.models import IssuingBody
from tests.factories import County, make_county, make_other_county, make_user
from tests.small_stage import OFFICE

pytestmark = pytest.mark.django_db


@pytest.fixture
def counties(db: None) -> tuple[County, County]:
    return make_county(townships=1), make_other_county(townships=1)


def administrator(*places: Any) -> User:
    return make_user("both", [(Role.ADMINISTRATOR, place) for place in places])


def test_administrator_of_two_counties_sets_both_offices(
    client: Client, counties: tuple[County, County]
) -> None:
    first, second = (county.region for county in counties)
    client.force_login(administrator(first, second))
    page = reverse("reports:issuing-body")
    assert client.get(page).context["region"] == first
    asked = f"{page}?region={second.code}"
    shown = client.get(asked)
    assert (shown.context["region"], shown.context["regions"]) == (second, [first, second])
    assert f'<option value="{second.code}" selected>' in shown.content.decode()
    assert "地区（逐级选择）" not in shown.content.decode()
    said = client.post(asked, {**OFFICE, "number_code": "滑政服办"})
    assert (said.status_code, said["Location"]) == (302, asked)
    assert IssuingBody.objects.get().region == second
    client.post(page, OFFICE)
    assert set(IssuingBody.objects.values_list("region", flat=True)) == {first.code, second.code}


@pytest.mark.parametrize("what", ["elsewhere", "township", "nonsense"])
def test_region_that_is_not_ones_own_is_not_found(
    client: Client, counties: tuple[County, County], what: str
) -> None:
    county, other = counties
    client.force_login(administrator(county.region))
    codes = {"elsewhere": other.region.code, "township": county.townships[0].code, "nonsense": "\x00"}
    for ask in (client.get, client.post):
        page = reverse("reports:issuing-body", query={"region": codes[what]})
        assert ask(page, **({"data": OFFICE} if ask == client.post else {})).status_code == 404
    assert not IssuingBody.objects.exists()


def test_administrator_of_one_county_is_offered_no_choice(
    client: Client, counties: tuple[County, County]
) -> None:
    client.force_login(administrator(counties[0].region))
    assert 'name="region"' not in client.get(reverse("reports:issuing-body")).content.decode()


# ---- whoever is above counties chooses a level at a time


@pytest.fixture
def province(db: None) -> Region:
    """Two cities, the first with three counties, a township in each."""
    top = Region.objects.create(code="410000000000", level=Level.PROVINCE, name="河南省")
    for city in (1, 2):
        above = Region.objects.create(
            code=f"410{city}00000000", level=Level.CITY, name=f"第{city}市", parent=top
        )
        for number in (1, 2, 3) if city == 1 else (1,):
            county = Region.objects.create(
                code=f"410{city}2{number}000000", level=Level.COUNTY, name=f"第{city}{number}县", parent=above
            )
            Region.objects.create(
                code=f"410{city}2{number}100000", level=Level.TOWNSHIP, name="一乡", parent=county
            )
    return top


def offered(client: Client, code: str = "") -> list[str]:
    page = reverse("reports:issuing-body", query={"region": code} if code else None)
    return [row.name for row in client.get(page).context["regions"]]


def test_province_is_offered_its_cities_and_a_city_its_counties(client: Client, province: Region) -> None:
    client.force_login(administrator(province))
    assert offered(client) == ["河南省", "第1市", "第2市"]
    assert offered(client, "410100000000") == ["河南省", "第1市", "第11县", "第12县", "第13县"]
    assert offered(client, "410121000000") == ["河南省", "第1市", "第11县"]
    assert "地区（逐级选择）" in client.get(reverse("reports:issuing-body")).content.decode()


def test_city_is_offered_nothing_above_it(client: Client, province: Region) -> None:
    client.force_login(administrator(Region.objects.get(code="410200000000")))
    assert offered(client) == ["第2市", "第21县"]
    assert client.get(reverse("reports:issuing-body", query={"region": province.code})).status_code == 404


@pytest.mark.parametrize("code", ["410100000000", "410200000000"])
def test_choice_costs_the_same_for_one_county_and_three(
    client: Client, province: Region, django_assert_num_queries: Any, code: str
) -> None:
    client.force_login(administrator(province))
    page = reverse("reports:issuing-body", query={"region": code})
    client.get(page)
    # Session, person, grants; the region, its office, the choice; whether it is a demonstration.
    with django_assert_num_queries(7):
        assert client.get(page).status_code == 200
