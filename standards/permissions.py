"""Who may change drafts, and what stands beside a standard; a published edition itself nobody may."""

from django.utils.translation import gettext_lazy as _

from organization.models import Role, User
from organization.permissions import Verdict, no, uppermost

from .models import Edition


def can_estimate(user: User) -> Verdict:
    """Allow the uppermost administrators: the estimates are for all counties that use the edition."""
    return uppermost(user, Role.ADMINISTRATOR, otherwise=_("工作量的估计由上级管理员统一维护。"))


def can_manage_standards(user: User) -> Verdict:
    """Allow the uppermost administrators, as an edition is for all counties, to keep and publish drafts."""
    return uppermost(user, Role.ADMINISTRATOR, otherwise=_("检查标准由上级管理员统一维护。"))


def can_revise(user: User, edition: Edition) -> Verdict:
    if edition.is_published:
        return no(_("这个版次已经发布，内容不能再改。可以复制为草稿，改成新的版次。"))
    return can_manage_standards(user)
