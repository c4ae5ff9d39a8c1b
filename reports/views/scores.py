"""Submitting an inspection, and the page that explains its score."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inspections.checklist import checklist
from inspections.finding_page import give_dues
from inspections.loading import load_inspection
from inspections.models import Correction, Finding, Inspection, Photo
from inspections.permissions import can_manage_round
from inspections.templatetags.findings import round_name
from inspections.wording import frozen_words
from organization.models import User
from organization.problems import Problem
from organization.templatetags.portal import day, moment

from .. import actions, comparing, gathering, overview, permissions
from ..models import OfficialDocument
from ..models.offices import DEMANDS


@require_POST
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    inspection = load_inspection(request.user, pk)
    try:
        actions.submit(
            inspection=inspection,
            by=request.user,
            now=timezone.now(),
            seen=request.POST.get("digest", ""),
        )
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("inspections:check", pk=pk)
    if inspection.reinspects_id:
        said = _("已提交。复查结果如下，检查内容不再变动。")
    else:
        said = _("已提交。得分和问题如下，检查内容不再变动。")
    messages.success(request, said)
    return redirect("reports:score", pk=pk)


@require_safe
def score(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The score and where every lost point comes from, read from the frozen content alone."""
    inspection = load_inspection(request.user, pk)
    permissions.can_read_score(inspection).enforce(
        action="score.read", target=inspection, region=inspection.region_id
    )
    if inspection.reinspects_id:
        return _reinspection(request, inspection)
    frozen = inspection.content
    kept = {str(key) for key in Photo.objects.filter(inspection=inspection).values_list("pk", flat=True)}
    items = [_shown(inspection, item, kept) for item in frozen["items"]]
    lost = [item for item in items if item["status"] in ("not_met", "partly")]
    followed = _followed(request.user, inspection)
    corrections = _ledger(inspection)
    for item in items:
        item["corrections"] = [line for line in corrections if line.item.code == item["code"]]
    for item in lost:
        item["followed"] = followed.get(item["code"])
    sections = [section for section in frozen["sections"] if section["score"] is not None]
    context = {
        "inspection": inspection,
        "frozen": frozen,
        "sections": sections,
        "lost": sorted(lost, key=lambda item: -Decimal(item["lost"])),
        "points": _sum(sections, "points"),
        "lost_points": _sum(sections, "lost"),
        "achieved": _sum(sections, "achieved"),
        "vetoed": [item for item in items if item["code"] in frozen["vetoed"]],
        "met": [item for item in items if item["status"] == "met"],
        "not_applicable": [item for item in items if item["status"] == "na"],
        "facts": _facts(frozen, inspection),
        "change": overview.change(inspection),
        "corrections": corrections,
        "next": overview.better(frozen),
        **_documents(request.user, inspection),
        "round_url": _round_url(request.user, inspection),
        "can_compare": bool(permissions.can_compare_scores(request.user, inspection))
        and comparing.has_company(request.user, inspection),
    }
    return render(request, "reports/score.html", context)


def _reinspection(request: HttpRequest, inspection: Inspection) -> HttpResponse:
    """What a re-inspection found of each item, and what became of the finding; it has no score."""
    frozen = inspection.content
    kept = {str(key) for key in Photo.objects.filter(inspection=inspection).values_list("pk", flat=True)}
    before = Inspection.objects.select_related("round").get(pk=inspection.reinspects_id)
    followed = _followed(request.user, before)
    items = [_shown(inspection, item, kept) for item in frozen["items"]]
    old = {item["code"]: _told(before, item, item["code"]) for item in before.content["items"]}
    for item in items:
        item["before"], item["followed"] = old[item["code"]], followed.get(item["code"])
        item["put_right"] = item["status"] in ("met", "na")
    context = {
        "inspection": inspection,
        "frozen": frozen,
        "items": items,
        "put_right": sum(item["put_right"] for item in items),
        "facts": _facts(frozen, inspection),
        "may_follow": bool(followed),
        "round_url": _round_url(request.user, inspection),
        **_documents(request.user, inspection),
    }
    return render(request, "reports/reinspection.html", context)


def _round_url(user: User, inspection: Inspection) -> str:
    """The address of the round for those who manage it; nothing for others."""
    managed = can_manage_round(user, inspection.round)
    return reverse("inspections:round", args=[inspection.round_id]) if managed else ""


def _followed(user: User, inspection: Inspection) -> dict[str, Finding]:
    """The findings by the code of their item, with their deadlines, for those who may follow them."""
    rows = list(Finding.objects.visible_to(user).filter(inspection=inspection).select_related("item"))
    give_dues(rows, timezone.localdate())
    return {row.item.code: row for row in rows}


def _documents(user: User, inspection: Inspection) -> dict[str, Any]:
    """The document that asks for the findings to be put right (the last one where one was replaced), the
    opinion where this was a re-inspection, and for those who may draft one the notice it looked at again."""
    rows = OfficialDocument.objects.visible_to(user).filter(inspection=inspection).select_related("body")
    rows = list(rows.defer("document").order_by("-drafted_at"))
    opinion = next((row for row in rows if row.kind == OfficialDocument.Kind.OPINION), None)
    can_draft = permissions.can_draft(user, inspection)
    earlier = OfficialDocument.objects.looked_at_again_by(inspection).visible_to(user)
    return {
        "notice": next((row for row in rows if row.kind in DEMANDS), None),
        "opinion": opinion,
        "looked_at_again": earlier.defer("document").first() if can_draft else None,
        "can_draft": can_draft,
        "opinion_over": opinion is None or opinion.state == OfficialDocument.State.WITHDRAWN,
    }


def _ledger(inspection: Inspection) -> list[Correction]:
    """What was set right since the submission, in its order."""
    lines = list(inspection.corrections.select_related("item", "by", "request"))
    for line in lines:
        code = line.item.code
        line.before = _told(inspection, line.before, code)
        line.after = _told(inspection, line.after, code)
    return lines


def _told(inspection: Inspection, item: dict[str, Any], code: str) -> dict[str, Any]:
    """The item with its answer in the reader's language."""
    entry = checklist(inspection.edition_id, inspection.kind).by_code[code]
    return {**item, "answer": frozen_words(entry, inspection.kind, item)}


def _shown(inspection: Inspection, item: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    """The item with its clause and links to those of its photos that are still stored."""
    clause = inspection.content["clauses"][item["clause"]]
    photos = [
        {
            "url": reverse("inspections:photo", args=[photo["id"]]),
            "thumbnail": reverse("inspections:photo-thumbnail", args=[photo["id"]]),
            "note": item["title"],
        }
        for photo in gathering.shown_photos(item)
        if photo["id"] in kept
    ]
    return {**_told(inspection, item, item["code"]), "source": clause, "photos": photos}


def _sum(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def _facts(frozen: dict[str, Any], inspection: Inspection) -> list[tuple[Any, ...]]:
    standard = frozen["standard"]
    return [
        (_("轮次"), round_name(frozen["round"]["name"])),
        (_("检查日期"), day(frozen["inspected_on"])),
        (_("检查人员"), _("、").join(frozen["inspectors"])),
        (_("提交人"), f"{frozen['submitted_by']} {moment(inspection.submitted_at)}"),
        (_("计划批准文号"), frozen["round"]["plan_number"]),
        (
            _("标准"),
            standard["document_number"] or standard["title"],
            reverse("standards:edition", args=[standard["code"], standard["edition"]]),
        ),
    ]
