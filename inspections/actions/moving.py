"""The one door through which findings move."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.audit import record
from organization.counting import counting
from organization.models import User
from organization.problems import Problem

from .. import workflow
from ..models import Finding, FindingEvent, Inspection, RectificationPolicy, Request
from ..policies import policy_of
from ..tallying import tally_finding
from .messaging import TOWNSHIP, page_of, short, tell
from .terms import begin_terms

BATCH = 500


def lock_finding(finding: Finding) -> Finding:
    """The finding as it is now, held until the caller's transaction ends."""
    joined = Finding.objects.select_for_update(of=("self",)).select_related("inspection__round", "item")
    return joined.get(pk=finding.pk)


def move(
    finding: Finding, name: str, *, by: User | None, now: datetime, words: str = "", **detail: Any
) -> None:
    """Move one locked finding; raises `Problem` where the move leads nowhere from its state."""
    before, kind = finding.state, finding.inspection.kind
    tally_finding(finding, kind, -1)
    try:
        finding.state = workflow.after(workflow.FINDING_MOVES, before, name)
    except workflow.IllegalMove:
        state = Finding.State(before).label
        raise Problem(
            _("这个问题现在是“%(state)s”，不能这样办理。请刷新页面后再看。") % {"state": state}
        ) from None
    finding.closed_at = now if finding.state == workflow.CLOSED else None
    finding.save(update_fields=["state", "closed_at"])
    tally_finding(finding, kind)
    note(finding, name, before=before, by=by, now=now, words=words, **detail)
    if finding.state not in workflow.OPEN:
        _lapse(finding, by=by, now=now)


def _lapse(finding: Finding, *, by: User | None, now: datetime) -> None:
    """Let an extension that waits for an answer lapse: there is no deadline left to move."""
    waiting = finding.requests.waiting().filter(kind=Request.Kind.EXTENSION)
    if not waiting.update(state=Request.State.LAPSED, decided_by=by, decided_at=now):
        return
    note(finding, "lapse", by=by, now=now)
    tell(
        code=finding.region_id,
        roles=TOWNSHIP,
        kind="lapsed",
        key=f"lapsed:{finding.pk}:{now.isoformat()}",
        url=page_of(finding),
        now=now,
        finding=short(finding.finding),
    )


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


@counting()
def notify_findings(
    *, inspection: Inspection, by: User | None, now: datetime, repair_by: date | None = None
) -> int:
    """Move an inspection's findings to notified, as its notice is issued; returns how many.

    `repair_by` is the day that the notice names for what has a term; that term runs from the issue.
    """
    findings = _locked(inspection, workflow.FOUND)
    policy = policy_of(inspection.region_id)
    for finding in findings:
        finding.fixed_on = repair_by if finding.mode == Finding.Mode.FIXED_TERM else None
    issued = policy.basis == RectificationPolicy.Basis.ISSUED
    begin_terms((row for row in findings if issued or row.fixed_on), timezone.localdate(now), policy)
    fixed = next((row.due_on for row in findings if row.fixed_on), None)
    if findings:
        tell(
            code=inspection.region_id,
            roles=TOWNSHIP,
            kind="notified",
            key=f"notified:{inspection.pk}:{now.isoformat()}",
            url=reverse("reports:our-centers"),
            now=now,
            due_on=fixed,
            center=inspection.center.name,
            count=len(findings),
            begin="fixed_day" if fixed else f"from_{policy.basis}",
        )
    return _move_all(inspection, findings, "notify", by, now)


@counting()
def acknowledge_findings(*, inspection: Inspection, by: User | None, now: datetime) -> int:
    """Move an inspection's notified findings to acknowledged, as the township signs for its notice."""
    findings = _locked(inspection, workflow.NOTIFIED)
    policy = policy_of(inspection.region_id)
    if policy.basis == RectificationPolicy.Basis.ACKNOWLEDGED:
        begin_terms((row for row in findings if not row.fixed_on), timezone.localdate(now), policy)
    return _move_all(inspection, findings, "acknowledge", by, now)


@counting()
def recall_findings(*, inspection: Inspection, by: User | None, now: datetime) -> int:
    """Put findings back that wait for their first repair, as their notice is withdrawn; returns how many.

    Their terms end: those of the notice that takes its place begin with that one. What the township
    has begun to repair goes on.
    """
    findings = _locked(inspection, workflow.NOTIFIED, workflow.ACKNOWLEDGED)
    for finding in findings:
        finding.term_from = finding.fixed_on = finding.due_on = None
        finding.due_is_provisional = False
    if findings:
        tell(
            code=inspection.region_id,
            roles=TOWNSHIP,
            kind="recalled",
            key=f"recalled:{inspection.pk}:{now.isoformat()}",
            url=reverse("reports:our-centers"),
            now=now,
            center=inspection.center.name,
            count=len(findings),
        )
    return _move_all(inspection, findings, "recall", by, now)


def _locked(inspection: Inspection, *states: str) -> list[Finding]:
    """The inspection's findings in these states, held, and taken out of the counts until they have moved."""
    rows = Finding.objects.select_for_update().filter(inspection=inspection, state__in=states)
    findings = list(rows.order_by("pk"))
    for finding in findings:
        tally_finding(finding, inspection.kind, -1)
    return findings


def _move_all(
    inspection: Inspection, findings: list[Finding], name: str, by: User | None, now: datetime
) -> int:
    events = []
    for finding in findings:
        before, finding.state = finding.state, workflow.after(workflow.FINDING_MOVES, finding.state, name)
        events.append(
            FindingEvent(finding=finding, move=name, before=before, after=finding.state, by=by, at=now)
        )
        tally_finding(finding, inspection.kind)
    Finding.objects.bulk_update(
        findings, ["state", "term_from", "fixed_on", "due_on", "due_is_provisional"], batch_size=BATCH
    )
    FindingEvent.objects.bulk_create(events, batch_size=BATCH)
    return len(findings)
