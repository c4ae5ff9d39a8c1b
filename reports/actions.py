"""Every write of scores and notices; submitting is what turns an inspection into a report."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections import actions as inspections
from inspections.checklist import Checklist
from inspections.models import Answer, Finding, Inspection, Photo
from organization.audit import record
from organization.codes import ancestors
from organization.models import Region, User
from organization.problems import Problem
from standards.answers import Answer as TypedAnswer
from standards.answers import parse_answer
from standards.measures import MET

from . import notices, pdf, permissions, scoring, snapshot
from .document import DocumentRefused, to_plain
from .models import IssuingBody, Notice, NumberSequence
from .refusals import explain

NOTICE_FIELDS = ("report_days", "contact", "phone", "copy_to")


def submit(*, inspection: Inspection, by: User, now: datetime) -> Inspection:
    """Submit a complete inspection: score it, freeze what it held, open its findings.

    One transaction; raises `Problem` where an item is unanswered, `NotAllowed` for anybody but
    its lead. Submitting again by the same lead, as an impatient finger does, changes nothing.
    """
    with transaction.atomic():
        ready = inspections.lock_for_submit(inspection=inspection, by=by)
        if ready is None:
            return inspection
        locked, checklist, answers = ready
        result = scoring.score(checklist.standard, checklist.kind, _typed(checklist, answers))
        better = scoring.next_grade(checklist.standard, checklist.kind, result)
        photos = Photo.objects.kept().filter(inspection=locked)
        frozen = snapshot.build(
            inspection=locked, checklist=checklist, answers=answers, photos=photos, result=result,
            better=better, by=by, now=now,
        )  # fmt: skip
        inspections.mark_submitted(
            inspection=locked, score=result.score, grade=result.grade or "", snapshot=frozen, by=by, now=now
        )
        count = inspections.open_findings(_findings(locked, checklist, result, now))
        record(
            "inspection.submit", by=by, target=locked, region=locked.region_id, now=now,
            score=frozen["score"], grade=frozen["grade"], findings=count,
        )  # fmt: skip
    return locked


def _typed(checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, TypedAnswer]:
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

    A self-check opens none: what a township finds by itself is its own to repair, unasked.
    """
    rows: list[Finding] = []
    if inspection.round.kind == inspection.round.Kind.SELF_CHECK:
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


# ---- the issuing body


def set_issuing_body(*, region: Region, fields: Mapping[str, Any], by: User, now: datetime) -> IssuingBody:
    """Create or change the office that signs for a region; numbers already given stay as they are."""
    permissions.can_edit_issuing_body(by, region).enforce(
        action="issuing_body.set", target=region, region=region.code
    )
    with transaction.atomic():
        body, _created = IssuingBody.objects.update_or_create(region=region, defaults=dict(fields))
        record("issuing_body.set", by=by, target=body, region=region.code, now=now, **dict(fields))
    return body


def body_for(region: Region) -> IssuingBody | None:
    """The nearest office at or above a region."""
    codes = [region.code, *ancestors(region.code, region.level)]
    return IssuingBody.objects.filter(region_id__in=codes).order_by("-region__level").first()


# ---- notices


def draft_notice(*, inspection: Inspection, by: User, now: datetime) -> Notice:
    """Begin the notice of a submitted inspection; the one already begun is returned."""
    permissions.can_draft(by, inspection).enforce(
        action="notice.draft", target=inspection, region=inspection.region_id
    )
    existing = Notice.objects.filter(inspection=inspection).first()
    if existing:
        return existing
    body = body_for(inspection.region)
    if body is None:
        raise Problem(_("还没有设置发文机关。请先在“发文机关”页面填写机关名称和代字。"))
    notice = Notice(
        inspection=inspection, region_id=inspection.region_id, body=body, report_days=body.report_days,
        contact=body.contact, phone=body.phone, copy_to=body.copy_to, drafted_by=by, drafted_at=now,
    )  # fmt: skip
    document = _printable(notice, now)
    notice.title, notice.addressee = document.title_text, document.addressee
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
            record(
                "notice.draft", by=by, target=notice, region=notice.region_id, now=now,
                inspection=str(inspection.pk),
            )  # fmt: skip
    except IntegrityError:
        # Somebody else began it in the same moment.
        return Notice.objects.get(inspection=inspection)
    return notice


def edit_notice(*, notice: Notice, fields: Mapping[str, Any], by: User, now: datetime) -> Notice:
    """Change the wording that a draft leaves open; findings and score come from the inspection."""
    with transaction.atomic():
        locked = _lock_notice(notice)
        permissions.can_edit_notice(by, locked).enforce(
            action="notice.edit", target=locked, region=locked.region_id
        )
        for name in NOTICE_FIELDS:
            setattr(locked, name, fields[name])
        _printable(locked, now)
        locked.save(update_fields=NOTICE_FIELDS)
        record("notice.edit", by=by, target=locked, region=locked.region_id, now=now, **dict(fields))
    return locked


def issue_notice(*, notice: Notice, by: User, now: datetime) -> Notice:
    """Give the next number, render, and freeze; the same notice issued twice is issued once.

    Number, bytes and frozen content are written in one transaction, so that a failure leaves
    neither a gap in the numbers nor a half-issued notice. Issuing again by the same person, as an
    impatient finger does, changes nothing.
    """
    dated = timezone.localdate(now)
    with transaction.atomic():
        locked = _lock_notice(notice)
        if locked.issued_by_id == by.pk:
            return locked
        permissions.can_issue(by, locked).enforce(
            action="notice.issue", target=locked, region=locked.region_id
        )
        number = next_number(body=locked.body, year=dated.year)
        document = compose(locked, number=number, dated=dated)
        rendered = _rendered(document)
        locked.state = Notice.State.ISSUED
        locked.year, locked.number, locked.dated_on = dated.year, number, dated
        locked.title, locked.addressee = document.title_text, document.addressee
        locked.document, locked.sha256, locked.faces = (
            to_plain(document),
            rendered.sha256,
            list(rendered.faces),
        )
        locked.issued_by, locked.issued_at = by, now
        locked.pdf.save(f"{locked.pk}.pdf", ContentFile(rendered.pdf), save=False)
        locked.save()
        inspections.notify_findings(inspection=locked.inspection)
        record(
            "notice.issue", by=by, target=locked, region=locked.region_id, now=now,
            number=locked.number_text, sha256=locked.sha256,
        )  # fmt: skip
    return locked


def next_number(*, body: IssuingBody, year: int) -> int:
    """The next number of the body's year, inside the caller's transaction: taken only if that commits."""
    sequence, _created = NumberSequence.objects.select_for_update().get_or_create(body=body, year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return sequence.last


def compose(notice: Notice, *, number: int | None, dated: date) -> Any:
    """The notice's document from its inspection's snapshot; raises `Problem` where none can be made."""
    try:
        return notices.compose(notice, number=number, dated=dated)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused


def _printable(notice: Notice, now: datetime) -> Any:
    """The draft's document, refused now rather than at issue where a character cannot be printed."""
    document = compose(notice, number=None, dated=timezone.localdate(now))
    try:
        pdf.check(document)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused
    return document


def bytes_of(notice: Notice, *, now: datetime) -> bytes:
    """The issued PDF as stored, or a draft rendered as it stands and marked as one; nothing is written.

    Raises `Problem` for a draft that can no longer be made, since its office has changed, say.
    """
    if notice.state == Notice.State.ISSUED:
        with notice.pdf.open() as file:
            return bytes(file.read())
    return _rendered(compose(notice, number=None, dated=timezone.localdate(now))).pdf


# A draft's page asks for it once for the count and once for each picture.
@lru_cache(maxsize=8)
def _rendered(document: Any) -> pdf.Rendered:
    try:
        return pdf.render(document)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused


def _lock_notice(notice: Notice) -> Notice:
    return (
        Notice.objects.select_for_update(of=("self",))
        .select_related("inspection", "body__region", "region")
        .get(pk=notice.pk)
    )
