"""Many accounts at once, for security administrators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions
from ..csv_text import csv_lines
from ..forms import SheetForm
from ..models import Role
from ..permissions import can_manage_people
from ..staff_sheets import MOST_LINES, XLSX, Unreadable, columns, empty_xlsx, read


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """Take a sheet of new accounts; their initial passwords are shown on the answer, and nowhere again."""
    can_manage_people(request.user).enforce(action="people.create", target=request.path)
    form = SheetForm(request.POST or None, request.FILES or None)
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        sheet = form.cleaned_data["sheet"]
        try:
            made = actions.create_people(by=request.user, lines=read(sheet, sheet.size))
            return render(
                request, "organization/people_made.html", {"made": _said(made), "crumbs": _crumbs()}
            )
        except Unreadable as problem:
            form.add_error("sheet", str(problem))
        except actions.Faulty as problem:
            faults = problem.faults
    context = {
        "form": form,
        "lines": faults,
        "columns": columns(),
        "roles": [str(label) for label in Role.labels],
        "most": MOST_LINES,
        "crumbs": _crumbs(),
    }
    return render(request, "organization/people_import.html", context, status=400 if faults else 200)


@require_safe
def people_sheet(request: HttpRequest) -> HttpResponse:
    """An empty sheet with the right headings, as .csv or, where it is asked for, as .xlsx."""
    can_manage_people(request.user).enforce(action="people.create", target=request.path)
    if request.GET.get("form") == "xlsx":
        response, name = HttpResponse(empty_xlsx(), content_type=XLSX), "people.xlsx"
    else:
        lines = csv_lines(columns(), ())
        response, name = HttpResponse(lines, content_type="text/csv; charset=utf-8"), "people.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _said(made: list[actions.Made]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.person.name,
            "username": one.person.username,
            "role": Role(one.role).label,
            "region": one.region.name,
            "password": one.password,
        }
        for one in made
    ]


def _crumbs() -> list[tuple[str, str]]:
    return [(_("人员"), reverse("organization:person-list"))]
