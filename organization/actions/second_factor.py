"""Writes to second factors: set up, passed, taken away."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp import verify_token

from ..audit import record
from ..models import PhoneFactor, RecoveryCode, User
from ..permissions import can_drop_own_factor, can_edit_person
from ..problems import Problem
from ..second_factor import CODES, code_digest, new_code, new_key


@transaction.atomic
def begin_second_factor(*, by: User) -> PhoneFactor:
    """Return the device that is being set up; the same one until it is confirmed."""
    person = User.objects.select_for_update().get(pk=by.pk)
    device = PhoneFactor.objects.filter(user=person, confirmed=False).first()
    return device or PhoneFactor.objects.create(user=person, name="phone", confirmed=False, key=new_key())


@transaction.atomic
def confirm_second_factor(
    *, by: User, token: str, now: datetime | None = None
) -> tuple[PhoneFactor, list[str]]:
    """Take a device into use by its first digits; return it with the recovery codes, told this once.

    Raise `Problem` for digits that are not right.
    """
    person = User.objects.select_for_update().get(pk=by.pk)
    device = PhoneFactor.objects.filter(user=person, confirmed=False).first()
    if device is None or person.second_factor_at is not None:
        raise Problem(_("动态口令已经启用，请刷新页面后再看。"), "token")
    if not device.verify_token(token):
        raise Problem(_("数字不对。请用手机上现在显示的6位数字，并检查手机时间是否准确。"), "token")
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    person.second_factor_at = now or timezone.now()
    person.save(update_fields=["second_factor_at"])
    record("factor.confirm", by=by, target=person, region=person.home_code, now=now)
    return device, _new_codes(person)


def pass_second_factor(*, by: User, token: str, now: datetime | None = None) -> PhoneFactor:
    """Check digits or a recovery code; raise `Problem` where they are not right, or too many were tried."""
    device = PhoneFactor.objects.filter(user_id=by.pk, confirmed=True).first()
    digits = token.replace(" ", "")
    by_code = not digits.isdecimal()
    passed = device is not None and (
        _use_code(by, device, token, now) if by_code else bool(verify_token(by, device.persistent_id, digits))
    )
    record(
        "factor.code" if by_code else "factor.pass",
        by=by,
        target=by,
        region=by.home_code,
        now=now,
        refused=not passed,
    )
    if device is None or not passed:
        raise Problem(_("数字或恢复码不对，或试得太快。请稍等片刻，用手机上新的6位数字再试。"), "token")
    return device


@transaction.atomic
def renew_recovery_codes(*, by: User, now: datetime | None = None) -> list[str]:
    """Return new recovery codes; the old ones are worth nothing then."""
    person = User.objects.select_for_update().get(pk=by.pk)
    if person.second_factor_at is None:
        raise Problem(_("还没有启用动态口令。"))
    record("factor.codes", by=by, target=person, region=person.home_code, now=now)
    return _new_codes(person)


@transaction.atomic
def drop_own_factor(*, by: User, now: datetime | None = None) -> None:
    can_drop_own_factor(by).enforce(action="factor.drop", target=by, region=by.home_code)
    _drop(by, by, now)


@transaction.atomic
def drop_factor(*, by: User, person: User, now: datetime | None = None) -> None:
    """Take away the factor of a person whose phone is lost; they set up another at their next log-in."""
    can_edit_person(by, person).enforce(action="factor.drop", target=person, region=person.home_code)
    _drop(by, person, now)


def _drop(by: User, person: User, now: datetime | None) -> None:
    person = User.objects.select_for_update().get(pk=person.pk)
    PhoneFactor.objects.filter(user=person).delete()
    person.recovery_codes.all().delete()
    person.second_factor_at = None
    person.save(update_fields=["second_factor_at"])
    record("factor.drop", by=by, target=person, region=person.home_code, now=now, username=person.username)


def _new_codes(person: User) -> list[str]:
    person.recovery_codes.all().delete()
    codes = [new_code() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=person, digest=code_digest(code)) for code in codes)
    return codes


@transaction.atomic
def _use_code(by: User, device: PhoneFactor, code: str, now: datetime | None) -> bool:
    """Use up a recovery code; wrong ones count toward the same wait as wrong digits."""
    device = PhoneFactor.objects.select_for_update().get(pk=device.pk)
    if not device.verify_is_allowed()[0]:
        return False
    kept = RecoveryCode.objects.filter(user_id=by.pk, digest=code_digest(code), used_at=None)
    if kept.update(used_at=now or timezone.now()) == 1:
        device.throttle_reset()
        return True
    device.throttle_increment()
    return False
