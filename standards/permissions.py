"""Who may change what stands beside a standard; a published edition itself nobody may."""

from django.utils.translation import gettext_lazy as _

from organization.models import Role, User
from organization.permissions import Verdict, uppermost


def can_estimate(user: User) -> Verdict:
    """Allow the uppermost administrators: the estimates are for all counties that use the edition."""
    return uppermost(user, Role.ADMINISTRATOR, otherwise=_("工作量的估计由上级管理员统一维护。"))
