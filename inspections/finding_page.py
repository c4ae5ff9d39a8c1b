"""What the page of a finding shows: how urgent it is, what was done so far, what the reader may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from organization.models import Role, User
from organization.permissions import holder
from organization.templatetags.portal import day, moment, score, term

from . import permissions, workflow
from .calendars import working_calendar
from .deadlines import AlertRule, WorkingCalendar, working_days_left
from .models import Evidence, Finding, FindingEvent, Photo, Reply, Request
from .policies import policies_of

STEPS = {
    "notify": gettext_lazy("印发整改通知"),
    "acknowledge": gettext_lazy("乡镇签收"),
    "recall": gettext_lazy("整改通知撤回"),
    "begin": gettext_lazy("开始整改"),
    "report": gettext_lazy("报送整改情况"),
    "extend": gettext_lazy("同意延期"),
    "extension": gettext_lazy("申请延期"),
    "objection": gettext_lazy("提出异议"),
    "refuse": gettext_lazy("不同意"),
    "correct": pgettext_lazy("done", "更正得分"),
    "uphold": gettext_lazy("异议成立，撤销问题"),
    "lapse": gettext_lazy("延期申请失效"),
    "recount": gettext_lazy("工作日历变动，重新计算期限"),
    "pass": gettext_lazy("复查合格，销号"),
    "fail": gettext_lazy("复查不合格，继续整改"),
    "close": pgettext_lazy("done", "销号"),
    "return": pgettext_lazy("done", "退回整改"),
    "reinspect": pgettext_lazy("done", "安排复查"),
    "reopen": pgettext_lazy("done", "重新整改"),
    "withdraw": pgettext_lazy("done", "撤销问题"),
}
# What was refused; of earlier releases' rows only that something was.
REFUSALS = {
    Request.Kind.EXTENSION: gettext_lazy("不同意延期"),
    Request.Kind.OBJECTION: gettext_lazy("异议不成立"),
}
TONES = {"blue": "info", "yellow": "warn", "red": "bad"}


@dataclass(frozen=True)
class Due:
    """A deadline in words, with the tone of its alert ("" while there is time)."""

    words: str
    left: str
    tone: str
    provisional: bool


def due_of(findings: Sequence[Any], today: date) -> dict[int, Due]:
    """The deadlines of findings by key; three queries, however many there are.

    They are findings, or rows with what is read of one here.
    """
    dated = [finding for finding in findings if finding.due_on]
    if not dated:
        return {}
    years = [finding.due_on.year for finding in dated] + [today.year]
    calendar = working_calendar(min(years), max(years))
    rules = policies_of({finding.region_id for finding in dated})
    # Many fall due on the same days.
    due = cache(partial(_due, today, calendar))
    return {
        finding.pk: due(
            finding.due_on,
            rules[finding.region_id].alert_rule,
            finding.state in workflow.WITH_TOWNSHIP,
            finding.due_is_provisional,
        )
        for finding in dated
    }


def _due(
    today: date, calendar: WorkingCalendar, on: date, rule: AlertRule, waits: bool, provisional: bool
) -> Due:
    if not waits:
        return Due(day(on), "", "", provisional)
    alert = rule.alert(today, on, calendar)
    left = left_words(working_days_left(today, on, calendar), over=today > on)
    return Due(day(on), left, TONES[alert] if alert else "", provisional)


def give_dues(findings: Sequence[Finding], today: date) -> None:
    """Give each finding its deadline as `due`, None while no term runs."""
    dues = due_of(findings, today)
    for finding in findings:
        finding.due = dues.get(finding.pk)  # type: ignore[attr-defined]


def left_words(left: int, *, over: bool) -> str:
    """How long there is, or how long it is over."""
    if over:
        days = max(1, -left)
        return ngettext("已逾期%(days)d个工作日", "已逾期%(days)d个工作日", days) % {"days": days}
    if left == 0:
        return _("今天到期")
    return ngettext("还剩%(days)d个工作日", "还剩%(days)d个工作日", left) % {"days": left}


def page_context(finding: Finding, user: User) -> dict[str, Any]:
    """Context of the page without its forms."""
    today = timezone.localdate()
    evidence = list(
        Evidence.objects.visible_to(user).kept().filter(finding=finding).select_related("added_by")
    )
    replies = list(finding.replies.filter(reported_at__isnull=False).select_related("reported_by"))
    due = due_of([finding], today).get(finding.pk)
    requests = list(finding.requests.select_related("asked_by", "decided_by", "correction"))
    for request in requests:
        request.can_decide = permissions.can_decide(user, request, finding)  # type: ignore[attr-defined]
    waiting = {request.kind for request in requests if request.state == Request.State.ASKED}
    return {
        "finding": finding,
        "due": due,
        "term": due.words if due else _unset(finding),
        "before": _before(finding),
        "drafted": [links(row) for row in evidence if row.reply_id is None],
        "replies": [_reply(reply, evidence) for reply in replies],
        "requests": requests,
        "correction": next(
            (row.correction for row in reversed(requests) if hasattr(row, "correction")), None
        ),
        "steps": _steps(finding),
        "can_repair": permissions.can_repair(user, finding),
        "can_extend": permissions.can_ask_extension(user, finding, today)
        and Request.Kind.EXTENSION not in waiting,
        "can_object": permissions.can_object(user, finding) and Request.Kind.OBJECTION not in waiting,
        "can_review": permissions.can_review(user, finding),
        # Whoever handles what waits goes on with the next, also when nothing is left to do here.
        "has_inbox": holder(user, Role.ADMINISTRATOR, code=finding.region_id),
        "can_feed_back": finding.state not in (workflow.FOUND, workflow.WITHDRAWN)
        and permissions.can_feed_back(user, finding.inspection),
        "can_reinspect": finding.state in workflow.REINSPECTABLE and permissions.can_review(user, finding),
    }


def _unset(finding: Finding) -> str:
    if finding.mode == Finding.Mode.SUSTAINED:
        return _("长期坚持")
    if finding.mode == Finding.Mode.AT_ONCE:
        return _("立行立改")
    return term(finding.working_days or 0)


def links(evidence: Evidence) -> dict[str, Any]:
    """A piece of evidence as the page shows it."""
    is_photo = evidence.kind == Evidence.Kind.PHOTO
    return {
        "pk": evidence.pk,
        "url": reverse("inspections:evidence", args=[evidence.pk]),
        "thumbnail": reverse("inspections:evidence-thumbnail", args=[evidence.pk]) if is_photo else "",
        "name": evidence.name,
        "note": evidence.name,
        "is_photo": is_photo,
    }


def _before(finding: Finding) -> list[dict[str, str]]:
    photos = Photo.objects.kept().filter(inspection_id=finding.inspection_id, item_id=finding.item_id)
    # A drawing stands for its photo: a face that was hidden stays hidden.
    drawn_on = {photo.of_id for photo in photos}
    return [
        {
            "url": reverse("inspections:photo", args=[photo.pk]),
            "thumbnail": reverse("inspections:photo-thumbnail", args=[photo.pk]),
            "note": moment(photo.taken_at or photo.added_at),
        }
        for photo in photos
        if photo.pk not in drawn_on
    ]


def _reply(reply: Reply, evidence: Sequence[Evidence]) -> dict[str, Any]:
    own = [links(row) for row in evidence if row.reply_id == reply.pk]
    return {
        "row": reply,
        "photos": [row for row in own if row["is_photo"]],
        "papers": [row for row in own if not row["is_photo"]],
    }


def _steps(finding: Finding) -> list[dict[str, Any]]:
    """Everything that was done with a finding, as both sides read it."""
    found_by = finding.inspection.submitted_by
    steps = [
        {"label": _("发现问题"), "state": "done", "when": moment(finding.found_at), "person": found_by or ""}
    ]
    steps += [_step(event) for event in finding.events.select_related("by")]
    if finding.state in workflow.OPEN:
        steps.append({"label": finding.get_state_display(), "state": "now"})
    return steps


def _step(event: FindingEvent) -> dict[str, Any]:
    days = event.detail.get("due_on")
    moved = _("期限改为%(day)s。") % {"day": day(days[1])} if days and days[1] else ""
    scores = event.detail.get("score")
    corrected = _("得分由%(before)s更正为%(after)s。") % _scores(scores) if scores else ""
    until = event.detail.get("until")
    asked = _("申请延至%(day)s。") % {"day": day(until)} if until else ""
    return {
        "label": _label(event),
        "state": "done",
        "when": moment(event.at),
        "person": event.by or "",
        "note": " ".join(words for words in (event.words, moved, asked, corrected) if words),
    }


def _label(event: FindingEvent) -> Any:
    if event.move == "refuse" and event.detail.get("kind") in REFUSALS:
        return REFUSALS[event.detail["kind"]]
    return STEPS.get(event.move, event.move)


def _scores(pair: Sequence[str | None]) -> dict[str, str]:
    before, after = (score(value) or "—" for value in pair)
    return {"before": before, "after": after}


def waiting_request_words(request: Request) -> str:
    """What is asked, in one line."""
    if request.kind == Request.Kind.EXTENSION:
        return _("申请延至%(day)s") % {"day": day(request.until)}
    return _("提出异议")
