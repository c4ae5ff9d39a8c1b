"""Working calendars: which years are published, a year's days, a year taken in."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions, permissions
from ..calendar_form import CalendarForm
from ..models import CalendarYear


@require_safe
def calendar_list(request: HttpRequest) -> HttpResponse:
    """Everybody may read the calendar: it is public, and deadlines hang on it."""
    years = list(CalendarYear.objects.annotate(day_count=Count("days")).order_by("-year"))
    this_year = timezone.localdate().year
    known = {row.year for row in years}
    context = {
        "years": years,
        "missing": [year for year in (this_year, this_year + 1) if year not in known],
        "can_edit": permissions.can_edit_calendar(request.user),
    }
    return render(request, "inspections/calendar_list.html", context)


@require_safe
def calendar_year(request: HttpRequest, year: int) -> HttpResponse:
    row = get_object_or_404(CalendarYear.objects.select_related("loaded_by"), pk=year)
    return render(request, "inspections/calendar_year.html", {"row": row, "days": row.days.all()})


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_load(request: HttpRequest) -> HttpResponse:
    permissions.can_edit_calendar(request.user).enforce(action="calendar.load")
    form = CalendarForm(request.POST or None, initial={"year": timezone.localdate().year + 1})
    if request.method == "POST" and form.is_valid():
        row = actions.load_year(**form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("已载入%(year)s年的工作日历。") % {"year": row.year})
        return redirect("inspections:calendar-year", year=row.year)
    return render(request, "inspections/calendar_load.html", {"form": form})
