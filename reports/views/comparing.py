"""Self-check, county and spot check side by side: the page and its table."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inspections.loading import load_inspection
from inspections.models import Inspection

from .. import comparing, permissions, tables
from .exports import as_table

ONLY = "differences"


@require_safe
def comparison(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What each side found, item by item, from the frozen contents; ?only=differences narrows it."""
    inspection = _readable(request, pk)
    only = request.GET.get("only") == ONLY
    compared = comparing.compare(request.user, inspection, only_differences=only)
    context = {"inspection": inspection, "compared": compared, "only": only}
    return render(request, "reports/comparison.html", context)


@require_POST
def comparison_table(request: HttpRequest, pk: UUID) -> FileResponse:
    """The same as the page shows it, with its filter."""
    inspection = _readable(request, pk)
    only = request.GET.get("only") == ONLY
    compared = comparing.compare(request.user, inspection, only_differences=only)
    notes = [_("只列有差异的检查项。")] if only else []
    title = _("%(center)s 逐项对照") % {"center": inspection.center.name}
    return as_table(
        request, "comparison.export", inspection, f"{title}.xlsx",
        lambda path: comparing.write(path, compared, title=title, notes=[*notes, tables.policy_note()]),
    )  # fmt: skip


def _readable(request: HttpRequest, pk: UUID) -> Inspection:
    inspection = load_inspection(request.user, pk)
    permissions.can_compare_scores(request.user, inspection).enforce(
        action="comparison.read", target=inspection, region=inspection.region_id
    )
    return inspection
