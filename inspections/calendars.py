"""The working calendar as deadlines read it."""

from datetime import date

from .deadlines import WorkingCalendar
from .models import CalendarDay, CalendarYear


def working_calendar(first: int, last: int) -> WorkingCalendar:
    """The calendar with what is published of the years `first` to `last`; two queries."""
    years = CalendarYear.objects.filter(year__range=(first, last)).order_by()
    days = CalendarDay.objects.filter(day__range=(date(first, 1, 1), date(last, 12, 31))).order_by()
    return WorkingCalendar(
        dict(days.values_list("day", "is_working")), frozenset(years.values_list("year", flat=True))
    )
