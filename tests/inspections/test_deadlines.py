"""Deadlines over the published arrangements of 2026, and beyond what is published."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.deadlines import (
    Alert,
    AlertRule,
    Deadline,
    WorkingCalendar,
    after,
    no_earlier_than,
    working_days_left,
)

PUBLISHED = WorkingCalendar(
    {
        **dict.fromkeys(chinese_calendar.constants.holidays, False),
        **dict.fromkeys(chinese_calendar.constants.workdays, True),
    },
    frozenset(range(2004, 2027)),
)
DAYS_OF_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("received", "working_days", "due"),
    [
        # Spring Festival 2026, with the Saturday 28 February worked.
        ("2026-02-12", 3, "2026-02-24"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-02-12", 7, "2026-02-28"),
        ("2026-02-12", 10, "2026-03-04"),
        ("2026-02-12", 15, "2026-03-11"),
        ("2026-02-12", 30, "2026-04-01"),
        # Mid-autumn and National Day.
        ("2026-09-18", 3, "2026-09-22"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2026-09-18", 10, "2026-10-09"),
        ("2026-09-18", 15, "2026-10-15"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 5, "2026-10-13"),
    ],
)
def test_term_in_working_days_follows_the_published_calendar(
    received: str, working_days: int, due: str
) -> None:
    found = after(date.fromisoformat(received), working_days, PUBLISHED)
    assert found == Deadline(date.fromisoformat(due), provisional=False)


@given(DAYS_OF_2026)
def test_day_is_worked_where_the_package_says_so(day: date) -> None:
    assert PUBLISHED.is_working(day) is chinese_calendar.is_workday(day)


def test_term_that_reaches_an_unpublished_year_is_provisional() -> None:
    assert after(date(2026, 12, 25), 4, PUBLISHED) == Deadline(date(2026, 12, 31), provisional=False)
    # New Year's Day 2027 is a Friday: worked by the week alone, since nothing says otherwise yet.
    assert after(date(2026, 12, 25), 5, PUBLISHED) == Deadline(date(2027, 1, 1), provisional=True)


def test_year_that_is_published_later_moves_and_settles_the_term() -> None:
    known = WorkingCalendar(
        {**PUBLISHED.exceptions, date(2027, 1, 1): False, date(2027, 1, 3): True},
        PUBLISHED.years | {2027},
    )
    assert after(date(2026, 12, 25), 5, known) == Deadline(date(2027, 1, 3), provisional=False)


def test_start_in_an_unpublished_year_is_provisional() -> None:
    assert after(date(2027, 3, 1), 1, PUBLISHED).provisional
    assert no_earlier_than(date(2027, 3, 1), PUBLISHED).provisional


@pytest.mark.parametrize("working_days", [0, -1])
def test_term_without_a_day_is_refused(working_days: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        after(date(2026, 3, 2), working_days, PUBLISHED)


@pytest.mark.parametrize(
    ("day", "due"),
    [("2026-03-02", "2026-03-02"), ("2026-02-28", "2026-02-28"), ("2026-02-15", "2026-02-24")],
)
def test_fixed_day_that_is_off_moves_to_the_next_working_day(day: str, due: str) -> None:
    assert no_earlier_than(date.fromisoformat(day), PUBLISHED).on == date.fromisoformat(due)


@given(DAYS_OF_2026, st.integers(1, 40))
def test_term_has_exactly_its_working_days(start: date, working_days: int) -> None:
    due = after(start, working_days, PUBLISHED).on
    assert PUBLISHED.is_working(due)
    assert working_days_left(start, due, PUBLISHED) == working_days
    assert working_days_left(due, due, PUBLISHED) == 0


@given(DAYS_OF_2026, st.integers(1, 40))
def test_longer_term_ends_later(start: date, working_days: int) -> None:
    shorter, longer = (after(start, n, PUBLISHED).on for n in (working_days, working_days + 1))
    assert shorter < longer


def test_days_over_count_working_days_below_nothing() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert working_days_left(monday, friday, PUBLISHED) == -1
    assert working_days_left(friday + timedelta(days=1), friday, PUBLISHED) == 0


@pytest.mark.parametrize(
    ("today", "alert"),
    [
        ("2026-03-02", None),
        ("2026-03-03", Alert.BLUE),
        ("2026-03-06", Alert.BLUE),
        # A weekend after the day is over too.
        ("2026-03-07", Alert.YELLOW),
        ("2026-03-12", Alert.YELLOW),
        ("2026-03-13", Alert.RED),
    ],
)
def test_alert_grows_with_the_days(today: str, alert: Alert | None) -> None:
    assert AlertRule().alert(date.fromisoformat(today), date(2026, 3, 6), PUBLISHED) == alert


def test_alert_stays_blue_until_its_yellow_day() -> None:
    rule = AlertRule(blue=1, yellow=3, red=10)
    assert rule.alert(date(2026, 3, 9), date(2026, 3, 6), PUBLISHED) == Alert.BLUE
    assert rule.alert(date(2026, 3, 11), date(2026, 3, 6), PUBLISHED) == Alert.YELLOW


@given(st.dates(date(2023, 6, 1), date(2028, 6, 1)), st.dates(date(2023, 6, 1), date(2028, 6, 1)))
def test_days_left_are_the_working_days_up_to_the_last_one(today: date, due: date) -> None:
    first, last = sorted((today, due))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    worked = sum(PUBLISHED.is_working(day) for day in days)
    assert working_days_left(today, due, PUBLISHED) == (worked if today < due else -worked)
