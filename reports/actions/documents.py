"""Documents until they are issued: drafted, edited, shown as they stand."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.calendars import working_calendar
from inspections.models import Inspection, Round
from organization.audit import record
from organization.models import User
from organization.problems import Problem
from organization.templatetags.portal import day

from .. import notices, pdf, permissions, phrases, verification
from ..assets import assets_of
from ..document import DocumentRefused
from ..models import IssuingBody, OfficialDocument
from ..models.offices import DEMANDS
from ..notices import Numbered
from ..refusals import explain
from .history import remember, told

EDITABLE = (
    "kind", "addressee", "report_days", "repair_by", "contact", "phone", "copy_to", "seal", "proof",
    "with_photos", "wording",
)  # fmt: skip
Kind = OfficialDocument.Kind


def draft_notice(
    *, inspection: Inspection, by: User, now: datetime, kind: str = Kind.NOTICE
) -> OfficialDocument:
    """Begin the notice (letter, order) or opinion of a submitted inspection; the one begun is returned."""
    permissions.can_draft(by, inspection).enforce(
        action="document.draft", target=inspection, region=inspection.region_id
    )
    if inspection.reinspects_id and kind != Kind.OPINION:
        raise Problem(_("复查不另发整改通知，可以起草复查意见书。"))
    standing = OfficialDocument.objects.filter(inspection=inspection).exclude(
        state=OfficialDocument.State.WITHDRAWN
    )
    same = standing.filter(kind=kind) if kind == Kind.OPINION else standing.demands()
    if existing := same.first():
        return existing
    drafted = OfficialDocument(
        kind=kind, inspection=inspection, round=inspection.round, region_id=inspection.region_id,
        **_from_office(inspection.region_id),
    )  # fmt: skip
    try:
        return _begin(drafted, by=by, now=now)
    except IntegrityError:
        # Somebody else began it in the same moment.
        return same.get()


def draft_notices(
    *, inspections: Iterable[Inspection], by: User, now: datetime
) -> tuple[list[OfficialDocument], list[tuple[Inspection, str]]]:
    """Begin the notices of many inspections; those that cannot be begun come back with the reason."""
    begun: list[OfficialDocument] = []
    left: list[tuple[Inspection, str]] = []
    for inspection in inspections:
        try:
            begun.append(draft_notice(inspection=inspection, by=by, now=now))
        except Problem as problem:
            left.append((inspection, str(problem.message)))
    return begun, left


def draft_circular(*, round: Round, by: User, now: datetime) -> OfficialDocument:
    """Begin the circular about a round; the one already begun is returned."""
    permissions.can_draft_circular(by, round).enforce(
        action="document.draft", target=round, region=round.region_id
    )
    same = OfficialDocument.objects.filter(round=round, kind=Kind.CIRCULAR).exclude(
        state=OfficialDocument.State.WITHDRAWN
    )
    if existing := same.first():
        return existing
    drafted = OfficialDocument(
        kind=Kind.CIRCULAR, round=round, region_id=round.region_id, **_from_office(round.region_id)
    )
    try:
        return _begin(drafted, by=by, now=now)
    except IntegrityError:
        return same.get()


def replace_document(*, document: OfficialDocument, by: User, now: datetime) -> OfficialDocument:
    """Begin the document that takes the place of a withdrawn one, with its wording, and names it."""
    if replaced := OfficialDocument.objects.filter(replaces=document).first():
        return replaced
    locked = current(document)
    permissions.can_replace(by, locked).enforce(
        action="document.replace", target=locked, region=locked.region_id
    )
    kept = ("inspection", "round", "region", "body", *EDITABLE)
    drafted = OfficialDocument(replaces=locked, **{name: getattr(locked, name) for name in kept})
    try:
        return _begin(drafted, by=by, now=now)
    except IntegrityError:
        raise Problem(_("已经起草了另一份公文，请在公文列表中查看。")) from None


def _from_office(code: str) -> dict[str, Any]:
    body = IssuingBody.objects.signing_for(code)
    if body is None:
        raise Problem(_("还没有设置发文机关。请先在“发文机关”页面填写机关名称和代字。"))
    said = {name: getattr(body, name) for name in ("report_days", "contact", "phone", "copy_to")}
    return {"body": body, **said}


def _begin(drafted: OfficialDocument, *, by: User, now: datetime) -> OfficialDocument:
    drafted.drafted_by, drafted.drafted_at = by, now
    content = _printable(drafted, now)
    drafted.title, drafted.addressee = content.title_text, content.addressee
    with transaction.atomic():
        drafted.save(force_insert=True)
        remember(drafted, "draft", before="", by=by, now=now)
        about = str(drafted.inspection_id or drafted.round_id)
        told(drafted, "draft", by=by, now=now, inspection=about)
    return drafted


def edit_document(
    *, document: OfficialDocument, fields: Mapping[str, Any], by: User, now: datetime
) -> OfficialDocument:
    """Change what a draft leaves open; findings and score come from the inspection."""
    with transaction.atomic():
        locked = lock(document)
        permissions.can_edit_document(by, locked).enforce(
            action="document.edit", target=locked, region=locked.region_id
        )
        _check_edit(locked, fields)
        check_day(fields.get("repair_by"), timezone.localdate(now))
        given = set_fields(locked, fields)
        locked.title = _printable(locked, now).title_text
        locked.save(update_fields=[*given, "title"])
        remember(locked, "edit", before=locked.state, by=by, now=now)
        told(locked, "edit", by=by, now=now, **_plain(given))
    return locked


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was set, as the trail can hold it."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}


def set_fields(document: OfficialDocument, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Set what a draft leaves open, without saving; returns what was set."""
    given = {name: fields[name] for name in EDITABLE if name in fields}
    for name, value in given.items():
        setattr(document, name, value)
    return given


def check_day(repair_by: date | None, today: date) -> None:
    """Raise `Problem` for a day of repair that is no day to be put right by: over, too far, or a day off."""
    if repair_by is None:
        return
    if repair_by <= today:
        raise Problem(
            _("整改截止日期（%(day)s）应当晚于今天，请修改草稿。") % {"day": day(repair_by)}, "repair_by"
        )
    if repair_by.year > today.year + 1:
        raise Problem(_("整改截止日期最晚到明年年底。"), "repair_by")
    if not working_calendar(repair_by.year, repair_by.year).is_working(repair_by):
        raise Problem(
            _("整改截止日期（%(day)s）不上班，请改为工作日。") % {"day": day(repair_by)}, "repair_by"
        )


def _check_edit(document: OfficialDocument, fields: Mapping[str, Any]) -> None:
    kind = fields.get("kind", document.kind)
    if kind != document.kind and not {kind, document.kind} <= set(DEMANDS):
        raise Problem(_("只有通知、函和整改通知书之间可以改换。"))
    if any(phrases.faults(text, kind) for text in fields.get("wording", {}).values()):
        raise Problem(_("有不能使用的占位词，请改正后再保存。"))


def bytes_of(document: OfficialDocument, *, now: datetime) -> bytes:
    """The issued PDF as stored, or a draft rendered as it stands and marked as one; nothing is written.

    Raises `Problem` for a file that is no longer stored, and for a draft that can no longer be
    made, since its office has changed, say.
    """
    if document.is_issued:
        try:
            with document.pdf.open() as file:
                return bytes(file.read())
        except FileNotFoundError:
            raise Problem(
                _("印发的文件不在服务器的存储中，请联系系统维护人员从备份恢复。文号：%(number)s。")
                % {"number": document.number_text}
            ) from None
    return rendered(compose(document, number=None, dated=timezone.localdate(now)), document.token).pdf


def note_view(*, document: OfficialDocument, by: User, now: datetime, file: bool = False) -> None:
    """Leave a row of who saw a document, on its page or as the file itself."""
    action = "document.download" if file else "document.read"
    record(action, by=by, target=document, region=document.region_id, now=now)


def compose(document: OfficialDocument, *, number: int | None, dated: date) -> Numbered:
    """The document's content from what its inspection froze; raises `Problem` where none can be made."""
    try:
        return notices.compose(document, number=number, dated=dated)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused


# A draft's page asks for it once for the count and once for each picture.
@lru_cache(maxsize=8)
def rendered(content: Numbered, token: str) -> pdf.Rendered:
    """The document as PDF; raises `Problem` where it cannot be printed.

    `token` is in the address of the public page at which an issued one is checked.
    """
    try:
        return pdf.render(content, assets_of(content), verification.mark(content, token))
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused


def current(document: OfficialDocument) -> OfficialDocument:
    """The document as the database has it now, with what it is made of."""
    return OfficialDocument.objects.select_related("inspection", "round", "body__region", "region").get(
        pk=document.pk
    )


def lock(document: OfficialDocument) -> OfficialDocument:
    """The same, locked until the caller's transaction ends."""
    return (
        OfficialDocument.objects.select_for_update(of=("self",))
        .select_related("inspection", "round", "body__region", "region")
        .get(pk=document.pk)
    )


def _printable(document: OfficialDocument, now: datetime) -> Numbered:
    """The draft's content, refused now rather than at issue where a character cannot be printed."""
    content = compose(document, number=None, dated=timezone.localdate(now))
    try:
        pdf.check(content)
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from refused
    return content
