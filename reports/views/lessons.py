"""What the county learns from a round: the page, and each of its tables as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inspections.models import Round
from organization.audit import record

from .. import lesson_tables, overview, permissions


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    permissions.can_watch(request.user).enforce(action="lessons.read", target=request.path)
    rounds = overview.rounds_overseen(request.user)
    round = _chosen(request, rounds)
    tables = lesson_tables.tables_of(request.user, round, rounds) if round else []
    context = {"rounds": rounds, "round": round, "tables": [table for table in tables if table.rows]}
    return render(request, "reports/lessons.html", context)


@require_POST
def lesson_table(request: HttpRequest, key: str) -> HttpResponse:
    """One table as CSV, as the page shows it."""
    permissions.can_watch(request.user).enforce(action="lessons.export", target=request.path)
    rounds = overview.rounds_overseen(request.user)
    round = _chosen(request, rounds)
    tables = lesson_tables.tables_of(request.user, round, rounds) if round else []
    table = next((table for table in tables if table.key == key), None)
    if round is None or table is None:
        raise Http404
    record(
        "lessons.export", by=request.user, target=round, region=request.user.home_code, now=timezone.now(),
        table=key,
    )  # fmt: skip
    name = _("%(round)s %(table)s.csv") % {"round": round.name, "table": table.title}
    response = HttpResponse(lesson_tables.csv_text(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _chosen(request: HttpRequest, rounds: list[Round]) -> Round | None:
    """The round that the address names, else the newest."""
    wanted = request.GET.get("round", "")
    return next((row for row in rounds if str(row.pk) == wanted), rounds[0] if rounds else None)
