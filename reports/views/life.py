"""The steps of a document's life, each at an address of its own; and who did what, for its page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.models import Role
from organization.posted import text_of
from organization.problems import Problem
from organization.templatetags.portal import day, full_moment, term

from .. import actions, permissions, workflow
from ..forms import DeliveryForm
from ..loading import load_document
from ..models import DocumentEvent, OfficialDocument

State = OfficialDocument.State
# The way of a document that nothing holds up, as the timeline shows it.
WAY = (
    (workflow.CHECK, State.CHECKED),
    (workflow.SIGN, State.SIGNED),
    (workflow.ISSUE, State.ISSUED),
    (workflow.DELIVER, State.DELIVERED),
    (workflow.ACKNOWLEDGE, State.ACKNOWLEDGED),
)


def _step(request: HttpRequest, pk: UUID, act: Callable[..., Any], said: Any, **more: Any) -> HttpResponse:
    row = load_document(request.user, pk)
    try:
        done = act(document=row, by=request.user, now=timezone.now(), **more)
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("reports:document", pk=pk)
    messages.success(request, said % {"number": done.number_text})
    return redirect("reports:document", pk=done.pk)


@require_POST
def document_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.check_document, _("已核稿。"))


@require_POST
def document_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.sign_document, _("已签发，可以印发。"))


@require_POST
def document_send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    words = text_of(request.POST, "words")
    return _step(request, pk, actions.send_back, _("已退回，起草人可以修改。"), words=words)


@require_POST
def document_issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.issue_document, _("已印发，文号为%(number)s。"))


@require_POST
def document_deliver(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_document(request.user, pk)
    permissions.can_move(request.user, row, workflow.DELIVER).enforce(
        action="document.deliver", target=row, region=row.region_id
    )
    form = DeliveryForm(request.POST)
    if not form.is_valid():
        # One sentence for each field: the box is closed again by then, so that it must say which one.
        messages.error(
            request,
            " ".join(
                _("%(field)s：%(fault)s") % {"field": form[name].label, "fault": text}
                for name, texts in form.errors.items()
                for text in texts
            ),
        )
        return redirect("reports:document", pk=pk)
    return _step(request, pk, actions.deliver, _("已记录送达。"), **form.cleaned_data)


@require_POST
def document_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = text_of(request.POST, "person")
    said = _("已签收%(number)s，何时到期见“整改期限”。")
    return _step(request, pk, actions.acknowledge, said, person=person)


@require_POST
def document_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    words = text_of(request.POST, "words")
    return _step(request, pk, actions.withdraw, _("已撤回%(number)s。"), words=words)


@require_POST
def document_replace(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.replace_document, _("已起草代替的公文，请核对后印发。"))


@require_POST
def document_supersede(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw what a correction has overtaken, and draft what takes its place."""
    return _step(request, pk, actions.supersede_document, _("原公文已撤回。代替的公文已起草，请核对后印发。"))


# ---- the timeline


def steps_of(document: OfficialDocument, following: str = "") -> list[dict[str, Any]]:
    """What was done, in its order, and what is still to come; the step that is next is `now`.

    `following` is the one that the reader may take: it stands in the line where it could be left out.
    """
    events = list(document.events.select_related("by"))
    done = [_done(event) for event in events if event.move != DocumentEvent.Move.EDIT]
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
        "label": event.get_move_display(),
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
    if not document.body.step_by_step and not document.is_issued:
        # Checking and signing are not asked for: who issues takes them on.
        left = [move for move in left if move not in (workflow.CHECK, workflow.SIGN) or move == following]
    if following == workflow.ACKNOWLEDGE:
        # Who reads it here has it: nobody needs to deliver it first.
        left = [move for move in left if move != workflow.DELIVER]
    if document.kind == OfficialDocument.Kind.CIRCULAR:
        left = [move for move in left if move != workflow.ACKNOWLEDGE]
    steps: list[dict[str, Any]] = [{"label": labels[move], "state": "todo"} for move in left]
    if document.kind in ("notice", "letter", "order"):
        steps.append({"label": _("乡镇书面反馈"), "state": "todo", "note": term(document.report_days)})
    if steps:
        steps[0]["state"] = "now"
    return steps


def moves_for(user: Any, document: OfficialDocument) -> dict[str, Any]:
    """Which steps the person may take now, by the same rule as the steps themselves; `next` is the one
    that leads on, `reason` says why there is none."""
    moves = (
        workflow.CHECK, workflow.SIGN, workflow.SEND_BACK, workflow.ISSUE,
        workflow.DELIVER, workflow.ACKNOWLEDGE, workflow.WITHDRAW,
    )  # fmt: skip
    may = {move: bool(permissions.can_move(user, document, move)) for move in moves}
    # With every step open, the last one is what a small office wants; the others stay at hand.
    onward = [workflow.ISSUE, workflow.SIGN, workflow.CHECK, workflow.ACKNOWLEDGE, workflow.DELIVER]
    following = next((move for move in onward if may[move]), "")
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
