"""Writes to centers."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ..audit import changes, record
from ..models import ServiceCenter, User
from ..permissions import can_edit_center
from ..phones import is_personal, masked
from ..problems import Problem


@transaction.atomic
def edit_center(
    *,
    by: User,
    center: ServiceCenter,
    name: str,
    address: str,
    phone: str,
    closed_on: date | None,
    now: datetime | None = None,
) -> ServiceCenter:
    """Change what is known of a center; a day in `closed_on` closes it, none opens it again."""
    center = ServiceCenter.objects.select_for_update().get(pk=center.pk)
    can_edit_center(by, center).enforce(action="center.edit", target=center, region=center.region_id)
    others = ServiceCenter.objects.open().filter(region_id=center.region_id).exclude(pk=center.pk)
    if closed_on is None and others.exists():
        raise Problem(_("这个地方已有另一个正在使用的中心，请先停用那一个。"), "closed_on")
    changed = changes(center, name=name, address=address, phone=phone, closed_on=closed_on)
    if changed:
        center.save(update_fields=list(changed))
        if "phone" in changed:
            changed["phone"] = [masked(old_or_new) for old_or_new in changed["phone"]]
        record("center.edit", by=by, target=center, region=center.region_id, now=now, changed=changed)
    return center


def note_phone_read(*, by: User, of: object, phone: str, region: str, now: datetime | None = None) -> None:
    """Leave a row where a form shows a person's number in full; an office's own number is no secret."""
    if is_personal(phone):
        record("phone.read", by=by, target=of, region=region, now=now)
