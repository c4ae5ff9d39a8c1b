"""The county's side: what it makes of a township's reports and requests."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from organization.audit import record
from organization.counting import counting
from organization.models import User
from organization.problems import Problem

from .. import permissions
from ..calendars import working_calendar
from ..deadlines import no_earlier_than
from ..models import Finding, RectificationPolicy, Request
from ..tallying import tally_finding
from .messaging import TOWNSHIP, page_of, short, tell
from .moving import lock_finding, move, note
from .terms import YEARS_AHEAD, set_due


@counting()
def review(
    *, findings: Sequence[Finding], move_name: str, words: Mapping[int, str], by: User, now: datetime
) -> int:
    """Close, return, order a re-inspection of, reopen or withdraw findings together, or none of them.

    `words` are the reasons by the finding's key; returning, reopening and withdrawing need one each. A
    township is told once, however many of its findings it is about.
    """
    moved: dict[str, list[tuple[Finding, str]]] = {}
    for finding in sorted(findings, key=lambda row: row.pk):
        locked = lock_finding(finding)
        permissions.can_review(by, locked).enforce(
            action=f"finding.{move_name}", target=locked, region=locked.region_id
        )
        said = words.get(finding.pk, "").strip()
        if move_name in permissions.NEED_WORDS and not said:
            raise Problem(_("请写明理由：%(finding)s") % {"finding": locked.finding}, "words")
        move(locked, move_name, by=by, now=now, words=said)
        moved.setdefault(locked.region_id, []).append((locked, said))
    for code, rows in moved.items():
        if len(rows) == 1:
            finding, said = rows[0]
            _tell(finding, move_name, f"{move_name}:{finding.pk}:{now.isoformat()}", now, words=said)
        else:
            _tell_several(code, move_name, len(rows), now)
    return len(findings)


def _tell_several(code: str, move_name: str, count: int, now: datetime) -> None:
    tell(
        code=code,
        roles=TOWNSHIP,
        kind="reviewed",
        key=f"{move_name}:{code}:{now.isoformat()}",
        url=reverse("reports:finding-list"),
        now=now,
        what=move_name,
        count=count,
    )


@counting()
def decide_request(*, request: Request, grant: bool, words: str, by: User, now: datetime) -> Request:
    """Grant or refuse what a township asked for; refusing needs words.

    A granted extension moves the day. An objection is refused here alone: upholding it corrects the
    score, which `reports.actions.correct_score` does.
    """
    finding = lock_finding(request.finding)
    locked = Request.objects.select_for_update().get(pk=request.pk)
    permissions.can_decide(by, locked, finding).enforce(
        action="request.decide", target=finding, region=finding.region_id
    )
    if grant and locked.kind == Request.Kind.OBJECTION:
        raise Problem(_("同意异议请在“更正得分”页面办理。"))
    if not grant and not words.strip():
        raise Problem(_("不同意时请写明理由。"), "words")
    locked.state = Request.State.GRANTED if grant else Request.State.REFUSED
    locked.decided_by, locked.decided_at, locked.words = by, now, words
    locked.save(update_fields=["state", "decided_by", "decided_at", "words"])
    record(
        "request.decide", by=by, target=finding, region=finding.region_id, now=now,
        kind=locked.kind, result=locked.state, reason=words,
    )  # fmt: skip
    if grant:
        _extend(finding, locked, by, now)
    else:
        note(finding, "refuse", by=by, now=now, words=words, request=locked.pk, kind=locked.kind)
    key = f"decided:{locked.pk}"
    _tell(finding, "decided", key, now, what=locked.kind, result=locked.state)
    return locked


def _tell(finding: Finding, kind: str, key: str, now: datetime, **detail: str) -> None:
    tell(
        code=finding.region_id,
        roles=TOWNSHIP,
        kind=kind,
        key=key,
        url=page_of(finding),
        now=now,
        due_on=finding.due_on if finding.closed_at is None else None,
        finding=short(finding.finding),
        **detail,
    )


def _extend(finding: Finding, request: Request, by: User, now: datetime) -> None:
    old, until = finding.due_on, request.until
    assert until is not None  # the database holds it
    tally_finding(finding, finding.inspection.kind, -1)
    set_due(finding, no_earlier_than(until, working_calendar(until.year, until.year + YEARS_AHEAD)))
    finding.save(update_fields=["due_on", "due_is_provisional"])
    tally_finding(finding, finding.inspection.kind)
    days = [old and old.isoformat(), finding.due_on and finding.due_on.isoformat()]
    note(finding, "extend", by=by, now=now, words=request.words, due_on=days)


@transaction.atomic
def set_policy(*, policy: RectificationPolicy, by: User, now: datetime) -> RectificationPolicy:
    """Keep a region's rules for terms and alerts; terms that have begun stay as they are."""
    permissions.can_set_policy(by, policy.region).enforce(
        action="policy.set", target=policy.region, region=policy.region_id
    )
    names = ("basis", "at_once_days", "blue", "yellow", "red")
    fields = {name: getattr(policy, name) for name in names}
    row, _created = RectificationPolicy.objects.update_or_create(region=policy.region, defaults=fields)
    record("policy.set", by=by, target=policy.region, region=policy.region_id, now=now, **fields)
    return row
