"""Submitting: what turns an inspection into a report."""

from dataclasses import replace
from datetime import datetime

from inspections import actions as inspections
from inspections.checklist import Checklist, keys_of
from inspections.models import Inspection
from inspections.permissions import UNFOLLOWED
from inspections.submission_rows import Found
from organization.audit import record
from organization.counting import counting
from organization.models import User
from standards.editions import efforts_of
from standards.measures import MET

from .. import scoring, snapshot
from ..next_grade import next_grade
from ..outcomes import outcome_of
from ..readings import Readings
from .summaries import count_result


def submit(*, inspection: Inspection, by: User, now: datetime, seen: str | None = None) -> Inspection:
    """Submit a complete inspection: score it, freeze what it held, open its findings.

    One transaction; raises `Problem` where an item is unanswered or in conflict, a photo has not arrived,
    or the answers are not those whose digest is `seen`; `NotAllowed` for anybody but its lead.
    Submitting again by the same lead, as an impatient finger does, changes nothing. What is returned has
    the fields that a submission reads and writes.
    """
    with counting():
        center = inspections.lock_center(inspection.center_id)
        ready = inspections.lock_for_submit(inspection=inspection, by=by, seen=seen)
        if ready is None:
            return inspection
        locked, checklist = ready.inspection, ready.checklist
        result = checklist.derive(Readings).score(ready.answers)
        if locked.reinspects_id:
            # Some items alone are no score, and leave that of the inspection as it is.
            result = replace(result, score=None, grade=None)
        efforts = efforts_of(locked.edition_id)
        better = next_grade(checklist.standard, checklist.kind, result, efforts)
        frozen = snapshot.build(
            inspection=locked, checklist=checklist, answers=ready.answers, photos=ready.photos,
            inspectors=list(ready.inspectors), result=result, better=better, by=by, now=now,
        )  # fmt: skip
        inspections.mark_submitted(
            inspection=locked, center=center, score=result.score, grade=result.grade or "", snapshot=frozen,
            by=by, now=now,
        )  # fmt: skip
        found = _found(locked, checklist, result)
        inspections.open_findings(locked, found, now)
        if locked.reinspects_id:
            inspections.settle_reinspection(inspection=locked, answers=ready.answers, by=by, now=now)
        else:
            count_result(locked, outcome_of(frozen, checklist.derive(keys_of)), center)
        record(
            "inspection.submit", by=by, target=locked, region=locked.region_id, now=now,
            score=frozen["score"], grade=frozen["grade"], findings=len(found),
        )  # fmt: skip
    return locked


def _found(inspection: Inspection, checklist: Checklist, result: scoring.Result) -> list[Found]:
    """One finding for each scored item that is not fully met, also where it carries no points.

    A self-check opens none: what a township finds by itself is its own to repair, unasked. Nor does a
    re-inspection, which moves those of the inspection that it looks at again.
    """
    if inspection.round.kind in UNFOLLOWED:
        return []
    found = []
    for item in result.items:
        if item.scored and item.status != MET:
            entry = checklist.by_code[item.code]
            rectify = entry.item.rectify
            found.append(
                Found(
                    item=entry.pk,
                    clause=item.reference,
                    finding=item.finding,
                    requirement=item.requirement,
                    lost=item.lost,
                    mode=rectify.mode,
                    working_days=rectify.working_days,
                )
            )
    return found
