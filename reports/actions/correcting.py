"""Upholding an objection: the score is computed anew from the answers and the ledger of corrections."""

from datetime import datetime
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext as _

from inspections import actions as inspections
from inspections.answers import UNANSWERED, Given, check
from inspections.checklist import checklist as read_checklist
from inspections.checklist import keys_of
from inspections.models import Correction, Inspection, Photo, Request
from organization.counting import counting
from organization.models import User
from organization.problems import Problem
from standards.editions import efforts_of

from .. import permissions, scoring, snapshot, workflow
from ..models import OfficialDocument
from ..next_grade import next_grade
from ..outcomes import outcome_of
from ..readings import Readings
from ..wording import CORRECTED, OVERTAKEN
from .documents import lock, replace_document
from .history import remember, told
from .moving import withdraw
from .summaries import adjust


@counting()
def correct_score(*, request: Request, given: Given, words: str, by: User, now: datetime) -> Correction:
    """Uphold an objection: append what the item's answer should have been, and score once more.

    The submitted answers, the first score and earlier corrections stay as they are. Raises `Faults`
    for an answer that does not fit its item, `Problem` where nothing is corrected, where more points
    would be lost than before, or without the reason in `words`.
    """
    inspections.lock_center(request.finding.center_id)
    inspection, locked = inspections.lock_to_correct(request=request, by=by)
    checklist = read_checklist(inspection.edition_id, inspection.kind)
    entry = checklist.by_pk[locked.finding.item_id]
    answers = inspections.answers_as_corrected(inspection, checklist)
    old = answers[entry.item.code]
    new = check(given, entry.item, inspection.kind)
    if new.status == UNANSWERED:
        raise Problem(_("请填写更正后的检查结果。"), "value")
    if (new.value, new.na) == (old.value, old.na):
        raise Problem(_("这和原来的检查结果一样。不成立的异议请答复“不同意”。"), "value")
    if not words.strip():
        raise Problem(_("请写明更正的理由。"), "words")
    readings = checklist.derive(Readings)
    before = readings.score(answers)
    answers[entry.item.code] = inspections.corrected_answer(
        {**new.plain(), "note": old.note, "status": new.status}, by=by, at=now
    )
    result = readings.score(answers)
    if _lost(result, entry.item.code) > _lost(before, entry.item.code):
        raise Problem(_("更正后的扣分不能比原来多。"), "value")
    assert inspection.submitted_by is not None
    assert inspection.submitted_at is not None
    content = snapshot.build(
        inspection=inspection, checklist=checklist, answers=answers,
        photos=Photo.objects.kept().filter(inspection=inspection),
        inspectors=[person.name for person in inspection.inspectors.all()], result=result,
        better=next_grade(
            checklist.standard, checklist.kind, result, efforts_of(inspection.edition_id)
        ),
        by=inspection.submitted_by, now=inspection.submitted_at,
    )  # fmt: skip
    content = snapshot.keep_visit(content, inspection.content, corrected=entry.item.code)
    line = inspections.write_correction(
        inspection=inspection, request=locked, content=content, words=words.strip(), by=by, now=now
    )
    adjust(inspection=inspection, outcome=outcome_of(content, keys_of(checklist)))
    _return_drafts(inspection, by=by, now=now)
    return line


def _lost(result: scoring.Result, code: str) -> Fraction:
    return next(item.exact_lost for item in result.items if item.code == code)


def _return_drafts(inspection: Inspection, *, by: User, now: datetime) -> None:
    """Nobody has read what a checked or signed document says since the correction: it is a draft again."""
    about = Q(inspection=inspection) | Q(kind=OfficialDocument.Kind.CIRCULAR, round=inspection.round_id)
    rows = OfficialDocument.objects.filter(about, state__in=(workflow.CHECKED, workflow.SIGNED))
    for row in rows.order_by("pk"):
        locked = lock(row)
        before = locked.state
        locked.state = workflow.after(before, workflow.SEND_BACK, step_by_step=locked.body.step_by_step)
        locked.save(update_fields=["state"])
        remember(locked, workflow.SEND_BACK, before=before, by=by, now=now, words=CORRECTED)
        told(locked, workflow.SEND_BACK, by=by, now=now, words=CORRECTED)


@counting()
def supersede_document(*, document: OfficialDocument, by: User, now: datetime) -> OfficialDocument:
    """Withdraw a document that a correction has overtaken and begin the one that takes its place, or
    neither."""
    if replaced := OfficialDocument.objects.filter(replaces=document).first():
        return replaced
    locked = lock(document)
    permissions.can_supersede(by, locked).enforce(
        action="document.supersede", target=locked, region=locked.region_id
    )
    withdraw(document=locked, words=OVERTAKEN, by=by, now=now)
    return replace_document(document=locked, by=by, now=now)
