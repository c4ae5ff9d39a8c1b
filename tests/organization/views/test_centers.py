"""The list of centers and the page of one."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry, Role, ServiceCenter, User
from tests.factories import County, make_center, make_county, make_other_county, make_region, make_user

pytestmark = pytest.mark.django_db
LIST = "/centers/"


@pytest.fixture
def administrator(client: Client, cast: dict[str, User]) -> User:
    client.force_login(cast["administrator"])
    return cast["administrator"]


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [center.name for center in response.context["page"]]


def test_list_holds_the_own_county_only(client: Client, administrator: User) -> None:
    assert len(names(client)) == 9
    assert all(c.region_id.startswith("410523") for c in client.get(LIST).context["page"])
    assert "410526" not in client.get(LIST).content.decode()


def test_list_filters_by_township_kind_name_and_state(client: Client, administrator: User) -> None:
    ServiceCenter.objects.filter(region_id="410523100201").update(closed_on=dt.date(2026, 1, 1))
    assert names(client, "?region=410523101000") == [
        "菜园镇党政综合便民服务中心",
        "菜园1村党群服务中心",
        "菜园2村党群服务中心",
    ]
    assert len(names(client, "?kind=township")) == 3
    assert names(client, "?q=任固1村") == ["任固1村党群服务中心"]
    assert names(client, "?state=closed") == ["城关1村党群服务中心"]
    assert len(names(client)) == 8
    assert len(names(client, "?state=all")) == 9
    assert names(client, "?region=410523101000&kind=village&q=2村") == ["菜园2村党群服务中心"]


@pytest.mark.parametrize("query", ["?kind=x", "?state=x", "?page=x", "?page=99", "?q=%00", "?q=" + "x" * 200])
def test_filter_that_is_none_does_no_harm(client: Client, administrator: User, query: str) -> None:
    assert client.get(LIST + query).status_code == 200


@pytest.mark.parametrize("code", ["410526000000", "410526100000", "410500000000", "999999999999", "x", "%00"])
def test_region_out_of_sight_is_not_found(client: Client, administrator: User, code: str) -> None:
    assert client.get(f"{LIST}?region={code}").status_code == 404


def test_regions_are_offered_one_level_down(client: Client, administrator: User) -> None:
    def offered(query: str = "") -> list[str]:
        return [name for _, name in client.get(LIST + query).context["filter"].fields["region"].choices]

    assert offered() == ["全部", "城关镇", "菜园镇", "任固镇"]
    assert offered("?region=410523101000") == ["全部", "城关镇", "菜园镇", "任固镇"]
    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4105"))])
    client.force_login(city)
    assert offered() == ["全部", "汤阴县", "滑县"]
    assert offered("?region=410526000000") == ["全部", "滑县", "城关镇", "菜园镇", "任固镇"]


def test_empty_list_says_what_to_do(client: Client, administrator: User) -> None:
    assert "没有符合这些条件的中心" in client.get(LIST + "?q=没有").content.decode()


def test_second_page_keeps_the_filters(client: Client) -> None:
    county = make_county(townships=1, villages=60)
    client.force_login(make_user("a", [(Role.ADMINISTRATOR, county.region)]))
    page = client.get(LIST + "?kind=village")
    assert len(page.context["page"]) == 50
    assert "?kind=village&amp;page=2" in page.content.decode()
    assert len(names(client, "?kind=village&page=2")) == 10


@pytest.mark.parametrize("townships", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries, townships: int
) -> None:
    make_other_county()
    county = make_county(townships=townships, villages=0)
    client.force_login(make_user("a", [(Role.ADMINISTRATOR, county.region)]))
    with django_assert_num_queries(6):
        assert len(names(client)) == townships


def test_wide_list_says_in_which_city_and_county_each_is(client: Client) -> None:
    """Townships of many counties are called the same."""
    make_other_county()
    county = make_county(townships=1, villages=1)
    province = county.region.parent.parent
    client.force_login(make_user("wide", [(Role.ADMINISTRATOR, province)]))
    page = client.get(LIST)
    assert {center.whereabouts for center in page.context["page"]} == {"安阳市汤阴县", "安阳市滑县"}
    township = county.townships[0]
    assert f">安阳市汤阴县 {township}</td>" in page.content.decode()
    client.force_login(make_user("near", [(Role.ADMINISTRATOR, county.region)]))
    assert f">{township}</td>" in client.get(LIST).content.decode()


def test_center_is_edited(client: Client, administrator: User, county: County) -> None:
    center = county.center(county.townships[0])
    url = reverse("organization:center-edit", args=[center.pk])
    assert "410523100000" in client.get(url).content.decode()
    values = {"name": "城关镇便民服务中心", "address": "人民路1号", "phone": "0372-1", "closed_on": ""}
    assert client.post(url, values)["Location"] == LIST
    center.refresh_from_db()
    assert (center.name, center.address, center.phone) == ("城关镇便民服务中心", "人民路1号", "0372-1")
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.address, entry.action) == (administrator, "127.0.0.1", "center.edit")


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "x" * 101}, {"closed_on": "31.2.2026"}, {"phone": "1" * 41}]
)
def test_center_that_cannot_be_is_refused(
    client: Client, administrator: User, county: County, changes: dict[str, str]
) -> None:
    center = county.center(county.townships[0])
    values = {"name": "新名", "address": "", "phone": "", "closed_on": ""} | changes
    response = client.post(reverse("organization:center-edit", args=[center.pk]), values)
    assert response.status_code == 200
    assert "请先更正以下内容" in response.content.decode()
    assert not AuditEntry.objects.exists()


def test_day_to_come_is_refused_beside_its_field(client: Client, administrator: User, county: County) -> None:
    center = county.center(county.townships[0])
    url = reverse("organization:center-edit", args=[center.pk])
    assert "还没有销号的问题仍要继续整改" in client.get(url).content.decode()
    response = client.post(url, {"name": center.name, "closed_on": "2099-01-01"})
    assert "停用日期不能晚于今天" in response.context["form"].errors["closed_on"][0]


def test_kind_and_region_are_not_taken_from_the_form(
    client: Client, administrator: User, county: County
) -> None:
    center = county.center(county.townships[0])
    values = {"name": "新名", "kind": "village", "region": "410526100000"}
    client.post(reverse("organization:center-edit", args=[center.pk]), values)
    center.refresh_from_db()
    assert (center.name, center.kind, center.region_id) == ("新名", "township", "410523100000")


def test_reopening_beside_an_open_center_is_explained(
    client: Client, administrator: User, county: County
) -> None:
    old = make_center(county.townships[0], "旧址", closed_on="2025-01-01")
    response = client.post(reverse("organization:center-edit", args=[old.pk]), {"name": "旧址"})
    assert "另一个正在使用的中心" in response.content.decode()
