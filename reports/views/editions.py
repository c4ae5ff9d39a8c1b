"""Two editions of a standard side by side, as a table."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.audit import record
from standards.loading import load_visible, other_edition

from .. import sheets
from ..edition_changes import change_sheets
from .exports import csv_file, table_file

FORMS = ("xlsx", "csv")


@require_POST
def edition_changes_table(request: HttpRequest, code: str, edition: str, form: str) -> HttpResponse:
    """What the page of the comparison shows, with its filter; whoever sees the editions may have it."""
    row = load_visible(request.user, code, edition)
    before = other_edition(request.user, row, request.GET.get("with", ""))
    if form not in FORMS:
        raise Http404
    if before is None:
        # The page says that there is nothing to hold it against, or lets choose.
        return redirect("standards:changes", code=code, edition=edition)
    tables = change_sheets(before, row, request.GET.get("show", ""))
    title = _("版次对照 %(before)s %(edition)s") % {"before": before.edition, "edition": row.edition}
    record("standard.export_changes", by=request.user, target=row, now=timezone.now(), before=str(before))
    if form == "csv":
        return csv_file([field.head for field in tables[0].fields], tables[0].rows, f"{title}.csv")
    return table_file(f"{title}.xlsx", lambda path: sheets.write(path, tables))
