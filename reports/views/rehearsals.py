"""Rehearsals of an edition: begun, watched, cancelled, read, and their tables as files."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from inspections.models import Inspection
from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import actions, permissions, rehearsal_results, replaying, sheets, tables
from ..forms import RehearsalForm
from ..models import Rehearsal
from .exports import as_table, csv_file

PER_PAGE = 50


@never_cache
@require_safe
def rehearsal_list(request: HttpRequest) -> HttpResponse:
    """Earlier rehearsals, and the form that begins one; ?edition= chooses the edition beforehand."""
    permissions.can_rehearse(request.user).enforce(action="rehearsal.read")
    form = RehearsalForm(user=request.user, initial={"edition": request.GET.get("edition", "")})
    return _list(request, form)


def _list(request: HttpRequest, form: RehearsalForm) -> HttpResponse:
    rows = Rehearsal.objects.visible_to(request.user).select_related("edition", "started_by")
    page = Paginator(rows.defer("standard", "effects"), PER_PAGE).get_page(request.GET.get("page"))
    status = 400 if form.is_bound else 200
    return render(request, "reports/rehearsal_list.html", {"form": form, "page": page}, status=status)


@require_POST
def rehearsal_start(request: HttpRequest) -> HttpResponse:
    permissions.can_rehearse(request.user).enforce(action="rehearsal.start")
    form = RehearsalForm(request.POST, user=request.user)
    if not form.is_valid():
        return _list(request, form)
    try:
        row = actions.start_rehearsal(**form.cleaned_data, by=request.user, now=timezone.now())
    except Problem as problem:
        form.add_error("rounds", problem.message)
        return _list(request, form)
    return redirect("reports:rehearsal", pk=row.pk)


@never_cache
@require_safe
def rehearsal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is, and one of its tables: ?part= names it, ?all=1 lists centers of unchanged grade too."""
    row = load_rehearsal(request.user, pk)
    part, changed = _part(request), not request.GET.get("all")
    table = rehearsal_results.table(row, part)
    page = Paginator(rehearsal_results.lines(row, part, changed=changed), PER_PAGE).get_page(
        request.GET.get("page")
    )
    shown = list(rehearsal_results.center_lines(page) if part == "centers" else page)
    context = {
        "row": row,
        "far": _far(row),
        "rounds": list(row.rounds.all()),
        "totals": rehearsal_results.totals(row),
        "parts": [(key, rehearsal_results.table(row, key).title) for key in rehearsal_results.PARTS],
        "part": part,
        "changed": changed,
        "table": table,
        "lines": [(line, list(zip(line.cells, table.fields, strict=True))) for line in shown],
        "page": page,
    }
    return render(request, "reports/rehearsal.html", context)


@never_cache
@require_safe
def rehearsal_progress(request: HttpRequest, pk: UUID) -> JsonResponse:
    return JsonResponse(_far(load_rehearsal(request.user, pk)))


@require_POST
def rehearsal_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_rehearsal(request.user, pk)
    actions.cancel_rehearsal(rehearsal=row, by=request.user, now=timezone.now())
    return redirect("reports:rehearsal", pk=pk)


@never_cache
@require_safe
def rehearsal_center(request: HttpRequest, pk: UUID, inspection: UUID) -> HttpResponse:
    """Item by item why one inspection would come to another score."""
    row = load_rehearsal(request.user, pk)
    result = get_object_or_404(row.results, inspection=inspection)
    inspections = Inspection.objects.select_related("center", "round", "edition")
    one = get_object_or_404(inspections, pk=inspection)
    standard = actions.standard_of(row)
    links = actions.Editions(standard).links(one.edition_id)
    came_to = replaying.replay(standard, one.kind, links, one.content["items"])
    context = {
        "row": row,
        "result": result,
        "inspection": one,
        "why": rehearsal_results.why(standard, one.edition, links, came_to.effects),
        "vetoed": rehearsal_results.titles(standard, came_to.vetoed),
        "grades": [grade.name for grade in standard.policy.grades],
    }
    return render(request, "reports/rehearsal_center.html", context)


@require_POST
def rehearsal_table(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The table that the page shows, with its filter, as XLSX, or as CSV by ?as=csv."""
    row = load_rehearsal(request.user, pk)
    part, changed = _part(request), not request.GET.get("all")
    table = rehearsal_results.table(row, part)
    found = rehearsal_results.lines(row, part, changed=changed)
    if part == "centers":
        found = rehearsal_results.center_lines(found.iterator(chunk_size=rehearsal_results.CHUNK))
    title = _("%(edition)s 试算：%(table)s") % {"edition": row.edition, "table": table.title}
    if request.GET.get("as") == "csv":
        record(
            "rehearsal.export",
            by=request.user,
            target=row,
            region=row.region_id,
            now=timezone.now(),
            table=part,
        )
        heads = [field.head for field in table.fields]
        return csv_file(heads, (line.cells for line in found), f"{title}.csv")
    notes = [_("试算结果，不是正式得分。"), tables.policy_note()]
    return as_table(
        request, "rehearsal.export", row, f"{title}.xlsx",
        lambda path: sheets.write(path, [table.sheet(found, title, notes)]),
    )  # fmt: skip


def load_rehearsal(user: User, pk: UUID) -> Rehearsal:
    """A rehearsal of the person's regions, else 404."""
    rows = Rehearsal.objects.visible_to(user).select_related(
        "edition", "region", "started_by", "cancelled_by"
    )
    row: Rehearsal = get_object_or_404(rows, pk=pk)
    permissions.can_rehearse(user).enforce(action="rehearsal.read", target=row, region=row.region_id)
    return row


def _part(request: HttpRequest) -> str:
    part = request.GET.get("part", "centers")
    if part not in rehearsal_results.PARTS:
        raise Http404
    return part


def _far(row: Rehearsal) -> dict[str, Any]:
    percent = 100 * row.done // row.total if row.total else 100
    words = _("%(done)s / %(total)s 次检查") % {"done": row.done, "total": row.total}
    return {"state": row.state, "percent": percent, "count": words, "left": _left(row)}


def _left(row: Rehearsal) -> str:
    """How long it will take as it has gone so far."""
    if row.state != Rehearsal.State.RUNNING:
        return ""
    if not row.done:
        return _("正在等待后台处理")
    seconds = (timezone.now() - row.started_at).total_seconds() * (row.total - row.done) / row.done
    if seconds < 60:
        return _("不到 1 分钟")
    return _("大约还要 %(n)s 分钟") % {"n": round(seconds / 60)}
