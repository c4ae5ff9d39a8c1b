"""When things happened: on working days, the running round around today, the other half a year before."""

from datetime import date, timedelta

import pytest

from reports.demonstration import rounds
from reports.demonstration.calendar import Period, earlier, running, workdays_after

EVERY_WEEK = [date(2026, 1, 1) + timedelta(days=6 * step) for step in range(61)]


@pytest.mark.parametrize("today", EVERY_WEEK, ids=str)
def test_periods_differ_in_name_and_lie_apart(today: date) -> None:
    now = running(today, rounds.DAYS_OVER)
    before = earlier(now)
    assert now.name != before.name
    assert before.ends_on < now.starts_on < today <= now.ends_on
    assert {now.starts_on.weekday(), before.starts_on.weekday()} <= set(range(5))
    assert workdays_after(now.starts_on, rounds.DAYS_OVER - 1) < today


def test_working_days_leave_weekends_out() -> None:
    friday = date(2026, 11, 20)
    assert workdays_after(friday, 1) == date(2026, 11, 23)
    assert workdays_after(friday, 6) == date(2026, 11, 30)


def test_visits_are_four_on_a_day() -> None:
    period = Period(date(2026, 11, 20), date(2026, 12, 20))
    moments = [period.visit(place) for place in range(5)]
    assert [moment.date() for moment in moments] == [date(2026, 11, 20)] * 4 + [date(2026, 11, 23)]
    assert moments == sorted(moments)
