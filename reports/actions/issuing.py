"""Issuing: the office that signs, and the moment from which a document is final."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from inspections import actions as inspections
from organization.audit import record
from organization.models import Region, User

from .. import permissions, workflow
from ..document import Document, digest, to_plain
from ..models import IssuingBody, OfficialDocument
from .documents import compose, current, lock, rendered
from .history import remember, told
from .numbers import coming_number, enter, next_number

# Beyond these, others issue faster than this document is rendered: the last try renders under the lock.
TRIES = 4


def set_issuing_body(*, region: Region, fields: Mapping[str, Any], by: User, now: datetime) -> IssuingBody:
    """Create or change the office that signs for a region; what is already issued stays as it is."""
    permissions.can_edit_issuing_body(by, region).enforce(
        action="issuing_body.set", target=region, region=region.code
    )
    with transaction.atomic():
        body, _created = IssuingBody.objects.update_or_create(region=region, defaults=dict(fields))
        record("issuing_body.set", by=by, target=body, region=region.code, now=now, **dict(fields))
    return body


def issue_document(*, document: OfficialDocument, by: User, now: datetime) -> OfficialDocument:
    """Render with the next number, then take that number and freeze; issued twice is issued once.

    Rendering takes half a second and more, so that it is done before the transaction, which is
    begun again with a new rendering where number, office or draft changed meanwhile. Number, bytes
    and frozen content are written in that one transaction, so that a failure leaves neither a gap
    in the numbers nor a half-issued document. Issuing again by the same person, as an impatient
    finger does, changes nothing.
    """
    dated = timezone.localdate(now)
    issued, left = None, TRIES
    while not issued:
        left -= 1
        draft = current(document)
        if draft.issued_by_id == by.pk:
            return draft
        _enforce(draft, by)
        content = compose(draft, number=coming_number(draft.body, dated.year), dated=dated)
        rendered(content)
        issued = _issue(draft, content, dated, last=not left, by=by, now=now)
    return issued


def _enforce(document: OfficialDocument, by: User) -> None:
    permissions.can_issue(by, document).enforce(
        action="document.issue", target=document, region=document.region_id
    )


@transaction.atomic
def _issue(
    document: OfficialDocument, expected: Document, dated: date, *, last: bool, by: User, now: datetime
) -> OfficialDocument | None:
    """Issue if the content is still the `expected` one (on the `last` try, whatever it is); else None."""
    locked = lock(document)
    if locked.issued_by_id == by.pk:
        return locked
    _enforce(locked, by)
    before = locked.state
    number = next_number(body=locked.body, year=dated.year)
    content = compose(locked, number=number, dated=dated)
    if content != expected and not last:
        transaction.set_rollback(True)
        return None
    _freeze(locked, content, number, dated, by, now)
    enter(locked, by=by, now=now)
    remember(locked, workflow.ISSUE, before=before, by=by, now=now)
    if locked.inspection:
        inspections.notify_findings(inspection=locked.inspection)
    told(locked, workflow.ISSUE, by=by, now=now, number=locked.number_text, sha256=locked.sha256)
    return locked


def _freeze(
    document: OfficialDocument, content: Document, number: int, dated: date, by: User, now: datetime
) -> None:
    """Write all that is final of an issued document."""
    made = rendered(content)
    document.state = workflow.after(document.state, workflow.ISSUE, step_by_step=document.body.step_by_step)
    document.issuer, document.number_code = content.issuer, content.number.code
    document.year, document.number, document.dated_on = dated.year, number, dated
    document.title, document.addressee = content.title_text, content.addressee
    document.document, document.digest = to_plain(content), digest(content)
    document.sha256, document.faces = made.sha256, list(made.faces)
    document.issued_by, document.issued_at = by, now
    document.pdf.save(f"{document.pk}.pdf", ContentFile(made.pdf), save=False)
    document.save()
