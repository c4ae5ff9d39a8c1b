"""Writes to personal data: the notice read, data handed out, an account freed of whose it was."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from ..audit import record
from ..models import Assignment, LoginSession, Role, User
from ..permissions import can_handle_data
from ..privacy import own_rows
from ..problems import Problem
from .sessions import end_all_sessions


@transaction.atomic
def acknowledge_notice(*, by: User, now: datetime | None = None) -> None:
    """Keep which version of the notice the person has read, and when."""
    now, version = now or timezone.now(), settings.PRIVACY_VERSION
    User.objects.filter(pk=by.pk).update(notice_version=version, notice_at=now)
    record("privacy.acknowledge", by=by, target=by, region=by.home_code, now=now, version=version)


def note_own_data(*, by: User, now: datetime | None = None) -> None:
    record("person.data", by=by, target=by, region=by.home_code, now=now)


def note_data_of(*, by: User, person: User, now: datetime | None = None) -> None:
    """Leave a row before a person's data are handed out on their request."""
    can_handle_data(by, person).enforce(action="person.data", target=person, region=person.home_code)
    record("person.data", by=by, target=person, region=person.home_code, now=now)


@transaction.atomic
def anonymize_person(*, by: User, person: User, now: datetime | None = None) -> User:
    """Take name, username and all that is the person's alone from a disabled account, for good.

    What they did stays under the account's number; the trail and issued documents are never changed, and go
    when their own time is over.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    can_handle_data(by, person).enforce(action="person.anonymize", target=person, region=person.home_code)
    if person.is_active:
        raise Problem(_("请先停用账号，再去除身份信息。"))
    if person.anonymized_at is not None:
        return person
    _drop_own(person)
    person.username, person.name = f"removed-{person.pk}", _("已注销人员%(number)d") % {"number": person.pk}
    person.second_factor_at, person.anonymized_at = None, now or timezone.now()
    person.set_unusable_password()
    person.save()
    record("person.anonymize", by=by, target=person, region=person.home_code, now=now)
    return person


def disable_stale_accounts(*, now: datetime | None = None, dry_run: bool = False) -> int:
    """Disable accounts nobody has used for `STALE_ACCOUNT_DAYS` (0: never); return how many.

    A log-in that is still going on is a use. The last security administrator of a place stays: nobody could
    enable anybody there any more.
    """
    if not settings.STALE_ACCOUNT_DAYS:
        return 0
    now = now or timezone.now()
    before = now - timedelta(days=settings.STALE_ACCOUNT_DAYS)
    going_on = Session.objects.filter(expire_date__gt=now).values("session_key")
    used = LoginSession.objects.filter(session_key__in=going_on).values("user")
    unused = User.objects.annotate(used_at=Coalesce("last_login", "created_at"))
    stale = unused.filter(is_active=True, used_at__lt=before).exclude(pk__in=used).order_by("pk")
    count = 0
    for person in stale:
        if not _is_needed(person):
            count += 1
            if not dry_run:
                _disable_stale(person, now)
    return count


def _is_needed(person: User) -> bool:
    guards = Assignment.objects.filter(role=Role.SECURITY_ADMINISTRATOR, user__is_active=True)
    others = [grant.region.prefix for grant in guards.exclude(user=person).select_related("region")]
    own = [grant.region_id for grant in person.grants if grant.role == Role.SECURITY_ADMINISTRATOR]
    return any(not code.startswith(tuple(others)) for code in own)


@transaction.atomic
def _disable_stale(person: User, now: datetime) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False, disabled_at=now)
    end_all_sessions(person)
    used = person.last_login.isoformat() if person.last_login else ""
    record("person.disable", by=None, target=person, region=person.home_code, now=now, last_login=used)


def remove_expired_accounts(*, now: datetime | None = None, dry_run: bool = False) -> int:
    """Remove what is the person's alone from accounts disabled for `RETAIN_ACCOUNT_DAYS`; count the rows.

    The name stays: who left is still who did it, until the security administrator frees the account of it.
    """
    now = now or timezone.now()
    disabled = User.objects.filter(is_active=False)
    if not dry_run:
        # Of accounts that an older release disabled nobody knows since when: the time begins now.
        disabled.filter(disabled_at=None).update(disabled_at=now)
    before = now - timedelta(days=settings.RETAIN_ACCOUNT_DAYS)
    count = 0
    for pk in disabled.filter(disabled_at__lt=before).values_list("pk", flat=True):
        with transaction.atomic():
            # Somebody may have enabled it again meanwhile.
            person = disabled.select_for_update().filter(pk=pk, disabled_at__lt=before).first()
            count += _expire(person, now, dry_run) if person else 0
    return count


def _expire(person: User, now: datetime, dry_run: bool) -> int:
    """Remove what is the person's alone and the digest of their password; count what there was."""
    count = sum(found.count() for _label, found in own_rows(person)) + person.has_usable_password()
    if count and not dry_run:
        _drop_own(person)
        person.set_unusable_password()
        person.second_factor_at = None
        person.save(update_fields=["password", "second_factor_at"])
        record("person.expire", by=None, target=person, region=person.home_code, now=now, count=count)
    return count


def _drop_own(person: User) -> None:
    end_all_sessions(person)
    for _label, found in own_rows(person):
        found.delete()
