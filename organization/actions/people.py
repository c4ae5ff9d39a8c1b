"""Writes to accounts and their roles."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..audit import changes, record
from ..codes import Level
from ..models import Assignment, Region, Role, User
from ..permissions import COUNTY_ROLES, SEPARATE_ROLES, can_assign, can_edit_person, can_manage_people
from ..problems import Problem
from .sessions import end_all_sessions


@transaction.atomic
def create_person(
    *,
    by: User,
    username: str,
    name: str,
    password: str,
    role: str,
    region: Region,
    now: datetime | None = None,
) -> User:
    """Create an account with its first role and an initial password, to be changed at the first log-in.

    Raise `Problem` where a value cannot be.
    """
    can_manage_people(by).enforce(action="person.create", target=username, region=region.code)
    person = new_account(username, name, password, now, must_change_password=True)
    record("person.create", by=by, target=person, region=region.code, now=now, username=person.username)
    assign(by=by, person=person, role=role, region=region, now=now)
    return person


@transaction.atomic
def create_administrator(
    *,
    username: str,
    name: str,
    password: str,
    roles: Iterable[str],
    region: Region,
    now: datetime | None = None,
) -> User:
    """Create the first account of an installation, from the server's command line: nobody asks for it."""
    person = new_account(username, name, password, now)
    roles = list(roles)
    record(
        "person.create", by=None, target=person, region=region.code, now=now, username=username, roles=roles
    )
    for role in roles:
        _check_role(person, role, region)
        Assignment.objects.create(user=person, role=role, region=region)
        person.__dict__.pop("grants", None)
    return person


@transaction.atomic
def edit_person(*, by: User, person: User, name: str, now: datetime | None = None) -> User:
    person = _locked(by, person, "person.edit")
    changed = changes(person, name=name)
    if changed:
        person.save(update_fields=list(changed))
        record("person.edit", by=by, target=person, region=person.home_code, now=now, changed=changed)
    return person


@transaction.atomic
def set_password(*, by: User, person: User, password: str, now: datetime | None = None) -> User:
    """Give a person a new password, which they change at their next log-in; their sessions end."""
    person = _locked(by, person, "person.password")
    return _write_password(by, person, password, "password", now, initial=True)


@transaction.atomic
def change_own_password(
    *, by: User, password: str, session_key: str | None = None, now: datetime | None = None
) -> User:
    """Change the person's own password; all sessions end but this one, which the caller keeps alive."""
    person = User.objects.select_for_update().get(pk=by.pk)
    return _write_password(by, person, password, "new_password1", now, keep=session_key)


@transaction.atomic
def assign(*, by: User, person: User, role: str, region: Region, now: datetime | None = None) -> Assignment:
    """Give a person a role in a region; giving it twice is a `Problem`."""
    person = User.objects.select_for_update().get(pk=person.pk)
    can_assign(by, person, role, region).enforce(action="person.assign", target=person, region=region.code)
    _check_role(person, role, region)
    grant = Assignment.objects.create(user=person, role=role, region=region)
    record(
        "person.assign",
        by=by,
        target=person,
        region=region.code,
        now=now,
        role=role,
        username=person.username,
    )
    return grant


@transaction.atomic
def unassign(*, by: User, person: User, assignment: Assignment, now: datetime | None = None) -> None:
    """Take a role back. The last one stays: a person without any would be out of everybody's sight."""
    person = _locked(by, person, "person.unassign")
    grant = next((held for held in person.grants if held.pk == assignment.pk), None)
    if grant is None:
        raise Problem(_("这项权限已经不在了，请刷新页面后再看。"))
    if len(person.grants) == 1:
        raise Problem(_("至少要保留一项权限。如果此人不再使用本平台，请停用账号。"))
    record(
        "person.unassign",
        by=by,
        target=person,
        region=grant.region_id,
        now=now,
        role=grant.role,
        username=person.username,
    )
    grant.delete()


def disable(*, by: User, person: User, now: datetime | None = None) -> User:
    """Close an account: its sessions end with their next request, and what it did stays on record."""
    return _set_active(by, person, False, "person.disable", now)


def enable(*, by: User, person: User, now: datetime | None = None) -> User:
    return _set_active(by, person, True, "person.enable", now)


@transaction.atomic
def _set_active(by: User, person: User, active: bool, action: str, now: datetime | None) -> User:
    person = _locked(by, person, action)
    if active and person.anonymized_at is not None:
        raise Problem(_("这个账号已注销，不能再启用。请另建账号。"))
    if person.is_active != active:
        person.is_active, person.disabled_at = active, None if active else now or timezone.now()
        person.save(update_fields=["is_active", "disabled_at"])
        if not active:
            end_all_sessions(person)
        record(action, by=by, target=person, region=person.home_code, now=now, username=person.username)
    return person


def _locked(by: User, person: User, action: str) -> User:
    person = User.objects.select_for_update().get(pk=person.pk)
    can_edit_person(by, person).enforce(action=action, target=person, region=person.home_code)
    return person


def new_account(
    username: str, name: str, password: str, now: datetime | None, *, must_change_password: bool = False
) -> User:
    """Write an account without any role; whoever asks has checked who may."""
    person = User(username=User.normalize_username(username), name=name)
    person.must_change_password = must_change_password
    person.password_changed_at = now or timezone.now()
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Problem(" ".join(messages), field) from None
    _check_password(password, person, "password")
    person.set_password(password)
    person.save()
    return person


def _write_password(
    by: User,
    person: User,
    password: str,
    field: str,
    now: datetime | None,
    *,
    initial: bool = False,
    keep: str | None = None,
) -> User:
    _check_password(password, person, field)
    now = now or timezone.now()
    _remember(person, now)
    end_all_sessions(person, but=keep)
    person.set_password(password)
    person.must_change_password, person.password_changed_at = initial, now
    person.save(update_fields=["password", "must_change_password", "password_changed_at"])
    record(
        "person.password", by=by, target=person, region=person.home_code, now=now, username=person.username
    )
    return person


def _remember(person: User, now: datetime) -> None:
    """Keep the hash that goes, and no more of them than are asked for."""
    before = person.previous_passwords
    before.create(password=person.password, at=now)
    kept = before.values_list("pk", flat=True)[: max(settings.PASSWORD_REMEMBERED - 1, 0)]
    before.exclude(pk__in=list(kept)).delete()


def _check_password(password: str, person: User, field: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Problem(" ".join(error.messages), field) from None


def _check_role(person: User, role: str, region: Region) -> None:
    if role == Role.TOWNSHIP_STAFF and region.level < Level.TOWNSHIP:
        raise Problem(_("乡镇工作人员的地区应为一个乡镇（街道）或村（社区）。"), "place")
    if role in COUNTY_ROLES and region.level > Level.COUNTY:
        raise Problem(
            _("业务管理员、核稿人和签发人的地区应为县（区）或以上，因为整改通知以县级的名义印发。"), "place"
        )
    held = {grant.role for grant in person.grants}
    if role in SEPARATE_ROLES and held & SEPARATE_ROLES - {role}:
        raise Problem(_("业务、安全、审计三种管理员应由不同的人担任（三员分立）。"), "role")
    if any(grant.role == role and grant.region_id == region.code for grant in person.grants):
        raise Problem(_("此人已有这个地区的这项权限。"), "place")
