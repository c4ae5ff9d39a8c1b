"""Submitting: what turns an inspection into a report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from inspections import actions as inspections
from inspections.checklist import Checklist, keys_of
from inspections.models import Answer, Finding, Inspection, Photo
from inspections.permissions import UNFOLLOWED
from organization.audit import record
from organization.counting import counting
from organization.models import User
from standards.answers import Answer as TypedAnswer
from standards.answers import parse_answer
from standards.editions import efforts_of
from standards.measures import MET

from .. import scoring, snapshot
from ..outcomes import outcome_of
from .summaries import count_result


def submit(*, inspection: Inspection, by: User, now: datetime, seen: str | None = None) -> Inspection:
    """Submit a complete inspection: score it, freeze what it held, open its findings.

    One transaction; raises `Problem` where an item is unanswered or in conflict, a photo has not arrived,
    or the answers are not those whose digest is `seen`; `NotAllowed` for anybody but its lead.
    Submitting again by the same lead, as an impatient finger does, changes nothing.
    """
    with counting():
        center = inspections.lock_center(inspection.center_id)
        ready = inspections.lock_for_submit(inspection=inspection, by=by, seen=seen)
        if ready is None:
            return inspection
        locked, checklist, answers = ready
        result = scoring.score(checklist.standard, checklist.kind, typed(checklist, answers))
        if locked.reinspects_id:
            # Some items alone are no score, and leave that of the inspection as it is.
            result = replace(result, score=None, grade=None)
        efforts = efforts_of(locked.edition_id)
        better = scoring.next_grade(checklist.standard, checklist.kind, result, efforts)
        photos = Photo.objects.kept().filter(inspection=locked)
        frozen = snapshot.build(
            inspection=locked, checklist=checklist, answers=answers, photos=photos, result=result,
            better=better, by=by, now=now,
        )  # fmt: skip
        inspections.mark_submitted(
            inspection=locked, center=center, score=result.score, grade=result.grade or "", snapshot=frozen,
            by=by, now=now,
        )  # fmt: skip
        count = inspections.open_findings(_findings(locked, checklist, result, now))
        if locked.reinspects_id:
            inspections.settle_reinspection(inspection=locked, answers=answers, by=by, now=now)
        else:
            count_result(locked, outcome_of(frozen, keys_of(checklist)), center)
        record(
            "inspection.submit", by=by, target=locked, region=locked.region_id, now=now,
            score=frozen["score"], grade=frozen["grade"], findings=count,
        )  # fmt: skip
    return locked


def typed(checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, TypedAnswer]:
    """Stored answers as scoring reads them, by item code."""
    typed = {}
    for entry in checklist.entries:
        row = answers[entry.item.code]
        raw = {"na": True, "reason": row.reason} if row.na else {"value": row.value}
        typed[entry.item.code] = parse_answer(entry.item, checklist.kind, raw)
    return typed


def _findings(
    inspection: Inspection, checklist: Checklist, result: scoring.Result, now: datetime
) -> list[Finding]:
    """One finding for each scored item that is not fully met, also where it carries no points.

    A self-check opens none: what a township finds by itself is its own to repair, unasked. Nor does a
    re-inspection, which moves those of the inspection that it looks at again.
    """
    rows: list[Finding] = []
    if inspection.round.kind in UNFOLLOWED:
        return rows
    for item in result.items:
        if not item.scored or item.status == MET:
            continue
        entry = checklist.by_code[item.code]
        rows.append(
            Finding(
                inspection=inspection,
                item_id=entry.pk,
                round_id=inspection.round_id,
                center_id=inspection.center_id,
                region_id=inspection.region_id,
                clause=item.reference,
                finding=item.finding,
                requirement=item.requirement,
                lost=item.lost,
                mode=entry.item.rectify.mode,
                working_days=entry.item.rectify.working_days,
                found_at=now,
            )
        )
    return rows
