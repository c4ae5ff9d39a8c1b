"""Pages of the working calendar: everybody reads it, the uppermost administrators load a year."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inspections import actions
from inspections.holiday_lists import Day
from inspections.models import CalendarYear
from organization.models import User

pytestmark = pytest.mark.django_db
FIELDS = {
    "year": "2027",
    "published_on": "2026-11-04",
    "source": "国办发明电〔2026〕7号",
    "days": "2027-01-01至2027-01-03 休 元旦\n2027-02-14 班 春节",
}


def known(*years: int, days: int = 3) -> None:
    for year in years:
        actions.load_year(
            year=year,
            days=[Day(date(year, 10, n), False, "国庆节") for n in range(1, days + 1)],
            published_on=None,
            source="公布的通知",
            by=None,
            now=timezone.now(),
        )


@pytest.mark.parametrize("role", ["administrator", "township_staff", "inspector"])
def test_list_is_read_by_everybody_and_says_what_is_missing(
    client: Client, cast: dict[str, User], role: str
) -> None:
    this_year = timezone.localdate().year
    known(this_year)
    client.force_login(cast[role])
    response = client.get("/calendar/")
    assert response.context["missing"] == [this_year + 1]
    assert f"{this_year + 1}年的安排还没有载入" in response.content.decode()
    assert ("载入一年" in response.content.decode()) is (role == "administrator")


def test_list_without_any_year_says_what_to_do(client: Client, cast: dict[str, User]) -> None:
    client.force_login(cast["administrator"])
    assert "load_calendar" in client.get("/calendar/").content.decode()


def test_year_shows_its_days(client: Client, cast: dict[str, User]) -> None:
    known(2026)
    client.force_login(cast["township_staff"])
    page = client.get("/calendar/2026/").content.decode()
    assert "2026年10月1日" in page
    assert "国庆节" in page
    assert client.get("/calendar/2031/").status_code == 404


@pytest.mark.parametrize("years", [1, 3])
def test_list_takes_the_same_queries_for_any_number_of_years(
    client: Client, cast: dict[str, User], django_assert_num_queries: Any, years: int
) -> None:
    known(*range(2026, 2026 - years, -1))
    client.force_login(cast["administrator"])
    with django_assert_num_queries(5):
        client.get("/calendar/")


@pytest.mark.parametrize("days", [1, 3])
def test_year_takes_the_same_queries_for_any_number_of_days(
    client: Client, cast: dict[str, User], django_assert_num_queries: Any, days: int
) -> None:
    known(2026, days=days)
    client.force_login(cast["administrator"])
    with django_assert_num_queries(5):
        client.get("/calendar/2026/")


def test_year_is_typed_in(client: Client, cast: dict[str, User]) -> None:
    client.force_login(cast["administrator"])
    assert "2027" in client.get("/calendar/new/").content.decode()
    response = client.post("/calendar/new/", FIELDS)
    assert response.url == "/calendar/2027/"
    assert CalendarYear.objects.get().days.count() == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days": "元旦放假"}, "第1行：这一行不能读取"),
        ({"days": "2027-02-30 休"}, "没有 2027-02-30 这一天"),
        ({"days": "2026-01-01 休"}, "不全在2027年"),
        ({"days": ""}, "不能为空"),
        ({"year": "99"}, "2000"),
        ({"source": ""}, "不能为空"),
        ({"published_on": "x"}, "日期"),
        ({"days": "2027-01-01 休 元\x00旦"}, "空字符"),
    ],
)
def test_fault_is_told_and_nothing_is_loaded(
    client: Client, cast: dict[str, User], changes: dict[str, str], said: str
) -> None:
    client.force_login(cast["administrator"])
    response = client.post("/calendar/new/", FIELDS | changes)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not CalendarYear.objects.exists()


@pytest.mark.parametrize("role", ["township_staff", "inspector", "reviewer"])
def test_others_are_refused(client: Client, cast: dict[str, User], role: str) -> None:
    client.force_login(cast[role])
    assert client.get("/calendar/new/").status_code == 403
    assert client.post("/calendar/new/", FIELDS).status_code == 403
    assert not CalendarYear.objects.exists()
