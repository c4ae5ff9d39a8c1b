"""Who may do what, as answers: yes, or no with the reason shown to the person.

This module holds the vocabulary and the rules of this app; each app has its own rules.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .codes import Level
from .models import Assignment, Region, Role, ServiceCenter, User
from .problems import NotAllowed


@dataclass(frozen=True)
class Verdict:
    """True where the act is allowed; else false, with the reason in the person's language."""

    allowed: bool
    reason: Any = ""

    def __bool__(self) -> bool:
        return self.allowed

    def enforce(self, *, action: str = "", target: object = "", region: str | None = None) -> None:
        """Raise `NotAllowed` with the reason, unless the act is allowed."""
        if not self.allowed:
            from .audit import describe, name_of

            raise NotAllowed(
                self.reason,
                action=action,
                target=describe(target),
                region=region,
                object_name=name_of(target),
            )


YES = Verdict(True)

# 三员分立: nobody holds two of these.
SEPARATE_ROLES = frozenset(
    {Role.ADMINISTRATOR.value, Role.SECURITY_ADMINISTRATOR.value, Role.AUDIT_ADMINISTRATOR.value}
)

# Notices are issued in the county's name, not in a township's.
COUNTY_ROLES = frozenset({Role.ADMINISTRATOR.value, Role.REVIEWER.value, Role.SIGNATORY.value})


def no(reason: Any) -> Verdict:
    return Verdict(False, reason)


def holder(user: User, *roles: str, code: str | None = None) -> Verdict:
    """Allow a person who holds one of `roles` (over the region `code`, where one is given)."""
    held = bool(user.prefixes(*roles)) if code is None else user.holds(*roles, code=code)
    if held:
        return YES
    names = _("、").join(str(Role(role).label) for role in roles)
    return no(_("这项操作需要“%(roles)s”的权限。如果工作需要，请联系安全管理员。") % {"roles": names})


def is_wide(user: User, role: str) -> bool:
    """Say whether the person holds the role for a province or the nation: too much to list, or to count."""
    return any(grant.role == role and grant.region.level <= Level.PROVINCE for grant in user.grants)


def uppermost(user: User, role: str, *, otherwise: Any) -> Verdict:
    """Allow holders of `role` in the uppermost regions that have any, for what there is one of for all."""
    mine = [grant.region.level for grant in user.grants if grant.role == role]
    above = Assignment.objects.filter(role=role, region__level__lt=min(mine, default=0))
    if mine and above.exists():
        return no(otherwise)
    return holder(user, role)


def can_manage_centers(user: User, region: Region | None = None) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=region.code if region else None)


def can_edit_center(user: User, center: ServiceCenter) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=center.region_id)


def can_manage_people(user: User) -> Verdict:
    return holder(user, Role.SECURITY_ADMINISTRATOR)


def can_edit_person(user: User, person: User) -> Verdict:
    """A security administrator edits others whose every assignment lies in their own regions.

    A township's staff edit those whose every assignment is in one of its villages, as village people.
    """
    if is_delegate_of(user, person):
        return YES
    if not can_manage_people(user):
        return can_manage_people(user)
    return _edits_as_security(user, person)


def _edits_as_security(user: User, person: User) -> Verdict:
    if user.pk == person.pk:
        return no(_("不能修改自己的权限，请由另一位安全管理员办理。"))
    mine = user.prefixes(Role.SECURITY_ADMINISTRATOR)
    if all(grant.region_id.startswith(mine) for grant in person.grants):
        return YES
    return no(_("这位人员还有本地区以外的权限，请由上级安全管理员办理。"))


def can_handle_data(user: User, person: User) -> Verdict:
    """Handing out a person's data and freeing an account of them is the security administrator's alone."""
    verdict = can_manage_people(user)
    return _edits_as_security(user, person) if verdict else verdict


def can_delegate(user: User) -> Verdict:
    """A township's own staff may give its villages to the villages' people."""
    if _townships(user):
        return YES
    return no(_("只有乡镇工作人员可以为本乡镇的村（社区）设置工作人员。"))


def can_delegate_to(user: User, region: Region) -> Verdict:
    """One village of the person's own township."""
    if region.level == Level.VILLAGE and region.code.startswith(_townships(user)):
        return YES
    return can_delegate(user) and no(_("只能为本乡镇的村（社区）设置工作人员。"))


def is_delegate_of(user: User, person: User) -> bool:
    """Say whether a person is nothing but village people in the townships where `user` is staff."""
    townships = _townships(user)
    return bool(person.grants) and all(
        grant.role == Role.TOWNSHIP_STAFF
        and grant.region.level == Level.VILLAGE
        and grant.region_id.startswith(townships)
        for grant in person.grants
    )


def _townships(user: User) -> tuple[str, ...]:
    """Prefixes of the townships as whose staff the person works, not of single villages."""
    return tuple(
        grant.region.prefix
        for grant in user.grants
        if grant.role == Role.TOWNSHIP_STAFF and grant.region.level == Level.TOWNSHIP
    )


def can_drop_own_factor(user: User) -> Verdict:
    """One's own factor, unless a role requires it."""
    if user.roles & set(settings.SECOND_FACTOR_ROLES):
        return no(_("您的角色必须使用动态口令。换手机时请联系安全管理员重置。"))
    return YES


def can_assign(user: User, person: User, role: str, region: Region) -> Verdict:
    """A role is given inside the giver's own regions, to another person whom they may edit."""
    verdict = can_edit_person(user, person)
    if not verdict:
        return verdict
    return holder(user, Role.SECURITY_ADMINISTRATOR, code=region.code)


def can_read_audit(user: User) -> Verdict:
    return holder(user, Role.AUDIT_ADMINISTRATOR)
