"""Issuing: the office that signs, and the moment from which a document is final."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from inspections import actions as inspections
from organization.audit import record
from organization.counting import counting
from organization.models import Region, User
from organization.phones import masked
from organization.problems import Problem

from .. import permissions, workflow
from ..document import digest, to_plain
from ..models import IssuingBody, OfficialDocument
from ..models.offices import DEMANDS
from ..notices import Numbered
from ..signing import Signed, SigningFailed, sign
from .documents import check_day, compose, current, lock, rendered
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
        said = {**fields, "phone": masked(fields.get("phone", ""))}
        record("issuing_body.set", by=by, target=body, region=region.code, now=now, **said)
    return body


def issue_document(*, document: OfficialDocument, by: User, now: datetime) -> OfficialDocument:
    """Render with the next number, then take that number and freeze; issued twice is issued once.

    Rendering takes half a second and more, so that it is done before the transaction, which is
    begun again with a new rendering where number, office or draft changed meanwhile. Number, bytes
    and frozen content are written in that one transaction, so that a failure leaves neither a gap
    in the numbers nor a half-issued document. Issuing again by the same person, as an impatient
    finger does, changes nothing.
    """
    year = timezone.localdate(now).year
    issued, left = None, TRIES
    while not issued:
        left -= 1
        number = coming_number(document.body, year)
        ready = prepare(document=document, number=number, by=by, now=now)
        issued = issue_prepared(ready, last=not left) if isinstance(ready, Prepared) else ready
    return issued


@dataclass(frozen=True)
class Prepared:
    """A document rendered with a number that is not given yet."""

    document: OfficialDocument
    content: Numbered
    signed: Signed
    faces: tuple[str, ...]
    dated: date
    by: User
    now: datetime


def prepare(
    *, document: OfficialDocument, number: int, by: User, now: datetime
) -> Prepared | OfficialDocument:
    """Compose, render and sign with a foretold number, outside any transaction; returns what is issued."""
    draft = current(document)
    if draft.issued_by_id == by.pk:
        return draft
    _enforce(draft, by)
    dated = timezone.localdate(now)
    check_day(draft.repair_by, dated)
    content = compose(draft, number=number, dated=dated)
    return Prepared(draft, content, *_made(draft, content, now), dated, by, now)


def _made(document: OfficialDocument, content: Numbered, now: datetime) -> tuple[Signed, tuple[str, ...]]:
    """The finished file and the faces in it; raises `Problem` where it cannot be printed or signed."""
    made = rendered(content, document.token)
    try:
        signed = sign(made.pdf, region=document.body.region_id, name=content.issuer, now=now)
    except SigningFailed as failed:
        raise Problem(str(failed)) from failed
    return signed, made.faces


def _enforce(document: OfficialDocument, by: User) -> None:
    permissions.can_issue(by, document).enforce(
        action="document.issue", target=document, region=document.region_id
    )


@counting()
def issue_prepared(ready: Prepared, *, last: bool = False) -> OfficialDocument | None:
    """Issue if the content is still the prepared one (on the `last` try, whatever it is); else None."""
    by, now, dated = ready.by, ready.now, ready.dated
    locked = lock(ready.document)
    if locked.issued_by_id == by.pk:
        return locked
    _enforce(locked, by)
    before = locked.state
    number = next_number(body=locked.body, year=dated.year)
    content = compose(locked, number=number, dated=dated)
    if content != ready.content and not last:
        transaction.set_rollback(True)
        return None
    if content != ready.content:
        signed, faces = _made(locked, content, now)
        ready = replace(ready, document=locked, content=content, signed=signed, faces=faces)
    _freeze(locked, number, ready)
    enter(locked, by=by, now=now)
    remember(locked, workflow.ISSUE, before=before, by=by, now=now)
    if locked.inspection and locked.kind in DEMANDS:
        inspections.notify_findings(inspection=locked.inspection, by=by, now=now, repair_by=locked.repair_by)
    told(locked, workflow.ISSUE, by=by, now=now, number=locked.number_text, sha256=locked.sha256)
    return locked


def _freeze(document: OfficialDocument, number: int, ready: Prepared) -> None:
    """Write all that is final of an issued document."""
    content, pdf = ready.content, ready.signed.pdf
    document.state = workflow.after(document.state, workflow.ISSUE, step_by_step=document.body.step_by_step)
    document.issuer, document.number_code = content.issuer, document.body.number_code
    document.year, document.number, document.dated_on = ready.dated.year, number, ready.dated
    document.title, document.addressee = content.title_text, content.addressee
    document.document, document.digest = to_plain(content), digest(content)
    document.sha256, document.faces = hashlib.sha256(pdf).hexdigest(), list(ready.faces)
    document.signature = ready.signed.record
    document.issued_by, document.issued_at = ready.by, ready.now
    document.pdf.save(f"{document.pk}.pdf", ContentFile(pdf), save=False)
    document.save()
