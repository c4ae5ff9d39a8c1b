"""The page of the office that signs, for administrators of one region and of several."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from organization.models import Role, User
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
