"""Who may see scores, and draft, issue and export notices."""

from django.utils.translation import gettext_lazy as _

from inspections.models import Inspection
from inspections.workflow import SUBMITTED
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Region, Role, User
from organization.permissions import YES, Verdict, holder, no

from .models import IssuingBody, Notice

WRITERS = (Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY)


def can_watch(user: User) -> Verdict:
    """The county's overview: everybody who writes or signs its notices."""
    return holder(user, *WRITERS)


def can_read_own_centers(user: User) -> Verdict:
    return holder(user, Role.TOWNSHIP_STAFF)


def can_read_score(inspection: Inspection) -> Verdict:
    """Whoever sees the inspection, once it is submitted."""
    if inspection.state != SUBMITTED:
        return no(_("这次检查还没有提交，提交后才有得分。"))
    return YES


def can_draft(user: User, inspection: Inspection) -> Verdict:
    """Those who write for the office that signs: a township's people do not speak for the county."""
    if inspection.state != SUBMITTED:
        return no(_("检查提交后才能起草整改通知。"))
    if inspection.round.kind == inspection.round.Kind.SELF_CHECK:
        return no(_("自查的结果不发整改通知。"))
    body = IssuingBody.objects.signing_for(inspection.region_id)
    # Without an office yet, it is the county's people who are told to name one.
    county = inspection.region_id[: DIGITS[Level.COUNTY]].ljust(CODE_LENGTH, "0")
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=body.region_id if body else county)


def can_edit_notice(user: User, notice: Notice) -> Verdict:
    if notice.state != Notice.State.DRAFT:
        return no(_("通知已经印发，内容不能再改。"))
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=notice.body.region_id)


def can_issue(user: User, notice: Notice) -> Verdict:
    if notice.state != Notice.State.DRAFT:
        return no(_("通知已经印发。"))
    return holder(user, Role.ADMINISTRATOR, Role.SIGNATORY, code=notice.body.region_id)


def can_export(user: User) -> Verdict:
    return holder(user, Role.ADMINISTRATOR)


def can_edit_issuing_body(user: User, region: Region) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=region.code)
