"""Notices until they are issued: drafted, edited, shown as they stand."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.models import Inspection
from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import notices, pdf, permissions
from ..document import DocumentRefused
from ..document import Notice as Document
from ..models import IssuingBody, Notice
from ..refusals import explain

NOTICE_FIELDS = ("addressee", "report_days", "contact", "phone", "copy_to")


def draft_notice(*, inspection: Inspection, by: User, now: datetime) -> Notice:
    """Begin the notice of a submitted inspection; the one already begun is returned."""
    permissions.can_draft(by, inspection).enforce(
        action="notice.draft", target=inspection, region=inspection.region_id
    )
    existing = Notice.objects.filter(inspection=inspection).first()
    if existing:
        return existing
    body = IssuingBody.objects.signing_for(inspection.region_id)
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
        locked = lock(notice)
        permissions.can_edit_notice(by, locked).enforce(
            action="notice.edit", target=locked, region=locked.region_id
        )
        for name in NOTICE_FIELDS:
            setattr(locked, name, fields[name])
        _printable(locked, now)
        locked.save(update_fields=NOTICE_FIELDS)
        record("notice.edit", by=by, target=locked, region=locked.region_id, now=now, **dict(fields))
    return locked


def bytes_of(notice: Notice, *, now: datetime) -> bytes:
    """The issued PDF as stored, or a draft rendered as it stands and marked as one; nothing is written.

    Raises `Problem` for a file that is no longer stored, and for a draft that can no longer be
    made, since its office has changed, say.
    """
    if notice.state == Notice.State.ISSUED:
        try:
            with notice.pdf.open() as file:
                return bytes(file.read())
        except FileNotFoundError:
            raise Problem(
                _("印发的文件不在服务器的存储中，请联系系统维护人员从备份恢复。文号：%(number)s。")
                % {"number": notice.number_text}
            ) from None
    return rendered(compose(notice, number=None, dated=timezone.localdate(now))).pdf


def compose(notice: Notice, *, number: int | None, dated: date) -> Document:
    """The notice's document from its inspection's snapshot; raises `Problem` where none can be made."""
    try:
        return notices.compose(notice, number=number, dated=dated)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused


# A draft's page asks for it once for the count and once for each picture.
@lru_cache(maxsize=8)
def rendered(document: Document) -> pdf.Rendered:
    """The document as PDF; raises `Problem` where it cannot be printed."""
    try:
        return pdf.render(document)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused


def current(notice: Notice) -> Notice:
    """The notice as the database has it now, with what its document is made of."""
    return Notice.objects.select_related("inspection", "body__region", "region").get(pk=notice.pk)


def lock(notice: Notice) -> Notice:
    """The same, locked until the caller's transaction ends."""
    return (
        Notice.objects.select_for_update(of=("self",))
        .select_related("inspection", "body__region", "region")
        .get(pk=notice.pk)
    )


def _printable(notice: Notice, now: datetime) -> Document:
    """The draft's document, refused now rather than at issue where a character cannot be printed."""
    document = compose(notice, number=None, dated=timezone.localdate(now))
    try:
        pdf.check(document)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused
    return document


def note_view(*, by: User, notice: Notice, file: bool = False, now: datetime | None = None) -> None:
    """Leave a row of who saw a notice, on its page or as the file itself."""
    action = "notice.download" if file else "notice.read"
    record(action, by=by, target=notice, region=notice.region_id, now=now)
