"""Writes to log-ins: begun, ended from another device."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from ..audit import record
from ..models import LoginSession, User


def begin_session(
    *, by: User, session_key: str, address: str | None, agent: str, now: datetime | None = None
) -> LoginSession:
    """Keep where a log-in came from, for the person's own list; the trail has its row already."""
    here = LoginSession.objects.filter(user=by)
    here.exclude(session_key__in=Session.objects.values("session_key")).delete()
    begun = {"user": by, "begun_at": now or timezone.now(), "address": address, "agent": agent[:200]}
    return LoginSession.objects.update_or_create(session_key=session_key, defaults=begun)[0]


def move_session(*, old: str | None, new: str | None) -> None:
    """Follow a session that goes on under a new key."""
    if old and new and old != new:
        LoginSession.objects.filter(session_key=old).update(session_key=new)


@transaction.atomic
def end_session(*, by: User, session: LoginSession, now: datetime | None = None) -> None:
    """End one of the person's own log-ins at once."""
    keys = LoginSession.objects.filter(pk=session.pk, user_id=by.pk).values_list("session_key", flat=True)
    _end(list(keys))
    record("session.end", by=by, target=by, region=by.home_code, now=now)


@transaction.atomic
def end_other_sessions(*, by: User, session_key: str | None, now: datetime | None = None) -> None:
    end_all_sessions(by, but=session_key)
    record("session.end", by=by, target=by, region=by.home_code, now=now)


def end_all_sessions(person: User, *, but: str | None = None) -> None:
    """End a person's log-ins inside the caller's transaction, which leaves the row."""
    rows = LoginSession.objects.filter(user_id=person.pk)
    _end([key for key in rows.values_list("session_key", flat=True) if key != but])


def _end(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    LoginSession.objects.filter(session_key__in=keys).delete()
