"""From when and until when findings are to be put right, by the region's rules and the working calendar."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby

from django.db.models import QuerySet
from django.urls import reverse

from organization.counting import counting
from organization.models import User

from ..calendars import working_calendar
from ..deadlines import Deadline, WorkingCalendar, after, no_earlier_than
from ..models import Finding, FindingEvent, RectificationPolicy, Request
from ..policies import policy_of
from ..tallying import tally_finding
from .messaging import COUNTY, TOWNSHIP, tell

BATCH = 500
# The longest term (250 working days) ends in the year after next at the latest.
YEARS_AHEAD = 2


def begin_terms(findings: Iterable[Finding], start: date, policy: RectificationPolicy) -> None:
    """Set from when and until when each is to be put right, where no day is fixed by its `fixed_on`; the
    caller saves."""
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
    if finding.fixed_on:
        return no_earlier_than(finding.fixed_on, calendar)
    days = policy.at_once_days if finding.mode == Finding.Mode.AT_ONCE else finding.working_days
    return after(start, days or 1, calendar)


@counting()
def recount_terms(*, year: int, by: User | None, now: datetime) -> int:
    """Count anew the open terms that touch a year whose calendar has changed; returns how many moved."""
    touched = (
        Finding.objects.select_for_update(of=("self",))
        .open()
        .filter(due_on__gte=date(year, 1, 1), term_from__lte=date(year, 12, 31))
        .select_related("center")
        .order_by("pk")
    )
    calendar_from = lru_cache(lambda first: working_calendar(first, first + YEARS_AHEAD))
    policy_for = lru_cache(policy_of)
    extended = _extensions(touched)
    moved, events = [], []
    for finding in touched.iterator(chunk_size=BATCH):
        old, start = (finding.due_on, finding.due_is_provisional), finding.term_from
        tally_finding(finding, finding.center.kind, -1)
        if finding.pk in extended:
            set_due(finding, no_earlier_than(extended[finding.pk], calendar_from(start.year)))
        else:
            set_due(finding, _term(finding, start, policy_for(finding.region_id), calendar_from(start.year)))
        tally_finding(finding, finding.center.kind)
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
    _tell_recounted(moved, year, now)
    return len(moved)


def _tell_recounted(moved: list[Finding], year: int, now: datetime) -> None:
    """Tell both sides, once for each center."""
    by_center = groupby(sorted(moved, key=lambda row: row.center_id), key=lambda row: row.center_id)
    for key, group in by_center:
        findings = list(group)
        tell(
            code=findings[0].region_id,
            roles=(*TOWNSHIP, *COUNTY),
            kind="recount",
            key=f"recount:{year}:{key}:{now.isoformat()}",
            url=reverse("reports:finding-list"),
            now=now,
            year=year,
            center=findings[0].center.name,
            count=len(findings),
        )


def _extensions(findings: QuerySet[Finding]) -> dict[int, date]:
    """The day until which each was last extended, by finding."""
    granted = Request.objects.filter(
        kind=Request.Kind.EXTENSION, state=Request.State.GRANTED, finding__in=findings.values("pk").order_by()
    )
    return dict(granted.order_by("decided_at").values_list("finding_id", "until"))
