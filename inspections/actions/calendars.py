"""Working calendars: a published year taken in, whole or not at all."""

from collections.abc import Sequence
from datetime import date, datetime

from organization.audit import record
from organization.counting import counting
from organization.models import User

from .. import permissions
from ..holiday_lists import Day
from ..models import CalendarDay, CalendarYear
from .terms import recount_terms


@counting()
def load_year(
    *,
    year: int,
    days: Sequence[Day],
    published_on: date | None,
    source: str,
    by: User | None,
    now: datetime,
) -> CalendarYear:
    """Take in a year's arrangement in place of what was known of it, and count anew the terms that touch it.

    `by` is None for a command on the server.
    """
    if by is not None:
        permissions.can_edit_calendar(by).enforce(action="calendar.load", target=str(year))
    row, _created = CalendarYear.objects.update_or_create(
        year=year,
        defaults={"published_on": published_on, "source": source, "loaded_by": by, "loaded_at": now},
    )
    row.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day.day, year=row, is_working=day.is_working, name=day.name) for day in days
    )
    moved = recount_terms(year=year, by=by, now=now)
    record("calendar.load", by=by, target=str(year), now=now, source=source, count=len(days), moved=moved)
    return row
