"""Items that two inspectors answered differently: everybody sees both, the lead picks one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from organization.problems import Problem

from .. import actions, permissions
from ..conflict_page import clashes, decided
from ..forms import LONGEST_KEY
from ..loading import load_entry, load_inspection
from ..models import Inspection


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what is in conflict; posted, let one answer of an item hold."""
    inspection = load_inspection(request.user, pk)
    permissions.can_compare(request.user, inspection).enforce(
        action="conflict.read", target=inspection, region=inspection.region_id
    )
    return _settle(request, inspection) if request.method == "POST" else _page(request, inspection)


def _settle(request: HttpRequest, inspection: Inspection) -> HttpResponse:
    permissions.can_settle(request.user, inspection).enforce(
        action="conflict.settle", target=inspection, region=inspection.region_id
    )
    entry = load_entry(inspection, request.POST.get("item", ""))
    try:
        actions.settle(
            inspection=inspection,
            code=entry.item.code,
            event=_key(request.POST.get("event", "")),
            seen=_key(request.POST.get("seen", "")),
            by=request.user,
            now=timezone.now(),
        )
    except Problem as problem:
        return _page(request, inspection, str(problem.message))
    messages.success(request, _("“%(title)s”已选定。") % {"title": entry.item.title})
    return redirect("inspections:conflicts", pk=inspection.pk)


def _key(text: str) -> int:
    """A number out of the form; what is none names nothing."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else -1


def _page(request: HttpRequest, inspection: Inspection, problem: str = "") -> HttpResponse:
    context = {
        "inspection": inspection,
        "clashes": clashes(inspection),
        "decided": decided(inspection),
        "can_fill": permissions.can_fill(request.user, inspection),
        "can_settle": permissions.can_settle(request.user, inspection),
        "problem": problem,
    }
    return render(request, "inspections/conflicts.html", context, status=400 if problem else 200)
