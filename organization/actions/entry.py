"""Writes at the door: who came in, who did not, and who must wait."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from ..audit import describe, record
from ..models import AuditEntry, User

ACTION = "login"
# A try refused unseen, since the account waits: kept in the trail, but no reason to wait longer.
WAITING = "login.wait"
BEGUN_ANEW = "person.password"
TRIES = 5
WAIT = timedelta(minutes=15)


def note_login(*, by: User, address: str | None, now: datetime | None = None) -> None:
    record(ACTION, by=by, target=by, region=by.home_code, address=address, now=now)


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


def must_wait(username: str, *, now: datetime | None = None) -> bool:
    """Say whether the last five tries at this account failed within a quarter of an hour.

    A log-in or a new password begins the count anew.
    """
    person = _named(username)
    if person is None:
        return False
    since = (now or timezone.now()) - WAIT
    counted = Q(action=ACTION) | Q(action=BEGUN_ANEW, result=AuditEntry.Result.DONE)
    tries = AuditEntry.objects.filter(counted, target=describe(person), at__gt=since)
    last = list(tries.values_list("result", flat=True)[:TRIES])
    return last == [AuditEntry.Result.REFUSED] * TRIES


def _named(username: str) -> User | None:
    return User.objects.filter(username=User.normalize_username(username)).first()
