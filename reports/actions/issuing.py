"""Issuing: the office that signs, its numbers, and the moment from which a notice is final."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from inspections import actions as inspections
from organization.audit import record
from organization.models import Region, User

from .. import permissions
from ..document import Notice as Document
from ..document import to_plain
from ..models import IssuingBody, Notice, NumberSequence
from .notices import compose, current, lock, rendered

# Beyond these, others issue faster than this notice is rendered: the last try renders under the lock.
TRIES = 4


def set_issuing_body(*, region: Region, fields: Mapping[str, Any], by: User, now: datetime) -> IssuingBody:
    """Create or change the office that signs for a region; notices already issued stay as they are."""
    permissions.can_edit_issuing_body(by, region).enforce(
        action="issuing_body.set", target=region, region=region.code
    )
    with transaction.atomic():
        body, _created = IssuingBody.objects.update_or_create(region=region, defaults=dict(fields))
        record("issuing_body.set", by=by, target=body, region=region.code, now=now, **dict(fields))
    return body


def issue_notice(*, notice: Notice, by: User, now: datetime) -> Notice:
    """Render with the next number, then take that number and freeze; issued twice is issued once.

    Rendering takes half a second and more, so that it is done before the transaction, which is
    begun again with a new rendering where number, office or draft changed meanwhile. Number, bytes
    and frozen content are written in that one transaction, so that a failure leaves neither a gap
    in the numbers nor a half-issued notice. Issuing again by the same person, as an impatient
    finger does, changes nothing.
    """
    dated = timezone.localdate(now)
    issued, left = None, TRIES
    while not issued:
        left -= 1
        draft = current(notice)
        if draft.issued_by_id == by.pk:
            return draft
        _enforce(draft, by)
        document = compose(draft, number=_coming_number(draft.body, dated.year), dated=dated)
        rendered(document)
        issued = _issue(draft, document, dated, last=not left, by=by, now=now)
    return issued


def _enforce(notice: Notice, by: User) -> None:
    permissions.can_issue(by, notice).enforce(action="notice.issue", target=notice, region=notice.region_id)


@transaction.atomic
def _issue(
    notice: Notice, expected: Document, dated: date, *, last: bool, by: User, now: datetime
) -> Notice | None:
    """Issue if the document is still the `expected` one (on the `last` try, whatever it is); else None."""
    locked = lock(notice)
    if locked.issued_by_id == by.pk:
        return locked
    _enforce(locked, by)
    number = next_number(body=locked.body, year=dated.year)
    document = compose(locked, number=number, dated=dated)
    if document != expected and not last:
        transaction.set_rollback(True)
        return None
    _freeze(locked, document, number, dated, by, now)
    inspections.notify_findings(inspection=locked.inspection, by=by, now=now)
    record(
        "notice.issue", by=by, target=locked, region=locked.region_id, now=now,
        number=locked.number_text, sha256=locked.sha256,
    )  # fmt: skip
    return locked


def _freeze(notice: Notice, document: Document, number: int, dated: date, by: User, now: datetime) -> None:
    """Write all that is final of an issued notice."""
    made = rendered(document)
    notice.state = Notice.State.ISSUED
    notice.issuer, notice.number_code = document.issuer, document.number.code
    notice.year, notice.number, notice.dated_on = dated.year, number, dated
    notice.title, notice.addressee = document.title_text, document.addressee
    notice.document, notice.sha256, notice.faces = to_plain(document), made.sha256, list(made.faces)
    notice.issued_by, notice.issued_at = by, now
    notice.pdf.save(f"{notice.pk}.pdf", ContentFile(made.pdf), save=False)
    notice.save()


def next_number(*, body: IssuingBody, year: int) -> int:
    """The next number of the body's year, inside the caller's transaction: taken only if that commits."""
    sequence, _created = NumberSequence.objects.select_for_update().get_or_create(body=body, year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return sequence.last


def _coming_number(body: IssuingBody, year: int) -> int:
    """The number that `next_number` would give now."""
    given = NumberSequence.objects.filter(body=body, year=year).values_list("last", flat=True).first()
    return (given or 0) + 1
