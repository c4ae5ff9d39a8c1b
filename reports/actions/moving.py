"""The steps of a document's life besides issue: one door for each, and each leaves its row for ever."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from inspections import actions as inspections
from organization.counting import counting
from organization.models import User
from organization.problems import Problem

from .. import permissions, workflow
from ..models import OfficialDocument
from ..models.offices import DEMANDS
from .documents import lock
from .history import remember, told
from .numbers import void

LONGEST = {"words": 500, "person": 50}
# What a notice's step means for the findings that it demands to be put right.
FINDINGS_FOLLOW = {
    workflow.ACKNOWLEDGE: inspections.acknowledge_findings,
    workflow.WITHDRAW: inspections.recall_findings,
}


def check_document(*, document: OfficialDocument, by: User, now: datetime) -> OfficialDocument:
    """核稿: the reviewer has read the draft and stands by it."""
    return _move(document, workflow.CHECK, by=by, now=now)


def sign_document(*, document: OfficialDocument, by: User, now: datetime) -> OfficialDocument:
    """签发: the signatory agrees that it is issued as it stands."""
    return _move(document, workflow.SIGN, by=by, now=now)


def send_back(*, document: OfficialDocument, words: str, by: User, now: datetime) -> OfficialDocument:
    """Return a checked or signed document to its drafter, saying what is to be changed."""
    return _move(document, workflow.SEND_BACK, by=by, now=now, words=words)


def deliver(
    *, document: OfficialDocument, way: str, by: User, now: datetime,
    happened_on: date | None = None, person: str = "", words: str = "",
) -> OfficialDocument:  # fmt: skip
    """Record how and when a document reached its addressee; `words` is the proof (a postal number, say).

    By hand it names the person who received it, by post the number of the consignment.
    """
    if way == "hand" and not person.strip():
        raise Problem(_("直接送交的，请填写签收人姓名。"), "person")
    if way == "post" and not words.strip():
        raise Problem(_("邮寄送达的，请在说明中填写邮件单号。"), "words")
    if happened_on and document.dated_on and not document.dated_on <= happened_on <= timezone.localdate(now):
        raise Problem(_("送达日期应当在成文日期和今天之间。"), "happened_on")
    return _move(
        document, workflow.DELIVER, by=by, now=now, way=way, person=person, words=words,
        happened_on=happened_on,
    )  # fmt: skip


def acknowledge(*, document: OfficialDocument, person: str, by: User, now: datetime) -> OfficialDocument:
    """The township's staff confirm that they received it; `person` is who received it there."""
    return _move(document, workflow.ACKNOWLEDGE, by=by, now=now, person=person or by.name)


def withdraw(*, document: OfficialDocument, words: str, by: User, now: datetime) -> OfficialDocument:
    """Take an issued document out of force for a reason; a number never delivered becomes void."""
    return _move(document, workflow.WITHDRAW, by=by, now=now, words=words)


@counting()
def _move(document: OfficialDocument, move: str, *, by: User, now: datetime, **more: Any) -> OfficialDocument:
    """Make a step unless it was just made by the same person, as by an impatient finger."""
    locked = lock(document)
    last = locked.events.order_by("-at", "-pk").first()
    if last and (last.move, last.after, last.by_id) == (move, locked.state, by.pk):
        return locked
    permissions.can_move(by, locked, move).enforce(
        action=f"document.{move}", target=locked, region=locked.region_id
    )
    said = {name: _fitting(name, value, move) for name, value in more.items()}
    before = locked.state
    locked.state = workflow.after(before, move, step_by_step=locked.body.step_by_step)
    locked.save(update_fields=["state"])
    remember(locked, move, before=before, by=by, now=now, **said)
    if move in FINDINGS_FOLLOW and locked.inspection and locked.kind in DEMANDS:
        FINDINGS_FOLLOW[move](inspection=locked.inspection, by=by, now=now)
    if (before, move) == (workflow.ISSUED, workflow.WITHDRAW):
        void(locked, reason=said["words"], by=by, now=now)
    told(locked, move, by=by, now=now, **{name: str(value) for name, value in said.items() if value})
    return locked


def _fitting(name: str, value: Any, move: str) -> Any:
    """Text without blanks at its ends; refused where it is missing or too long."""
    if name not in LONGEST:
        return value
    text = value.strip()
    if name == "words" and not text and move in workflow.NEED_WORDS:
        raise Problem(_("请写明原因。"))
    if len(text) > LONGEST[name]:
        raise Problem(_("最多%(most)s个字，现在有%(now)s个字。") % {"most": LONGEST[name], "now": len(text)})
    return text
