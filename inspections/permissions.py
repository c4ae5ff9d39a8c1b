"""Who may do what with rounds and inspections."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from organization.models import Region, Role, User
from organization.permissions import YES, Verdict, holder, no, uppermost

from . import workflow
from .models import Finding, Inspection, Request, Round
from .querysets import INSPECTORS, OVERSEERS
from .workflow import SUBMITTED

# What these rounds find is not followed up from them.
UNFOLLOWED = (Round.Kind.SELF_CHECK, Round.Kind.REINSPECTION)
# What is sent back, opened again or taken back needs a reason that the township reads.
NEED_WORDS = frozenset({"return", "reopen", "withdraw"})


def can_manage_rounds(user: User) -> Verdict:
    return holder(user, Role.ADMINISTRATOR)


def can_edit_calendar(user: User) -> Verdict:
    """Allow the administrators of the uppermost regions that have any: there is one calendar for all."""
    return uppermost(user, Role.ADMINISTRATOR, otherwise=_("工作日历由上级管理员统一维护。"))


def can_manage_round(user: User, round: Round) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=round.region_id)


def can_take_out(user: User, inspection: Inspection) -> Verdict:
    """Allow to take a center out of a round until somebody has begun there."""
    if inspection.state != workflow.TO_BEGIN:
        return begun(inspection)
    if inspection.round.kind == Round.Kind.REINSPECTION:
        return no(_("已经安排的复查不能移出。"))
    return can_manage_round(user, inspection.round)


def begun(inspection: Inspection) -> Verdict:
    """Refuse to take out a center where something was filled in."""
    return no(_("“%(name)s”已经开始检查，不能移出本轮。") % {"name": inspection.center.name})


def can_ask_self_check(user: User, round: Round) -> Verdict:
    """Allow it for a round of the county's own: the townships then fill the same checklist before it."""
    if round.kind != Round.Kind.COUNTY:
        return no(_("县级检查才能请乡镇先自查。"))
    return can_manage_round(user, round)


def can_fill(user: User, inspection: Inspection) -> Verdict:
    """Allow the inspectors assigned to it, until it is submitted.

    In a self-check the township's own staff are the inspectors.
    """
    if inspection.state == SUBMITTED:
        return no(_("这次检查已经提交，内容不能再改。"))
    if not can_be_assigned(user, inspection):
        return no(_("填写检查表需要本地区检查员的权限。"))
    if not inspection.is_assigned_to(user):
        return no(_("这次检查没有分配给您，请联系业务管理员。"))
    return YES


def can_submit(user: User, inspection: Inspection) -> Verdict:
    """Allow the lead who may still lead; completeness is the submitting action's to check."""
    verdict = can_fill(user, inspection)
    if verdict and inspection.lead_id != user.pk:
        return no(_("由检查组长提交。请核对后请组长提交。"))
    return verdict and can_lead(user, inspection)


def can_compare(user: User, inspection: Inspection) -> Verdict:
    """Allow those who inspect or oversee; what inspectors noted differently is not told to the inspected."""
    if inspection.round.kind == Round.Kind.SELF_CHECK:
        return YES
    return holder(user, *INSPECTORS, *OVERSEERS, code=inspection.region_id)


def can_settle(user: User, inspection: Inspection) -> Verdict:
    """Allow the lead to pick between answers in conflict."""
    verdict = can_fill(user, inspection)
    if verdict and inspection.lead_id != user.pk:
        return no(_("两个人填得不同的项，由检查组长选定。"))
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


# ---- findings, from the notice to the end


def can_repair(user: User, finding: Finding) -> Verdict:
    """Allow the township's own staff while the finding is with them and its notice is acknowledged."""
    if finding.state == workflow.NOTIFIED:
        return no(_("请先签收整改通知，再办理整改。"))
    if finding.state not in (workflow.ACKNOWLEDGED, workflow.IN_REPAIR):
        return no(_("这个问题现在不在整改环节，不能填报。"))
    return holder(user, Role.TOWNSHIP_STAFF, code=finding.region_id)


def can_feed_back(user: User, inspection: Inspection) -> Verdict:
    """Allow the township's own staff once it is submitted; each finding has its own rule (`can_repair`)."""
    if inspection.state != SUBMITTED or inspection.round.kind in UNFOLLOWED:
        return no(_("这次检查没有要反馈的整改通知。"))
    return holder(user, Role.TOWNSHIP_STAFF, code=inspection.region_id)


def can_ask_extension(user: User, finding: Finding, today: date) -> Verdict:
    """Allow it before the time is over: afterwards the finding is overdue whatever is asked."""
    verdict = can_repair(user, finding)
    if not verdict:
        return verdict
    if finding.due_on is None:
        return no(_("这个问题没有到期日，不用申请延期。"))
    if today > finding.due_on:
        return no(_("整改期限已过，不能再申请延期。请尽快完成整改并报送。"))
    return verdict


def can_object(user: User, finding: Finding) -> Verdict:
    """Allow it from the notice until the township reports the finding as repaired."""
    if finding.state not in workflow.WITH_TOWNSHIP:
        return no(_("这个问题现在不能提出异议。"))
    return holder(user, Role.TOWNSHIP_STAFF, code=finding.region_id)


def can_review(user: User, finding: Finding) -> Verdict:
    """Allow the county's administrators; whether the move exists is the table's to say."""
    return holder(user, Role.ADMINISTRATOR, code=finding.region_id)


def can_decide(user: User, request: Request, finding: Finding) -> Verdict:
    """Allow the county's administrators: an objection at any time, for the score stays when the finding is
    closed or withdrawn; an extension while there is a deadline to move."""
    if request.state == Request.State.LAPSED:
        return no(_("问题已经销号或撤销，延期申请已失效，不用再答复。"))
    if request.state != Request.State.ASKED:
        return no(_("这项申请已经答复过了。"))
    if request.kind == Request.Kind.EXTENSION and finding.state not in workflow.OPEN:
        return no(_("这个问题已经办结，不用再答复。"))
    return can_review(user, finding)


def can_order_reinspection(user: User, inspection: Inspection) -> Verdict:
    """Allow the county's administrators, one re-inspection of an inspection at a time."""
    if inspection.state != SUBMITTED or inspection.round.kind in UNFOLLOWED:
        return no(_("这次检查没有可以复查的问题。"))
    if inspection.reinspections.exclude(state=SUBMITTED).exists():
        return no(_("已经安排了复查，还没有提交。"))
    return holder(user, Role.ADMINISTRATOR, code=inspection.region_id)


def can_correct(user: User, request: Request, finding: Finding) -> Verdict:
    """Allow to uphold an objection, which corrects the score, to whoever may answer it."""
    if request.kind != Request.Kind.OBJECTION:
        return no(_("只有异议可以更正得分。"))
    return can_decide(user, request, finding)


def can_set_policy(user: User, region: Region) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=region.code)
