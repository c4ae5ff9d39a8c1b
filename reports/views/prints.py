"""Papers without a number: the ledger of a round and a township's score report, as PDF."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inspections.loading import load_inspection
from inspections.models import Finding, Inspection, Round
from inspections.permissions import can_feed_back
from organization.audit import record
from organization.problems import Problem

from .. import actions, gathering, pdf, permissions
from ..document import DocumentRefused, Paper
from ..feedback_paper import compose_feedback, rows_of, told_of
from ..loading import load_document, load_round_overseen
from ..long_tables import LongTable
from ..models import Job, OfficialDocument
from ..printed_ledger import issuer_of, printed_ledger
from ..receipt_slip import compose_receipt, receipt_of
from ..refusals import explain
from ..score_report import compose_score_report


@require_POST
def round_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """整改台账 of a round, for what the person oversees; a long one on the page of its job."""
    round = load_round_overseen(request.user, pk)
    table = LongTable(Job.Kind.LEDGER, request.user, round, {"as": "pdf"})
    try:
        job = actions.start_if_long(table=table, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("reports:county")
    if job:
        return redirect("reports:job", pk=job.pk)
    return _printed(
        request,
        lambda: printed_ledger(request.user, round),
        action=table.action,
        target=round,
        name=table.name(),
        back=reverse("reports:county"),
    )


@require_POST
def score_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """得分报告 of the township of an inspection: what the person may see of it in the same round."""
    inspection = load_inspection(request.user, pk)
    permissions.can_read_score(inspection).enforce(
        action="score.print", target=inspection, region=inspection.region_id
    )
    township = gathering.township_of(inspection.region)
    facts = gathering.township_scores(
        inspection.round, township, among=Inspection.objects.visible_to(request.user)
    )
    return _printed(
        request,
        lambda: compose_score_report(
            issuer=issuer_of(township),
            facts=facts,
            dated=timezone.localdate(),
            demonstration=township.is_demonstration,
        ),
        action="score.print",
        target=inspection,
        name=_("%(township)s 得分报告.pdf") % {"township": township.name},
        back=reverse("reports:score", args=[pk]),
    )


@require_POST
def feedback_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """整改情况反馈表 of an inspection's notice, filled with what was written, for signature and stamp."""
    inspection = load_inspection(request.user, pk)
    permissions.can_export_tables(request.user).enforce(
        action="feedback.print", target=inspection, region=inspection.region_id
    )
    rows = Finding.objects.visible_to(request.user).filter(told_of(inspection)).order_by("item__position")
    notice = (
        OfficialDocument.objects.visible_to(request.user)
        .issued()
        .demands()
        .filter(inspection=inspection)
        .select_related("body")
        .defer("document")
        .first()
    )
    return _printed(
        request,
        lambda: compose_feedback(
            center=inspection.center.name,
            number=notice.number_text if notice else "",
            round=inspection.round.name,
            rows=rows_of(list(rows), drafts=bool(can_feed_back(request.user, inspection))),
            demonstration=inspection.region.is_demonstration,
        ),
        action="feedback.print",
        target=inspection,
        name=_("%(center)s 整改情况反馈表.pdf") % {"center": inspection.center.name},
        back=reverse("reports:score", args=[pk]),
    )


@require_POST
def receipt_slip(request: HttpRequest, pk: UUID) -> HttpResponse:
    """签收回执 of a document: name and time as they were recorded, for signature and stamp."""
    row = load_document(request.user, pk)
    receipt = receipt_of(row)
    if receipt is None:
        messages.error(request, _("这份公文还没有签收。"))
        return redirect("reports:document", pk=pk)
    return _printed(
        request,
        lambda: compose_receipt(row, receipt),
        action="document.receipt",
        target=row,
        name=_("%(number)s 签收回执.pdf") % {"number": row.number_text},
        back=reverse("reports:document", args=[pk]),
    )


def _printed(
    request: HttpRequest,
    composed: Callable[[], Paper],
    *,
    action: str,
    target: Round | Inspection | OfficialDocument,
    name: str,
    back: str,
) -> HttpResponse:
    """The paper as a download, its digest in the trail; where there can be none, the page `back` says why."""
    try:
        made = pdf.render(composed())
    except DocumentRefused as refused:
        messages.error(request, explain(refused))
        return redirect(back)
    record(
        action, by=request.user, target=target, region=target.region_id, now=timezone.now(),
        sha256=made.sha256,
    )  # fmt: skip
    response = HttpResponse(made.pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
