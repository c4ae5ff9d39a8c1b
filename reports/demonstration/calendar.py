"""When things happened in the demonstration county, counted back from the day it is loaded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

VISIT_TIMES = (time(9, 5), time(10, 50), time(14, 40), time(16, 10))
MONTHS_BETWEEN = 6
SATURDAY = 5


@dataclass(frozen=True)
class Period:
    """A round's days; `name` says its half of the year."""

    starts_on: date
    ends_on: date

    @property
    def name(self) -> str:
        half = "上半年" if self.starts_on.month <= MONTHS_BETWEEN else "下半年"
        return f"{self.starts_on.year}年{half}县级检查"

    def visit(self, place: int) -> datetime:
        """The beginning of a team's visit number `place`, four on a day."""
        day, slot = divmod(place, len(VISIT_TIMES))
        return at(workdays_after(self.starts_on, day), VISIT_TIMES[slot])


def running(today: date, days: int) -> Period:
    """A round of which `days` working days are over."""
    start = today
    for _day in range(days):
        start = _workday(start - timedelta(days=1), -1)
    return Period(start, workdays_after(today, 15))


def earlier(now: Period) -> Period:
    """The round half a year before, over for long."""
    month = now.starts_on.month - MONTHS_BETWEEN
    year = now.starts_on.year - (month < 1)
    start = _workday(date(year, month if month > 0 else month + 12, min(now.starts_on.day, 28)), 1)
    return Period(start, workdays_after(start, 25))


def workdays_after(day: date, count: int) -> date:
    for _step in range(count):
        day = _workday(day + timedelta(days=1), 1)
    return day


def at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _workday(day: date, step: int) -> date:
    """The day itself or the next one that is no weekend; public holidays are not looked at."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=step)
    return day
