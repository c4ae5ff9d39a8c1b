"""Writes at the door: who came in, who did not, and who must wait."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..audit import describe, record
from ..models import AuditEntry, User
from ..passwords import is_too_old
from ..problems import Problem

ACTION = "login"
# A try refused unseen, since the account waits: kept in the trail, but no reason to wait longer.
WAITING = "login.wait"
# Apart from passwords: nobody can make an account wait by this.
BY_SSO = "login.sso"
BEGUN_ANEW = "person.password"


def note_login(*, by: User, address: str | None, now: datetime | None = None) -> None:
    """Leave a row; a password that is too old is to be changed before anything else."""
    if is_too_old(by.password_changed_at or by.created_at, now or timezone.now()):
        by.must_change_password = True
        by.save(update_fields=["must_change_password"])
    record(ACTION, by=by, target=by, region=by.home_code, address=address, now=now)


def enter_by_sso(*, account: str, address: str | None, now: datetime | None = None) -> User:
    """Return the person whom the provider names, and leave a row; nobody gets an account by this.

    Raise `Problem` where there is no such account, or it is disabled. The age of a password that was not
    asked for does not matter here.
    """
    person = _named(account)
    if person is not None and person.is_active:
        record(BY_SSO, by=person, target=person, region=person.home_code, address=address, now=now)
        return person
    record(
        BY_SSO,
        by=None,
        target=person or "",
        region=person.home_code if person else None,
        address=address,
        refused=True,
        now=now,
        username=account[:64],
    )
    if person is not None:
        raise Problem(_("这个账号已停用，请联系安全管理员。"))
    said = _("统一身份认证已通过，但本平台没有“%(name)s”这个账号。请联系本县的安全管理员。")
    raise Problem(said % {"name": account[:64]})


def note_refused_sso(*, reason: str, address: str | None, now: datetime | None = None) -> None:
    """Leave a row of an answer that does not hold, which is nobody's."""
    record(BY_SSO, by=None, target="", address=address, refused=True, now=now, sso=reason)


def note_logout(*, by: User, now: datetime | None = None) -> None:
    record("logout", by=by, target=by, region=by.home_code, now=now)


def note_refused_login(
    *, username: str, address: str | None, waiting: bool = False, now: datetime | None = None
) -> None:
    """Leave a row; a name that is nobody's is not kept, for it may be a password typed too early."""
    person = _named(username)
    record(
        WAITING if waiting else ACTION,
        by=None,
        target=person or "",
        region=person.home_code if person else None,
        address=address,
        refused=True,
        now=now,
    )


def must_wait(username: str, address: str | None = None, *, now: datetime | None = None) -> bool:
    """Say whether this account's last tries all failed, or too many failed from this address.

    `LOCKOUT_TRIES` and `LOCKOUT_ADDRESS_TRIES` within `LOCKOUT_MINUTES`. For the account a log-in or a new
    password begins the count anew.
    """
    since = (now or timezone.now()) - timedelta(minutes=settings.LOCKOUT_MINUTES)
    tries = AuditEntry.objects.filter(at__gt=since)
    if address and settings.LOCKOUT_ADDRESS_TRIES:
        failed = tries.filter(action=ACTION, address=address, result=AuditEntry.Result.REFUSED)
        if failed.count() >= settings.LOCKOUT_ADDRESS_TRIES:
            return True
    person = _named(username)
    if person is None:
        return False
    counted = Q(action=ACTION) | Q(action=BEGUN_ANEW, result=AuditEntry.Result.DONE)
    own = tries.filter(counted, target=describe(person)).order_by("-at", "-pk")
    last = list(own.values_list("result", flat=True)[: settings.LOCKOUT_TRIES])
    return last == [AuditEntry.Result.REFUSED] * settings.LOCKOUT_TRIES


def _named(username: str) -> User | None:
    return User.objects.filter(username=User.normalize_username(username)).first()
