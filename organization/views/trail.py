"""The audit trail, for audit administrators."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import actions
from ..forms import AuditFilter
from ..models import AuditEntry, Role
from ..paging import FirstPages
from ..permissions import can_read_audit, is_wide
from ..trail import csv_lines, say, search

PER_PAGE = 50


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """List the trail of the person's regions as the filter says."""
    can_read_audit(request.user).enforce(action="audit.list", target=request.path)
    form = AuditFilter(request.GET)
    form.is_valid()
    entries, number = search(request.user, form.cleaned_data), request.GET.get("page")
    if is_wide(request.user, Role.AUDIT_ADMINISTRATOR):
        page = FirstPages(entries, PER_PAGE).get_page(number)
        shown = AuditEntry.objects.select_related("by", "region")
        page.object_list = list(shown.filter(pk__in=list(page)))
    else:
        page = Paginator(entries, PER_PAGE).get_page(number)
    for entry in page:
        say(entry)
    return render(request, "organization/audit.html", {"page": page, "filter": form})


@require_POST
def audit_export(request: HttpRequest) -> HttpResponse:
    """What the filter finds as a table; a POST, since the export is written into the trail."""
    can_read_audit(request.user).enforce(action="audit.export", target=request.path)
    form = AuditFilter(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('organization:audit')}?{request.GET.urlencode()}")
    entries = search(request.user, form.cleaned_data)
    now = timezone.now()
    actions.note_export(by=request.user, count=entries.count(), wanted=_said(form.cleaned_data), now=now)
    return StreamingHttpResponse(
        csv_lines(entries.filter(at__lt=now)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="audit-{now:%Y%m%d-%H%M%S}.csv"'},
    )


def _said(wanted: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in wanted.items() if value}
