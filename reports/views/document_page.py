"""The page of a document: its sheets, its life as a line, and the steps that the reader may take."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from inspections.models import Finding
from inspections.permissions import can_feed_back
from inspections.term_summary import Terms, terms_of
from organization.models import Role, User
from organization.phones import masked
from organization.problems import Problem
from organization.templatetags.portal import day, full_moment, term

from .. import actions, pages, permissions, verification, workflow
from ..forms import DeliveryForm
from ..models import DocumentEvent, OfficialDocument
from ..models.offices import DEMANDS

State = OfficialDocument.State
Move = DocumentEvent.Move
# The way of a document that nothing holds up, as the timeline shows it.
WAY = (
    (workflow.CHECK, State.CHECKED),
    (workflow.SIGN, State.SIGNED),
    (workflow.ISSUE, State.ISSUED),
    (workflow.DELIVER, State.DELIVERED),
    (workflow.ACKNOWLEDGE, State.ACKNOWLEDGED),
)


def show_document(
    request: HttpRequest, row: OfficialDocument, *, delivery: DeliveryForm | None = None
) -> HttpResponse:
    """The page; `delivery` is the form of a delivery that could not be written down, with its faults."""
    moves = moves_for(request.user, row)
    terms = terms_of_document(request.user, row)
    feeds_back = row.inspection and can_feed_back(request.user, row.inspection)
    context = {
        "document": row,
        **_sheets(request, row),
        "can_edit": permissions.can_edit_document(request.user, row),
        "can_replace": permissions.can_replace(request.user, row),
        **_overtaken(request, row),
        "steps": steps_of(row, moves["next"]),
        **moves,
        "delivery_form": delivery or DeliveryForm(initial={"way": "system"}),
        "facts": _facts(request, row),
        "terms": terms,
        "can_feed_back": feeds_back,
        # What the reader has to do next, where nothing of the document itself is.
        "answers": feeds_back and terms and terms.groups and row.state == State.ACKNOWLEDGED,
        "replaced_by": _seen(request, getattr(row, "replaced_by", None)),
        "replaces": _seen(request, row.replaces),
        "verify_url": verification.address(row.token) if row.is_issued else "",
        "digest": verification.short(row.digest),
    }
    return render(request, "reports/document.html", context, status=400 if delivery else 200)


def _sheets(request: HttpRequest, row: OfficialDocument) -> dict[str, Any]:
    """The pages as pictures; where the file cannot be opened, why."""
    count, problem, version = 0, "", ""
    try:
        body = actions.bytes_of(row, now=timezone.now())
        actions.note_view(document=row, by=request.user, now=timezone.now())
        count, version = pages.count(body), pages.version(body)
    except Problem as found:
        problem = found.message
    return {
        "problem": problem,
        "problem_title": _("文件现在不能打开") if row.is_issued else _("这份草稿现在不能印出"),
        "page_numbers": range(1, count + 1),
        "page_size": pages.SIZE,
        "version": version,
    }


def _overtaken(request: HttpRequest, row: OfficialDocument) -> dict[str, Any]:
    """Whether a correction has overtaken the document, and whether the person may replace it in one step."""
    writes = bool(permissions.can_watch(request.user))
    outdated = writes and row.is_in_force and OfficialDocument.objects.outdated().filter(pk=row.pk).exists()
    return {
        "outdated": outdated,
        "can_supersede": outdated and permissions.can_supersede(request.user, row),
    }


def terms_of_document(user: User, row: OfficialDocument) -> Terms | None:
    """By when what the document asks for is due; None where it asks for nothing or is not in force."""
    if not (row.inspection and row.is_in_force and row.kind in DEMANDS):
        return None
    findings = Finding.objects.visible_to(user).filter(inspection=row.inspection)
    return terms_of(list(findings.defer("requirement")), timezone.localdate())


def _seen(request: HttpRequest, other: OfficialDocument | None) -> OfficialDocument | None:
    """The document before or after this one, where the person may see it."""
    if other is None or OfficialDocument.objects.visible_to(request.user).filter(pk=other.pk).exists():
        return other
    return None


def _facts(request: HttpRequest, row: OfficialDocument) -> list[tuple[Any, ...]]:
    facts: list[tuple[Any, ...]] = [
        (_("文种"), row.get_kind_display()),
        (_("主送"), row.addressee),
        (_("发文机关"), row.issuer_name),
        (_("抄送"), row.copy_to),
        (_("联系人"), f"{row.contact} {masked(row.phone)}".strip()),
        (_("签章方式"), row.get_seal_display()),
    ]
    if row.repair_by:
        facts.append((_("整改截止日期"), day(row.repair_by)))
    if row.inspection:
        score = reverse("reports:score", args=[row.inspection_id])
        facts.append((_("检查"), row.inspection.center.name, score))
    return facts


# ---- the timeline

# The steps that were taken; those to come stand as what is to be done.
DONE = {
    Move.DRAFT: pgettext_lazy("done", "起草"),
    Move.EDIT: pgettext_lazy("done", "修改"),
    Move.CHECK: pgettext_lazy("done", "核稿"),
    Move.SIGN: pgettext_lazy("done", "签发"),
    Move.SEND_BACK: pgettext_lazy("done", "退回修改"),
    Move.ISSUE: pgettext_lazy("done", "印发"),
    Move.DELIVER: pgettext_lazy("done", "送达"),
    Move.ACKNOWLEDGE: pgettext_lazy("done", "签收"),
    Move.WITHDRAW: pgettext_lazy("done", "撤回"),
}


def steps_of(document: OfficialDocument, following: str = "") -> list[dict[str, Any]]:
    """What was done, in its order, and what is still to come; the step that is next is `now`.

    The line is the same for everybody, with what may be left out marked as such; `following` is the step that
    the reader may take, otherwise the first that cannot be left out is next.
    """
    events = list(document.events.select_related("by"))
    done = [_done(event) for event in events if event.move != Move.EDIT]
    if document.state == State.WITHDRAWN:
        return done
    return [*done, *_to_come(document, following)]


def _done(event: DocumentEvent) -> dict[str, Any]:
    notes = [
        event.get_way_display() if event.way else "",
        day(event.happened_on) if event.happened_on else "",
        _("签收人：%(person)s") % {"person": event.person} if event.person else "",
        event.words,
    ]
    return {
        "label": DONE.get(event.move, event.move),
        "state": "late" if event.move in workflow.NEED_WORDS else "done",
        "spoken": _("已完成"),
        "when": full_moment(event.at),
        "person": event.by,
        "note": " · ".join(str(note) for note in notes if note),
    }


def _to_come(document: OfficialDocument, following: str) -> list[dict[str, Any]]:
    labels = dict(DocumentEvent.Move.choices)
    states = [State.DRAFT, *(state for _move, state in WAY)]
    place = states.index(document.state)
    left = [move for move, _state in WAY[place:]]
    optional = _optional(document)
    if document.kind == OfficialDocument.Kind.CIRCULAR:
        left = [move for move in left if move != workflow.ACKNOWLEDGE]
    now = following if following in left else next((move for move in left if move not in optional), "")
    steps: list[dict[str, Any]] = [
        {
            "label": _("%(step)s（可选）") % {"step": labels[move]} if move in optional else labels[move],
            "state": "now" if move == now else "todo",
        }
        for move in left
    ]
    if document.kind in DEMANDS:
        last = {"label": _("乡镇书面反馈"), "note": term(document.report_days)}
        steps.append(last | {"state": "todo" if now else "now"})
    return steps


def _optional(document: OfficialDocument) -> set[str]:
    """The steps that may be left out of the document's way."""
    # Where checking and signing are not asked for, who issues takes them on.
    optional = set() if document.body.step_by_step else {workflow.CHECK, workflow.SIGN}
    if document.kind != OfficialDocument.Kind.CIRCULAR:
        # A township that reads it here has it: nobody needs to deliver it first.
        optional.add(workflow.DELIVER)
    return optional


def moves_for(user: Any, document: OfficialDocument) -> dict[str, Any]:
    """Which steps the person may take now, by the same rule as the steps themselves; `next` is the one
    that leads on, `reason` says why there is none."""
    moves = (
        workflow.CHECK, workflow.SIGN, workflow.SEND_BACK, workflow.ISSUE,
        workflow.DELIVER, workflow.ACKNOWLEDGE, workflow.WITHDRAW,
    )  # fmt: skip
    may = {move: bool(permissions.can_move(user, document, move)) for move in moves}
    following = next((move for move in workflow.ONWARD if may[move]), "")
    return {
        "may": may,
        "next": following,
        "others": [move for move in (workflow.CHECK, workflow.SIGN) if may[move] and move != following],
        "reason": "" if following else _reason(user, document),
    }


def _reason(user: Any, document: OfficialDocument) -> str:
    """Who takes the next step, while it is not yet issued and the person cannot."""
    waits = {State.DRAFT: workflow.CHECK, State.CHECKED: workflow.SIGN, State.SIGNED: workflow.ISSUE}
    move = waits.get(State(document.state))
    if move is None:
        return ""
    steps = document.body.step_by_step
    if not steps:
        move = workflow.ISSUE
    if permissions.can_move(user, document, move):
        return ""
    roles = [str(Role(role).label) for role in workflow.makers(move, step_by_step=steps)]
    step = dict(DocumentEvent.Move.choices)[move]
    return _("下一步是%(step)s，由%(roles)s办理。") % {"step": step, "roles": _("或者").join(roles)}
