"""Deadlines in working days, and how near they are, over the published arrangements of holidays.

China's State Council publishes each November which weekdays of the next year are days off and which
weekends are worked. Until a year's arrangement is known, a deadline that reaches into it is provisional.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked.

    `exceptions` holds the days that an arrangement names, True where they are worked; all others follow
    the week. `years` are those whose arrangement is published.
    """

    exceptions: Mapping[date, bool]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Say whether work is done on that day; in a year not yet published, by the week alone."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def days_after(self, day: date) -> Iterator[date]:
        """The working days after `day`, without end."""
        while True:
            day += ONE_DAY
            if self.is_working(day):
                yield day


@dataclass(frozen=True)
class Deadline:
    """The last day in time; `provisional` (暂定) until every year that the term spans is published."""

    on: date
    provisional: bool


def after(start: date, working_days: int, calendar: WorkingCalendar) -> Deadline:
    """The last of `working_days` (at least 1) after `start`.

    The day on which the term begins is not counted (Civil Code, article 201), and days off are not
    counted either (Administrative License Law, article 82, on terms given in working days).
    """
    if working_days < 1:
        raise ValueError(f"{working_days} working days")
    days = calendar.days_after(start)
    return _deadline(start, [next(days) for _ in range(working_days)][-1], calendar)


def no_earlier_than(day: date, calendar: WorkingCalendar) -> Deadline:
    """`day`, or the next working day where it is a day off (Civil Code, article 203)."""
    on = day if calendar.is_working(day) else next(calendar.days_after(day))
    return _deadline(day, on, calendar)


def working_days_left(today: date, due: date, calendar: WorkingCalendar) -> int:
    """Working days after `today` up to `due`; 0 on the day itself, below 0 once it is over."""
    if today > due:
        return -_count(due, today, calendar)
    return _count(today, due, calendar)


class Alert(StrEnum):
    """How urgent a deadline is: due soon, over, long over (蓝、黄、红)."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class AlertRule:
    """When each alert begins: blue with so many working days left, yellow and red so many after the day."""

    blue: int = 3
    yellow: int = 1
    red: int = 5

    def alert(self, today: date, due: date, calendar: WorkingCalendar) -> Alert | None:
        """The alert of that day; none while there is time."""
        if today > due:
            # Over is over, though no working day has gone by since.
            over = max(1, -working_days_left(today, due, calendar))
            if over >= self.red:
                return Alert.RED
            return Alert.YELLOW if over >= self.yellow else Alert.BLUE
        return Alert.BLUE if working_days_left(today, due, calendar) <= self.blue else None


def _deadline(start: date, on: date, calendar: WorkingCalendar) -> Deadline:
    years = set(range(start.year, on.year + 1))
    return Deadline(on, provisional=not years <= calendar.years)


def _count(begin: date, end: date, calendar: WorkingCalendar) -> int:
    """Working days after `begin` up to and with `end`: by the week, then what the arrangement changes."""
    weeks, rest = divmod((end - begin).days, 7)
    days = weeks * SATURDAY + sum((begin.weekday() + n) % 7 < SATURDAY for n in range(1, rest + 1))
    return days + sum(
        is_working - (day.weekday() < SATURDAY)
        for day, is_working in calendar.exceptions.items()
        if begin < day <= end
    )
