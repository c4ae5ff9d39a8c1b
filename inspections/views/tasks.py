"""The inspector's home: what is to be inspected, what is unfinished, what is done."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..checklist import checklist_of
from ..models import Conflict, Inspection

DONE_SHOWN = 20
DONE_UNFOLDED = 5


@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    assigned = (
        Inspection.objects.visible_to(request.user)
        .assigned_to(request.user)
        .select_related("center", "round", "region__parent")
        .defer("snapshot", "corrected")
    )
    running = list(assigned.exclude(state=Inspection.State.SUBMITTED).with_answered())
    for inspection in running:
        inspection.total = len(checklist_of(inspection).entries)
    note_conflicts(running)
    in_progress = [row for row in running if row.state == Inspection.State.IN_PROGRESS]
    to_begin = [row for row in running if row.state == Inspection.State.TO_BEGIN]
    done = list(assigned.submitted().order_by("-submitted_at")[:DONE_SHOWN])
    context = {
        "in_progress": in_progress,
        "to_begin": to_begin,
        "disputed": [row for row in running if row.disputed],
        "next": next(iter([*in_progress, *to_begin]), None),
        "submitted": done[:DONE_UNFOLDED],
        "earlier": done[DONE_UNFOLDED:],
    }
    return render(request, "inspections/task_list.html", context)


def note_conflicts(inspections: list[Inspection]) -> None:
    """Note on each how many of its items are in conflict."""
    rows = Conflict.objects.open().filter(inspection__in=inspections).order_by()
    counts = dict(rows.values_list("inspection").annotate(n=Count("item", distinct=True)))
    for inspection in inspections:
        inspection.disputed = counts.get(inspection.pk, 0)
