"""The ledger of a score: what `reports.actions`, which scores, asks for when an objection is upheld."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from organization.audit import record
from organization.models import User
from standards.measures import MET

from .. import permissions, workflow
from ..answers import NOT_APPLICABLE
from ..checklist import Checklist
from ..models import Correction, Finding, Inspection, Request
from ..submission_rows import StoredAnswer, read_answers
from .filling import lock
from .messaging import TOWNSHIP, tell
from .moving import lock_finding, move, note

# Of an item's frozen content, what a line of the ledger keeps; its answer is what scoring starts from.
KEPT = (
    "value", "na", "reason", "note", "answer", "status", "points", "achieved", "lost", "finding",
    "requirement",
)  # fmt: skip


def lock_to_correct(*, request: Request, by: User) -> tuple[Inspection, Request]:
    """Lock the inspection that an objection is about, then its finding; returns it with the objection.

    Raises `NotAllowed` for whoever may not decide, and once it is decided.
    """
    inspection = lock(request.finding.inspection)
    finding = lock_finding(request.finding)
    locked = Request.objects.select_for_update().get(pk=request.pk)
    locked.finding = finding
    permissions.can_correct(by, locked, finding).enforce(
        action="score.correct", target=finding, region=finding.region_id
    )
    return inspection, locked


def answers_as_corrected(inspection: Inspection, checklist: Checklist) -> dict[str, StoredAnswer]:
    """The submitted answers by item code, each as the last line of the ledger about it has it."""
    answers = {checklist.by_pk[item].item.code: row for item, row in read_answers(inspection).items()}
    for line in inspection.corrections.select_related("by"):
        answers[checklist.by_pk[line.item_id].item.code] = corrected_answer(
            line.after, by=line.by, at=line.at
        )
    return answers


def corrected_answer(held: Mapping[str, Any], *, by: User, at: datetime) -> StoredAnswer:
    """An answer as a line of the ledger gives it, of whoever corrected it."""
    given = {name: held[name] for name in ("value", "na", "reason", "note", "status")}
    return StoredAnswer(**given, by=by.name, at=at)


def write_correction(
    *, inspection: Inspection, request: Request, content: dict[str, Any], words: str, by: User, now: datetime
) -> Correction:
    """Add the line to the ledger and let score, finding and objection follow; the caller holds the locks.

    `content` is the inspection's content drawn up anew. An item that no longer falls short withdraws its
    finding; otherwise the finding says what is still wanting.
    """
    finding = request.finding
    code = finding.item.code
    before, after = (_item(whole, code) for whole in (inspection.content, content))
    line = Correction.objects.create(
        inspection=inspection, item_id=finding.item_id, request=request, before=before, after=after,
        lost_before=Decimal(before["lost"]), lost_after=Decimal(after["lost"]),
        score_before=inspection.score, score_after=_decimal(content["score"]),
        grade_before=inspection.grade, grade_after=content["grade"], reason=words, by=by, at=now,
    )  # fmt: skip
    inspection.score, inspection.grade = line.score_after, line.grade_after
    inspection.corrected = content
    inspection.save(update_fields=["score", "grade", "corrected"])
    request.state, request.words = Request.State.GRANTED, words
    request.decided_by, request.decided_at = by, now
    request.save(update_fields=["state", "decided_by", "decided_at", "words"])
    _settle(finding, line)
    record(
        "score.correct", by=by, target=inspection, region=inspection.region_id, now=now, item=code,
        score=[_score(line.score_before), _score(line.score_after)], lost=[before["lost"], after["lost"]],
        reason=words,
    )  # fmt: skip
    _tell(inspection, line)
    return line


def _item(content: Mapping[str, Any], code: str) -> dict[str, Any]:
    item = next(item for item in content["items"] if item["code"] == code)
    return {name: item[name] for name in KEPT}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _settle(finding: Finding, line: Correction) -> None:
    scores = [None if value is None else f"{value:f}" for value in (line.score_before, line.score_after)]
    said: dict[str, Any] = {
        "by": line.by, "now": line.at, "words": line.reason, "request": line.request_id, "score": scores,
    }  # fmt: skip
    finding.lost = line.lost_after
    if line.after["status"] in (MET, NOT_APPLICABLE):
        finding.save(update_fields=["lost"])
        move(finding, "withdraw" if finding.state in workflow.OPEN else "uphold", **said)
        return
    finding.finding, finding.requirement = line.after["finding"], line.after["requirement"]
    finding.save(update_fields=["finding", "requirement", "lost"])
    note(finding, "correct", **said)


def _tell(inspection: Inspection, line: Correction) -> None:
    tell(
        code=inspection.region_id,
        roles=TOWNSHIP,
        kind="corrected",
        key=f"corrected:{line.pk}",
        url=reverse("reports:score", args=[inspection.pk]),
        now=line.at,
        center=inspection.center.name,
        before=_score(line.score_before),
        after=_score(line.score_after),
    )


def _score(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}"
