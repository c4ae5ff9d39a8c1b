"""The end of an inspection: what `reports.actions`, which scores, asks for in its transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from organization.models import ServiceCenter, User
from organization.problems import Problem

from .. import permissions, workflow
from ..answers import UNANSWERED
from ..checklist import Checklist, checklist_of
from ..merging import digest, digest_of_all
from ..models import Answer, Conflict, Finding, Inspection, Photo
from ..tallying import tally_finding, tally_inspections
from .filling import lock


def lock_for_submit(
    *, inspection: Inspection, by: User, seen: str | None = None
) -> tuple[Inspection, Checklist, dict[str, Answer]] | None:
    """Lock a complete inspection whose lead is `by`; returns it with its checklist and answers.

    None where `by` has submitted it already, perhaps while this waited for the lock. `seen` is the digest
    of the answers as the lead saw them; raises `Problem` where they have changed, where an item is
    unanswered or in conflict, or a photo's original has not arrived.
    """
    # The record names the center, its township and county.
    locked = lock(inspection, "center", "region__parent__parent")
    if locked.state == workflow.SUBMITTED and locked.submitted_by_id == by.pk:
        return None
    permissions.can_submit(by, locked).enforce(
        action="inspection.submit", target=locked, region=locked.region_id
    )
    checklist = checklist_of(locked)
    # Two or three people gave all of these: each is fetched once, not joined to every row.
    found = Answer.objects.filter(inspection=locked).prefetch_related("updated_by")
    answers = {checklist.by_pk[answer.item_id].item.code: answer for answer in found}
    done = {code for code, answer in answers.items() if answer.status != UNANSWERED}
    missing = [entry for entry in checklist.entries if entry.item.code not in done]
    if missing:
        raise Problem(
            _("还有%(count)d项没有填写，填完后才能提交。第一项是：%(title)s。")
            % {"count": len(missing), "title": missing[0].item.title}
        )
    _check_settled(locked, checklist)
    if seen is not None and seen != digest_of_answers(answers):
        raise Problem(_("您核对之后，答案又有变动。请重新核对后再提交。"))
    return locked, checklist, answers


def digest_of_answers(answers: Mapping[str, Answer]) -> str:
    """One digest of all answers, by item code: what a person saw when they decided to submit."""
    return digest_of_all(
        {
            code: digest(code, {"value": row.value, "na": row.na, "reason": row.reason, "note": row.note})
            for code, row in answers.items()
        }
    )


def _check_settled(locked: Inspection, checklist: Checklist) -> None:
    """Raise `Problem` while answers are in conflict or originals of photos are on their way."""
    disputed = {row.item_id for row in Conflict.objects.open().filter(inspection=locked)}
    if disputed:
        first = next(entry for entry in checklist.entries if entry.pk in disputed)
        raise Problem(
            _("有%(count)d项填得不一致，请先选定用哪个答案。第一项是：%(title)s。")
            % {"count": len(disputed), "title": first.item.title}
        )
    waiting = Photo.objects.on_the_way().filter(inspection=locked).count()
    if waiting:
        raise Problem(
            _("还有%(count)d张照片的原图没有传到。请在拍照的设备上打开检查表，传完后再提交。")
            % {"count": waiting}
        )


def mark_submitted(
    *,
    inspection: Inspection,
    center: ServiceCenter,
    score: Decimal | None,
    grade: str,
    snapshot: dict[str, Any],
    by: User,
    now: datetime,
) -> None:
    """Move a locked inspection to submitted with its frozen content; its `center` is locked too."""
    inspection.state = workflow.after(workflow.INSPECTION_MOVES, inspection.state, "submit")
    inspection.score, inspection.grade, inspection.snapshot = score, grade, snapshot
    inspection.submitted_at, inspection.submitted_by = now, by
    inspection.save(update_fields=["state", "score", "grade", "snapshot", "submitted_at", "submitted_by"])
    if center.closed_on is not None:
        # It was taken out as the center closed; what was inspected after all counts.
        tally_inspections([inspection])


def open_findings(findings: Iterable[Finding]) -> int:
    """Write the findings of an inspection that is being submitted; returns how many."""
    rows = Finding.objects.bulk_create(findings, batch_size=500)
    for row in rows:
        tally_finding(row, row.inspection.kind)
    return len(rows)
