"""The one door through which findings move, and the terms that begin on the way."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.audit import record
from organization.codes import ancestors, level_of
from organization.models import User
from organization.problems import Problem

from .. import workflow
from ..calendars import working_calendar
from ..deadlines import Deadline, WorkingCalendar, after, no_earlier_than
from ..models import Finding, FindingEvent, Inspection, RectificationPolicy, Request

BATCH = 500
# The longest term (250 working days) ends in the year after next at the latest.
YEARS_AHEAD = 2


def lock_finding(finding: Finding) -> Finding:
    """The finding as it is now, held until the caller's transaction ends."""
    joined = Finding.objects.select_for_update(of=("self",)).select_related("inspection__round", "item")
    return joined.get(pk=finding.pk)


def move(
    finding: Finding, name: str, *, by: User | None, now: datetime, words: str = "", **detail: Any
) -> None:
    """Move one locked finding; raises `Problem` where the move leads nowhere from its state."""
    before = finding.state
    try:
        finding.state = workflow.after(workflow.FINDING_MOVES, before, name)
    except workflow.IllegalMove:
        state = Finding.State(before).label
        raise Problem(
            _("这个问题现在是“%(state)s”，不能这样办理。请刷新页面后再看。") % {"state": state}
        ) from None
    finding.closed_at = now if finding.state == workflow.CLOSED else None
    finding.save(update_fields=["state", "closed_at"])
    note(finding, name, before=before, by=by, now=now, words=words, **detail)


def note(
    finding: Finding,
    name: str,
    *,
    before: str | None = None,
    by: User | None,
    now: datetime,
    words: str = "",
    **detail: Any,
) -> None:
    """Write down what was done with a finding, for its timeline and for the trail."""
    FindingEvent.objects.create(
        finding=finding,
        move=name,
        before=before or finding.state,
        after=finding.state,
        by=by,
        at=now,
        words=words,
        detail=detail,
    )
    said = {**detail, **({"reason": words} if words else {})}
    record(f"finding.{name}", by=by, target=finding, region=finding.region_id, now=now, **said)


def notify_findings(*, inspection: Inspection, by: User | None, now: datetime) -> int:
    """Move an inspection's findings to notified, as its notice is issued; returns how many."""
    findings = list(_locked(inspection, workflow.FOUND))
    policy = policy_of(inspection.region_id)
    if policy.basis == RectificationPolicy.Basis.ISSUED:
        begin_terms(findings, timezone.localdate(now), policy)
    return _move_all(findings, "notify", by, now)


def acknowledge_findings(*, inspection: Inspection, by: User | None, now: datetime) -> int:
    """Move an inspection's notified findings to acknowledged, as the township signs for its notice."""
    findings = list(_locked(inspection, workflow.NOTIFIED))
    policy = policy_of(inspection.region_id)
    if policy.basis == RectificationPolicy.Basis.ACKNOWLEDGED:
        begin_terms(findings, timezone.localdate(now), policy)
    return _move_all(findings, "acknowledge", by, now)


def _locked(inspection: Inspection, state: str) -> Iterable[Finding]:
    return Finding.objects.select_for_update().filter(inspection=inspection, state=state).order_by("pk")


def _move_all(findings: list[Finding], name: str, by: User | None, now: datetime) -> int:
    events = []
    for finding in findings:
        before, finding.state = finding.state, workflow.after(workflow.FINDING_MOVES, finding.state, name)
        events.append(
            FindingEvent(finding=finding, move=name, before=before, after=finding.state, by=by, at=now)
        )
    Finding.objects.bulk_update(
        findings, ["state", "term_from", "due_on", "due_is_provisional"], batch_size=BATCH
    )
    FindingEvent.objects.bulk_create(events, batch_size=BATCH)
    return len(findings)


# ---- terms


def policy_of(code: str) -> RectificationPolicy:
    """The rules of the nearest region at or above this division code that has set them, else the defaults."""
    level = level_of(code)
    assert level is not None
    above = [code, *reversed(ancestors(code, level))]
    found = {row.region_id: row for row in RectificationPolicy.objects.filter(region__in=above)}
    return next((found[place] for place in above if place in found), RectificationPolicy())


def begin_terms(findings: Iterable[Finding], start: date, policy: RectificationPolicy) -> None:
    """Set from when and until when each is to be put right; the caller saves."""
    calendar = working_calendar(start.year, start.year + YEARS_AHEAD)
    for finding in findings:
        finding.term_from = start
        set_due(finding, _term(finding, start, policy, calendar))


def set_due(finding: Finding, deadline: Deadline | None) -> None:
    finding.due_on = deadline.on if deadline else None
    finding.due_is_provisional = deadline.provisional if deadline else False


def _term(
    finding: Finding, start: date, policy: RectificationPolicy, calendar: WorkingCalendar
) -> Deadline | None:
    if finding.mode == Finding.Mode.SUSTAINED:
        return None
    days = policy.at_once_days if finding.mode == Finding.Mode.AT_ONCE else finding.working_days
    return after(start, days or 1, calendar)


def recount_terms(*, year: int, by: User | None, now: datetime) -> int:
    """Count anew the open terms that touch a year whose calendar has changed; returns how many moved."""
    touched = (
        Finding.objects.select_for_update()
        .open()
        .filter(due_on__gte=date(year, 1, 1), term_from__lte=date(year, 12, 31))
        .order_by("pk")
    )
    calendar_from = lru_cache(lambda first: working_calendar(first, first + YEARS_AHEAD))
    policy_for = lru_cache(policy_of)
    extended = _extensions(touched)
    moved, events = [], []
    for finding in touched.iterator(chunk_size=BATCH):
        old, start = (finding.due_on, finding.due_is_provisional), finding.term_from
        if finding.pk in extended:
            set_due(finding, no_earlier_than(extended[finding.pk], calendar_from(start.year)))
        else:
            set_due(finding, _term(finding, start, policy_for(finding.region_id), calendar_from(start.year)))
        if old == (finding.due_on, finding.due_is_provisional):
            continue
        moved.append(finding)
        detail = {"due_on": [old[0].isoformat(), finding.due_on.isoformat()], "year": year}
        events.append(
            FindingEvent(
                finding=finding,
                move="recount",
                before=finding.state,
                after=finding.state,
                by=by,
                at=now,
                detail=detail,
            )
        )
    Finding.objects.bulk_update(moved, ["due_on", "due_is_provisional"], batch_size=BATCH)
    FindingEvent.objects.bulk_create(events, batch_size=BATCH)
    return len(moved)


def _extensions(findings: QuerySet[Finding]) -> dict[int, date]:
    """The day until which each was last extended, by finding."""
    granted = Request.objects.filter(
        kind=Request.Kind.EXTENSION, state=Request.State.GRANTED, finding__in=findings.values("pk").order_by()
    )
    return dict(granted.order_by("decided_at").values_list("finding_id", "until"))
