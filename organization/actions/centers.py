"""Writes to centers, and what follows on the floors above when one closes, opens again or moves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from ..audit import changes, record
from ..counting import counting
from ..models import Region, Role, ServiceCenter, User
from ..permissions import can_edit_center, holder
from ..phones import is_personal, masked
from ..problems import Problem
from ..stored_rows import by_key


@dataclass(frozen=True)
class Standing:
    """Where a center was, and whether it was in use."""

    region_id: str
    is_open: bool


def lock_center(pk: int) -> ServiceCenter:
    """The center as it is now, held until the transaction ends; always before any inspection of it."""
    return by_key(ServiceCenter, pk, held=True)


@counting()
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
    """Change what is known of a center; a day in `closed_on` closes it, none opens it again.

    A center is closed as soon as it has a day, so one still to come is refused.
    """
    center = lock_center(center.pk)
    can_edit_center(by, center).enforce(action="center.edit", target=center, region=center.region_id)
    if closed_on and closed_on != center.closed_on and closed_on > timezone.localdate(now):
        raise Problem(_("停用日期不能晚于今天。保存后立即停用，请到停用那天再填。"), "closed_on")
    if closed_on is None:
        _check_free(center.region_id, center, "closed_on")
    before = _standing(center)
    changed = changes(center, name=name, address=address, phone=phone, closed_on=closed_on)
    if changed:
        _save(center, list(changed), "closed_on")
        if "phone" in changed:
            changed["phone"] = [masked(old_or_new) for old_or_new in changed["phone"]]
        record("center.edit", by=by, target=center, region=center.region_id, now=now, changed=changed)
        _follow(before, center)
    return center


def note_phone_read(*, by: User, of: object, phone: str, region: str, now: datetime | None = None) -> None:
    """Leave a row where a form shows a person's number in full; an office's own number is no secret."""
    if is_personal(phone):
        record("phone.read", by=by, target=of, region=region, now=now)


@counting()
def move_center(
    *, center: ServiceCenter, region: Region, by: User | None, now: datetime | None = None
) -> ServiceCenter:
    """Move a center to another place of the same level, as when townships are merged or codes change.

    What was inspected stays where it was found; what is still to be inspected goes along. `by` is None
    for a command on the server. Raises `Problem` where another center is in use there.
    """
    center = lock_center(center.pk)
    if by is not None:
        can_edit_center(by, center).enforce(action="center.move", target=center, region=center.region_id)
        holder(by, Role.ADMINISTRATOR, code=region.code).enforce(
            action="center.move", target=center, region=center.region_id
        )
    if region.level != center.region.level:
        raise Problem(_("乡镇的中心只能迁到乡镇，村的便民服务点只能迁到村。"), "region")
    if center.closed_on is None:
        _check_free(region.code, center, "region")
    before = _standing(center)
    changed = changes(center, region_id=region.code)
    if changed:
        _save(center, ["region"], "region")
        record("center.move", by=by, target=center, region=center.region_id, now=now, changed=changed)
        _follow(before, center)
    return center


@counting()
def close_center(*, center: ServiceCenter, on: date, now: datetime | None = None) -> ServiceCenter:
    """Close a center whose place was merged into another that has one; for the server's command line."""
    center = lock_center(center.pk)
    before = _standing(center)
    changed = changes(center, closed_on=on)
    if changed:
        center.save(update_fields=["closed_on"])
        record("center.edit", by=None, target=center, region=center.region_id, now=now, changed=changed)
        _follow(before, center)
    return center


def _check_free(code: str, center: ServiceCenter, field: str) -> None:
    if ServiceCenter.objects.open().filter(region_id=code).exclude(pk=center.pk).exists():
        raise _taken(field)


def _taken(field: str) -> Problem:
    return Problem(_("这个地方已有另一个正在使用的中心，请先停用那一个。"), field)


def _save(center: ServiceCenter, changed: list[str], field: str) -> None:
    """Save what changed; whoever came first to a free place has it."""
    try:
        with transaction.atomic():
            center.save(update_fields=changed)
    except IntegrityError as error:
        raise _taken(field) from error


def _standing(center: ServiceCenter) -> Standing:
    return Standing(center.region_id, center.closed_on is None)


def _follow(before: Standing, center: ServiceCenter) -> None:
    """Let the floors above, which the settings name, do their part in the same transaction."""
    if _standing(center) == before:
        return
    for name in settings.CENTER_FOLLOWERS:
        follow: Callable[..., None] = import_string(name)
        follow(center=center, before=before)
