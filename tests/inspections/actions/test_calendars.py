"""A published year is taken in whole, in place of what was known, by those who keep the one calendar."""

from datetime import date

import pytest

from inspections import actions
from inspections.calendars import working_calendar
from inspections.holiday_lists import read_list
from inspections.models import CalendarDay, CalendarYear
from organization.models import AuditEntry, Role, User
from organization.problems import NotAllowed
from tests.factories import make_region, make_user
from tests.small_stage import NOW

pytestmark = pytest.mark.django_db
TEXT = "2027-01-01 休 元旦\n2027-02-14 班 春节"


def load(text: str = TEXT, by: User | None = None) -> CalendarYear:
    return actions.load_year(
        year=2027,
        days=read_list(text, 2027),
        published_on=date(2026, 11, 4),
        source="国办发明电〔2026〕7号",
        by=by,
        now=NOW,
    )


def test_loaded_year_is_what_deadlines_read() -> None:
    load()
    calendar = working_calendar(2026, 2027)
    assert calendar.years == {2027}
    assert calendar.exceptions == {date(2027, 1, 1): False, date(2027, 2, 14): True}
    assert calendar.is_working(date(2027, 2, 14))
    assert not working_calendar(2026, 2026).years


def test_year_loaded_again_takes_the_place_of_the_old_days(cast: dict[str, User]) -> None:
    load()
    load("2027-05-01 休 劳动节", by=cast["administrator"])
    assert list(CalendarDay.objects.values_list("day", flat=True)) == [date(2027, 5, 1)]
    assert CalendarYear.objects.get().loaded_by == cast["administrator"]
    entry = AuditEntry.objects.filter(action="calendar.load").first()
    assert entry is not None
    assert entry.detail == {"source": "国办发明电〔2026〕7号", "count": 1, "moved": 0}


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_nobody_else_loads_a_year(cast: dict[str, User], role: str) -> None:
    with pytest.raises(NotAllowed):
        load(by=cast[role])
    assert not CalendarYear.objects.exists()


def test_county_leaves_the_calendar_to_the_city_where_that_has_an_administrator(
    cast: dict[str, User],
) -> None:
    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4105"))])
    with pytest.raises(NotAllowed) as refused:
        load(by=cast["administrator"])
    assert "上级管理员" in str(refused.value.reason)
    assert load(by=city).loaded_by == city
