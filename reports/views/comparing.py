"""Self-check, county and spot check side by side: the page and its table."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inspections.loading import load_inspection
from inspections.models import Inspection
from organization.audit import record

from .. import comparing, permissions, sheets, tables
from .exports import as_table, csv_file

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
def comparison_table(request: HttpRequest, pk: UUID, form: str = "xlsx") -> HttpResponse:
    """The same as the page shows it, with its filter, as .xlsx or .csv."""
    inspection = _readable(request, pk)
    only = request.GET.get("only") == ONLY
    compared = comparing.compare(request.user, inspection, only_differences=only)
    notes = [_("只列有差异的检查项。")] if only else []
    title = _("%(center)s 逐项对照") % {"center": inspection.center.name}
    sheet = comparing.sheet(compared, title=title, notes=[*notes, tables.policy_note(inspection.edition)])
    if form == "csv":
        permissions.can_export_tables(request.user).enforce(
            action="comparison.export", target=inspection, region=inspection.region_id
        )
        record(
            "comparison.export", by=request.user, target=inspection, region=inspection.region_id,
            now=timezone.now(),
        )  # fmt: skip
        return csv_file([field.head for field in sheet.fields], sheet.rows, f"{title}.csv")
    return as_table(
        request, "comparison.export", inspection, f"{title}.xlsx", lambda path: sheets.write(path, [sheet])
    )


def _readable(request: HttpRequest, pk: UUID) -> Inspection:
    inspection = load_inspection(request.user, pk)
    permissions.can_compare_scores(request.user, inspection).enforce(
        action="comparison.read", target=inspection, region=inspection.region_id
    )
    return inspection
