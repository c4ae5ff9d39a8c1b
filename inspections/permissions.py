"""Who may do what with rounds and inspections."""

from django.utils.translation import gettext_lazy as _

from organization.models import Assignment, Role, User
from organization.permissions import YES, Verdict, holder, no

from .models import Inspection, Round
from .workflow import SUBMITTED


def can_manage_rounds(user: User) -> Verdict:
    return holder(user, Role.ADMINISTRATOR)


def can_edit_calendar(user: User) -> Verdict:
    """Allow the administrators of the uppermost regions that have any: one calendar holds for the installation."""
    mine = [grant.region.level for grant in user.grants if grant.role == Role.ADMINISTRATOR]
    above = Assignment.objects.filter(role=Role.ADMINISTRATOR, region__level__lt=min(mine, default=0))
    if mine and above.exists():
        return no(_("工作日历由上级管理员统一维护。"))
    return holder(user, Role.ADMINISTRATOR)


def can_manage_round(user: User, round: Round) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=round.region_id)


def can_fill(user: User, inspection: Inspection) -> Verdict:
    """Allow the inspectors assigned to it, until it is submitted.

    In a self-check the township's own staff are the inspectors.
    """
    if inspection.state == SUBMITTED:
        return no(_("这次检查已经提交，内容不能再改。"))
    if not can_be_assigned(user, inspection):
        return no(_("填写检查表需要本地区检查员的权限。"))
    if not inspection.inspectors.filter(pk=user.pk).exists():
        return no(_("这次检查没有分配给您，请联系业务管理员。"))
    return YES


def can_submit(user: User, inspection: Inspection) -> Verdict:
    """Allow the lead who may still lead; completeness is the submitting action's to check."""
    verdict = can_fill(user, inspection)
    if verdict and inspection.lead_id != user.pk:
        return no(_("由检查组长提交。请核对后请组长提交。"))
    return verdict and can_lead(user, inspection)


def can_be_assigned(person: User, inspection: Inspection) -> Verdict:
    """Inspectors of the region; in a self-check the staff of the township instead."""
    if inspection.round.kind == Round.Kind.SELF_CHECK:
        return holder(person, Role.TOWNSHIP_STAFF, code=inspection.region_id)
    return holder(person, Role.INSPECTOR, Role.LEAD_INSPECTOR, code=inspection.region_id)


def can_lead(person: User, inspection: Inspection) -> Verdict:
    if inspection.round.kind == Round.Kind.SELF_CHECK:
        return holder(person, Role.TOWNSHIP_STAFF, code=inspection.region_id)
    return holder(person, Role.LEAD_INSPECTOR, code=inspection.region_id)
