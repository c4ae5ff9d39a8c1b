"""The numbers an office gives: one after the other within a year, none twice, none missing."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import permissions
from ..models import GivenNumber, IssuingBody, NumberSequence, OfficialDocument

MOST_AT_ONCE = 500


def next_number(*, body: IssuingBody, year: int) -> int:
    """The next number of the body's year, inside the caller's transaction: taken only if that commits."""
    sequence, _created = NumberSequence.objects.select_for_update().get_or_create(body=body, year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return sequence.last


def coming_number(body: IssuingBody, year: int) -> int:
    """The number that `next_number` would give now."""
    given = NumberSequence.objects.filter(body=body, year=year).values_list("last", flat=True).first()
    return (given or 0) + 1


def enter(document: OfficialDocument, *, by: User, now: datetime) -> GivenNumber:
    """Put an issued document's number into the register, in the transaction that issues it."""
    assert document.year
    assert document.number
    return GivenNumber.objects.create(
        body=document.body, number_code=document.number_code, year=document.year, number=document.number,
        document=document, given_by=by, given_at=now,
    )  # fmt: skip


def void(document: OfficialDocument, *, reason: str, by: User, now: datetime) -> None:
    """Mark the number of a document that was never delivered as void; it is not given again."""
    GivenNumber.objects.filter(document=document, voided_at=None).update(
        voided_by=by, voided_at=now, reason=reason[:200]
    )


@transaction.atomic
def enter_paper_numbers(
    *, body: IssuingBody, year: int, through: int, reason: str, by: User, now: datetime
) -> int:
    """Mark the numbers up to and including `through` as used on paper; returns how many there were."""
    permissions.can_enter_numbers(by, body).enforce(action="number.paper", target=body, region=body.region_id)
    if not reason.strip():
        raise Problem(_("请写明这些文号用在哪里，例如“纸质印发”。"))
    first = next_number(body=body, year=year)
    if not first <= through < first + MOST_AT_ONCE:
        raise Problem(
            _("%(year)s年下一个文号是%(first)s，请填写%(first)s到%(most)s之间的数。")
            % {"year": year, "first": first, "most": first + MOST_AT_ONCE - 1}
        )
    for number in range(first, through + 1):
        GivenNumber.objects.create(
            body=body, number_code=body.number_code, year=year, number=number, given_by=by, given_at=now,
            voided_by=by, voided_at=now, reason=reason.strip(),
        )  # fmt: skip
    NumberSequence.objects.filter(body=body, year=year).update(last=through)
    record(
        "number.paper", by=by, target=body, region=body.region_id, now=now,
        year=year, first=first, last=through, reason=reason.strip(),
    )  # fmt: skip
    return through - first + 1
