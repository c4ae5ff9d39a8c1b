"""Ordering the re-inspection of what is still open of an inspection."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organization.models import Role, User
from organization.permissions import holder
from organization.problems import NotAllowed, Problem

from .. import actions, permissions
from ..finding_page import give_dues
from ..forms import ReinspectForm
from ..loading import load_inspection
from ..models import Inspection


@require_http_methods(["GET", "HEAD", "POST"])
def reinspect(request: HttpRequest, pk: UUID) -> HttpResponse:
    inspection = load_inspection(request.user, pk)
    verdict = permissions.can_order_reinspection(request.user, inspection)
    if not verdict and (ordered := _ordered(request.user, inspection)):
        return _lead_to(request, ordered)
    verdict.enforce(action="inspection.reinspect", target=inspection, region=inspection.region_id)
    form = ReinspectForm(request.POST or None, place=actions.place_of_reinspection(inspection))
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "people": list(form.cleaned_data["people"])}
        try:
            actions.order_reinspection(inspection=inspection, **given, by=request.user, now=timezone.now())
        except NotAllowed:
            # Ordered in this moment: a finger that pressed twice, or a colleague.
            if (ordered := _ordered(request.user, inspection)) is None:
                raise
            return _lead_to(request, ordered)
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            messages.success(request, _("已安排复查，检查员在“我的任务”中可以看到。"))
            return redirect("inspections:inbox")
    findings = list(actions.open_findings_of(inspection).select_related("item").order_by("item_id"))
    give_dues(findings, timezone.localdate())
    context = {"inspection": inspection, "form": form, "findings": findings}
    return render(request, "inspections/reinspect.html", context, status=400 if form.errors else 200)


def _ordered(user: User, inspection: Inspection) -> Inspection | None:
    """The re-inspection under way, for whoever might order one."""
    if not holder(user, Role.ADMINISTRATOR, code=inspection.region_id):
        return None
    under_way = inspection.reinspections.exclude(state=Inspection.State.SUBMITTED)
    row: Inspection | None = under_way.select_related("round").first()
    return row


def _lead_to(request: HttpRequest, ordered: Inspection) -> HttpResponse:
    messages.info(request, _("已经安排了复查，检查员还没有提交，不用再安排。"))
    if permissions.can_manage_round(request.user, ordered.round):
        return redirect("inspections:round", pk=ordered.round_id)
    return redirect("inspections:inbox")
