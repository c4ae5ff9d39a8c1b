"""What became of findings since they were notified: the last report and the verdict on it, for ledgers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from inspections.models import FindingEvent, Reply

from .opinion import OUTCOMES

# The ledger is an official paper: in Chinese whatever its reader's language is.
VERDICTS = {
    "close": "合格，已销号",
    "return": "退回继续整改",
    "reinspect": "待现场复查",
    "pass": "现场复查合格，已销号",
    "fail": "现场复查不合格，继续整改",
}
# After these no verdict holds: what was judged is open again, or was not so, or is reported anew.
JUDGING = (*VERDICTS, "reopen", "uphold", "report")


@dataclass(frozen=True)
class FollowUp:
    """One finding's last report by the township and the county's verdict on it; empty where there is none."""

    person: str = ""
    measure: str = ""
    result: str = ""
    done_on: date | None = None
    reviewer: str = ""
    reviewed_on: date | None = None
    verdict: str = ""
    closed_on: date | None = None


NOTHING = FollowUp()


def follow_up(findings: Sequence[Any]) -> dict[int, FollowUp]:
    """What became of each, by key; two queries, however many there are.

    Of a finding, or a row of its values, `pk` and `closed_at` are read.
    """
    keys = [finding.pk for finding in findings]
    replies = _last(Reply.objects.filter(finding__in=keys, reported_at__isnull=False).order_by("pk"))
    events = FindingEvent.objects.filter(finding__in=keys, move__in=JUDGING).select_related("by")
    verdicts = _last(events.order_by("at", "pk"))
    return {row.pk: _told(row.closed_at, replies.get(row.pk), verdicts.get(row.pk)) for row in findings}


def _told(closed_at: datetime | None, reply: Reply | None, verdict: FindingEvent | None) -> FollowUp:
    if not (closed_at or reply or verdict):
        return NOTHING
    closed_on = timezone.localdate(closed_at) if closed_at else None
    return FollowUp(**_reported(reply), **_judged(verdict), closed_on=closed_on)


def _last(rows: Any) -> dict[int, Any]:
    return {row.finding_id: row for row in rows}


def _reported(reply: Reply | None) -> dict[str, object]:
    if reply is None:
        return {}
    return {
        "person": reply.responsible,
        "measure": reply.measure,
        "result": OUTCOMES[reply.result],
        "done_on": reply.done_on,
    }


def _judged(event: FindingEvent | None) -> dict[str, object]:
    if event is None or event.move not in VERDICTS:
        return {}
    return {
        "reviewer": event.by.name if event.by else "",
        "reviewed_on": timezone.localdate(event.at),
        "verdict": VERDICTS[event.move],
    }
