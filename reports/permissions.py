"""Who may see scores, and draft, check, sign, issue, deliver, withdraw and export documents."""

from django.utils.translation import gettext_lazy as _

from inspections.models import Inspection, Round
from inspections.permissions import UNFOLLOWED
from inspections.workflow import SUBMITTED
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Region, Role, User
from organization.permissions import YES, Verdict, holder, no
from standards.permissions import can_manage_standards

from . import workflow
from .models import IssuingBody, Job, OfficialDocument
from .models.jobs import TABLES, regions_of

WRITERS = (Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY)
# Why a move does not exist, by the state in which the document is; the first that fits.
NOT_NOW = {
    workflow.WITHDRAWN: _("这份公文已经撤回。"),
    workflow.ACKNOWLEDGED: _("这份公文已经签收。"),
    workflow.DELIVERED: _("这份公文已经送达。"),
    workflow.ISSUED: _("这份公文已经印发。"),
    workflow.SIGNED: _("这份公文已经签发，等待印发。"),
    workflow.CHECKED: _("这份公文已经核稿，等待签发。"),
    workflow.DRAFT: _("这份公文还是草稿，没有印发。"),
}
STEP_MISSING = {
    workflow.DRAFT: _("本机关逐级审签，请先核稿。"),
    workflow.CHECKED: _("本机关逐级审签，请先签发。"),
}


def can_watch(user: User) -> Verdict:
    """The county's overview: everybody who writes or signs its documents."""
    return holder(user, *WRITERS)


def can_compare_inspectors(user: User, round: Round) -> Verdict:
    """How single inspectors look is for those alone who assign them."""
    return holder(user, Role.ADMINISTRATOR, code=round.region_id)


def can_read_own_centers(user: User) -> Verdict:
    return holder(user, Role.TOWNSHIP_STAFF)


def can_read_score(inspection: Inspection) -> Verdict:
    """Whoever sees the inspection, once it is submitted."""
    if inspection.state != SUBMITTED:
        return no(_("这次检查还没有提交，提交后才有得分。"))
    return YES


def can_compare_scores(user: User, inspection: Inspection) -> Verdict:
    """Both sides see alike what each found; a self-check is not the inspectors' to read."""
    verdict = can_read_score(inspection)
    return verdict and holder(user, *WRITERS, Role.TOWNSHIP_STAFF, code=inspection.region_id)


def can_draft(user: User, inspection: Inspection) -> Verdict:
    """Those who write for the office that signs: a township's people do not speak for the county."""
    if inspection.state != SUBMITTED:
        return no(_("检查提交后才能起草整改通知。"))
    if inspection.round.kind == inspection.round.Kind.SELF_CHECK:
        return no(_("自查的结果不发整改通知。"))
    return _writes_for(user, inspection.region_id)


def can_draft_some(user: User) -> Verdict:
    """Those who write for some office; `can_draft` says it of one inspection."""
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER)


def can_draft_circular(user: User, round: Round) -> Verdict:
    if round.kind in UNFOLLOWED:
        return no(_("自查和复查的结果不发情况通报。"))
    return _writes_for(user, round.region_id)


def _writes_for(user: User, code: str) -> Verdict:
    body = IssuingBody.objects.signing_for(code)
    # Without an office yet, it is the county's people who are told to name one.
    county = code[: DIGITS[Level.COUNTY]].ljust(CODE_LENGTH, "0")
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=body.region_id if body else county)


def can_make_some(user: User, move: str) -> Verdict:
    """Those who take this step in some office; `can_move` says it of one document."""
    return holder(user, *workflow.makers(move, step_by_step=False))


def can_edit_document(user: User, document: OfficialDocument) -> Verdict:
    if document.state in workflow.NUMBERED:
        return no(_("公文已经印发，内容不能再改。"))
    if document.state != workflow.DRAFT:
        return no(_("公文已经核稿或签发，要修改请先退回。"))
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=document.body.region_id)


def can_move(user: User, document: OfficialDocument, move: str) -> Verdict:
    """The one rule for every step in a document's life; the table is `workflow.DOCUMENT_MOVES`."""
    steps = document.body.step_by_step
    if not workflow.exists(document.state, move, step_by_step=steps):
        return no(_why_not(document.state, move))
    if move == workflow.ACKNOWLEDGE:
        return _can_acknowledge(user, document)
    return holder(user, *workflow.makers(move, step_by_step=steps), code=document.body.region_id)


def _why_not(state: str, move: str) -> object:
    if move in (workflow.SIGN, workflow.ISSUE) and workflow.exists(state, move, step_by_step=False):
        return STEP_MISSING[state]
    return NOT_NOW[state]


def _can_acknowledge(user: User, document: OfficialDocument) -> Verdict:
    if document.kind == OfficialDocument.Kind.CIRCULAR:
        return no(_("情况通报发给多个单位，不办理签收。"))
    return holder(user, Role.TOWNSHIP_STAFF, code=document.region_id)


def can_issue(user: User, document: OfficialDocument) -> Verdict:
    return can_move(user, document, workflow.ISSUE)


def can_replace(user: User, document: OfficialDocument) -> Verdict:
    """A new document in the place of a withdrawn one, which it names."""
    if document.state != workflow.WITHDRAWN:
        return no(_("撤回以后才能另发一份代替。"))
    if hasattr(document, "replaced_by"):
        return no(_("已经起草了代替的公文。"))
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=document.body.region_id)


def can_supersede(user: User, document: OfficialDocument) -> Verdict:
    """A document that a later correction has overtaken: withdrawn and drafted anew by one who may do both."""
    if not OfficialDocument.objects.outdated().filter(pk=document.pk).exists():
        return no(_("印发后没有更正过得分，不用代替。"))
    verdict = can_move(user, document, workflow.WITHDRAW)
    return verdict and holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=document.body.region_id)


def can_load_boundaries(user: User, region: Region) -> Verdict:
    """What the maps of a region are drawn from is loaded by those who administer all of it."""
    return holder(user, Role.ADMINISTRATOR, code=region.code)


def can_export(user: User) -> Verdict:
    return holder(user, Role.ADMINISTRATOR)


def can_export_tables(user: User) -> Verdict:
    """Tables of what a person sees anyway: the county's people, and a township's of its own findings."""
    return holder(user, *WRITERS, Role.TOWNSHIP_STAFF)


def can_edit_issuing_body(user: User, region: Region) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, code=region.code)


def can_read_register(user: User, body: IssuingBody) -> Verdict:
    """The register of numbers: everybody who writes or signs for the office."""
    return holder(user, *WRITERS, code=body.region_id)


def can_enter_numbers(user: User, body: IssuingBody) -> Verdict:
    """Numbers used on paper are entered by those who keep the office's papers."""
    return holder(user, Role.ADMINISTRATOR, code=body.region_id)


def can_keep_seals(user: User, body: IssuingBody) -> Verdict:
    """Pictures of seals are put in and out of use by the person who signs for the office."""
    return holder(user, Role.SIGNATORY, code=body.region_id)


def can_edit_wording(user: User, body: IssuingBody) -> Verdict:
    return holder(user, Role.ADMINISTRATOR, Role.REVIEWER, code=body.region_id)


def can_start_job(user: User, kind: str) -> Verdict:
    """Issue all: whoever may issue one. Export and print: administrators. Tables: who may download them."""
    if kind in TABLES:
        return can_export_tables(user)
    if kind == Job.Kind.ISSUE:
        return can_make_some(user, workflow.ISSUE)
    return can_export(user)


def can_write_table(user: User, job: Job) -> Verdict:
    """Whoever asked for it, while their regions are the same: it holds what they see, no less and no more."""
    verdict = can_export_tables(user)
    if verdict and regions_of(user, job.kind) != set(job.places.values_list("code", flat=True)):
        return no(_("您负责的地区有了变化，请重新下载这张表。"))
    return verdict


def can_steer_job(user: User, job: Job) -> Verdict:
    """Cancel or try again: whoever may start such a job, over all of its region or their own one."""
    if job.started_by_id == user.pk:
        return can_start_job(user, job.kind)
    if job.is_table:
        return no(_("这张表只由下载它的人办理。"))
    if job.kind == Job.Kind.ISSUE:
        return holder(user, *workflow.makers(workflow.ISSUE, step_by_step=False), code=job.region_id)
    return holder(user, Role.ADMINISTRATOR, code=job.region_id)


def can_rehearse(user: User, code: str | None = None) -> Verdict:
    """Those who may publish an edition try it out first, on the inspections of their own region."""
    verdict = can_manage_standards(user)
    return verdict and holder(user, Role.ADMINISTRATOR, code=code)
