"""Upholding an objection: the page on which an item's result is set right, and the score with it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inspections import permissions as inspecting
from inspections.answers import Given, read_given
from inspections.checklist import checklist
from inspections.fragments import standalone
from inspections.loading import load_finding
from inspections.models import Finding, Request
from inspections.way_back import carried, carry
from inspections.wording import fault_words, frozen_words
from organization.problems import NotAllowed, Problem
from organization.templatetags.portal import score as score_words
from standards.faults import Faults

from .. import actions
from ..forms import CorrectionForm


@require_http_methods(["GET", "HEAD", "POST"])
def request_correct(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(
        Request.objects.visible_to(request.user).select_related("finding", "asked_by"), pk=pk
    )
    finding = load_finding(request.user, asked.finding_id)
    verdict = inspecting.can_correct(request.user, asked, finding)
    if not verdict and _is_answered(request, asked, finding):
        return _lead_to(request, asked)
    verdict.enforce(action="score.correct", target=finding, region=finding.region_id)
    entry = checklist(finding.inspection.edition_id, finding.inspection.kind).by_pk[finding.item_id]
    form, faults = CorrectionForm(request.POST or None), ""
    given = Given()
    if request.method == "POST":
        given = read_given(request.POST, entry.prefix, entry.item.measure)
        if form.is_valid():
            try:
                return _correct(request, asked, given, form.cleaned_data["words"])
            except Faults as found:
                faults = " ".join(text for texts in fault_words(found).values() for text in texts)
            except Problem as problem:
                faults = str(problem.message)
    now = next(item for item in finding.inspection.content["items"] if item["code"] == entry.item.code)
    now = now | {"answer": frozen_words(entry, finding.inspection.kind, now)}
    context = {
        "asked": asked,
        "finding": finding,
        "now": now,
        "form": form,
        "faults": faults,
        "carried": carry(carried(request)),
        **standalone(entry, finding.inspection.kind, given),
    }
    return render(request, "reports/correction.html", context, status=400 if faults or form.errors else 200)


def _correct(request: HttpRequest, asked: Request, given: Given, words: str) -> HttpResponse:
    try:
        line = actions.correct_score(
            request=asked, given=given, words=words, by=request.user, now=timezone.now()
        )
    except NotAllowed:
        # Answered in this moment: a finger that pressed twice, or a colleague.
        asked.refresh_from_db(fields=["state"])
        if not _is_answered(request, asked, asked.finding):
            raise
        return _lead_to(request, asked)
    scores = {"before": score_words(line.score_before), "after": score_words(line.score_after)}
    messages.success(request, _("得分由%(before)s更正为%(after)s，乡镇可以看到。") % scores)
    return redirect("reports:score", pk=asked.finding.inspection_id)


def _is_answered(request: HttpRequest, asked: Request, finding: Finding) -> bool:
    """Whether it is an objection that the person might have answered, and somebody has."""
    is_over = asked.kind == Request.Kind.OBJECTION and asked.state != Request.State.ASKED
    return is_over and bool(inspecting.can_review(request.user, finding))


def _lead_to(request: HttpRequest, asked: Request) -> HttpResponse:
    if asked.state == Request.State.GRANTED:
        messages.info(request, _("这项异议已经同意，得分已经更正，不用再办。"))
        return redirect("reports:score", pk=asked.finding.inspection_id)
    messages.info(request, _("这项异议已经答复“不同意”，不用再办。"))
    page = reverse("inspections:finding", args=[asked.finding_id])
    return redirect(page + carry(carried(request)))
