"""Findings on their way from the notice to the end, for tests of that way."""

import io
from datetime import date, datetime
from typing import Any

from inspections import actions
from inspections.answers import Given
from inspections.holiday_lists import Day
from inspections.models import Evidence, Finding, Reply
from tests.small_stage import NOW, Stage, jpeg, submitted

# What `ReplyForm` gives.
REPLY: dict[str, Any] = {
    "measure": "已购置并安装",
    "responsible": "王强",
    "result": Reply.Result.DONE,
    "done_on": date(2026, 11, 25),
    "plan": "",
}


def publish(year: int, *days: Day, at: datetime = NOW) -> None:
    actions.load_year(
        year=year, days=days, published_on=date(year - 1, 11, 4), source="公布的通知", by=None, now=at
    )


def found(stage: Stage, place: int = 0, **bad: Given | None) -> Finding:
    """A finding of a submitted inspection ("yes" is wanting unless `bad` says otherwise)."""
    inspection = submitted(stage, place, **(bad or {"yes": Given(False)}))
    return inspection.findings.first()


def in_state(stage: Stage, state: str, place: int = 0) -> Finding:
    """A finding that has come to `state` by the ordinary way."""
    finding = found(stage, place)
    staff, county = stage.cast["township_staff"], stage.cast["administrator"]
    for name in WAYS[state]:
        if name == "notify":
            actions.notify_findings(inspection=finding.inspection, by=stage.cast["signatory"], now=NOW)
        elif name == "acknowledge":
            actions.acknowledge_findings(inspection=finding.inspection, by=staff, now=NOW)
        elif name == "begin":
            actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
        elif name == "report":
            add_photo(finding, staff)
            actions.report(finding=finding, by=staff, now=NOW)
        else:
            actions.review(findings=[finding], move_name=name, words={finding.pk: "理由"}, by=county, now=NOW)
        finding.refresh_from_db()
    assert finding.state == state
    return finding


_REPORTED = ("notify", "acknowledge", "begin", "report")
WAYS: dict[str, tuple[str, ...]] = {
    "found": (),
    "notified": ("notify",),
    "acknowledged": ("notify", "acknowledge"),
    "in_repair": ("notify", "acknowledge", "begin"),
    "reported": _REPORTED,
    "to_reinspect": (*_REPORTED, "reinspect"),
    "closed": (*_REPORTED, "close"),
    "withdrawn": ("notify", "withdraw"),
}


def add_photo(finding: Finding, by: Any, body: bytes = b"", name: str = "整改后.jpg") -> Evidence:
    body = body or jpeg()
    return actions.add_evidence(
        finding=finding, upload=io.BytesIO(body), name=name, size=len(body), by=by, now=NOW
    )
