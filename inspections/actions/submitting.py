"""The end of an inspection: what `reports.actions`, which scores, asks for in its transaction."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from organization.models import User
from organization.problems import Problem

from .. import permissions, workflow
from ..answers import UNANSWERED
from ..checklist import Checklist
from ..checklist import checklist as read_checklist
from ..models import Answer, Finding, Inspection
from .filling import lock


def lock_for_submit(
    *, inspection: Inspection, by: User
) -> tuple[Inspection, Checklist, dict[str, Answer]] | None:
    """Lock a complete inspection whose lead is `by`; returns it with its checklist and answers.

    None where `by` has submitted it already, perhaps while this waited for the lock.
    """
    locked = lock(inspection)
    if locked.state == workflow.SUBMITTED and locked.submitted_by_id == by.pk:
        return None
    permissions.can_submit(by, locked).enforce(
        action="inspection.submit", target=locked, region=locked.region_id
    )
    checklist = read_checklist(locked.edition_id, locked.kind)
    found = Answer.objects.filter(inspection=locked).select_related("updated_by")
    answers = {checklist.by_pk[answer.item_id].item.code: answer for answer in found}
    done = {code for code, answer in answers.items() if answer.status != UNANSWERED}
    missing = [entry for entry in checklist.entries if entry.item.code not in done]
    if missing:
        raise Problem(
            _("还有%(count)d项没有填写，填完后才能提交。第一项是：%(title)s。")
            % {"count": len(missing), "title": missing[0].item.title}
        )
    return locked, checklist, answers


def mark_submitted(
    *,
    inspection: Inspection,
    score: Decimal | None,
    grade: str,
    snapshot: dict[str, Any],
    by: User,
    now: datetime,
) -> None:
    """Move a locked inspection to submitted with its frozen content."""
    inspection.state = workflow.after(workflow.INSPECTION_MOVES, inspection.state, "submit")
    inspection.score, inspection.grade, inspection.snapshot = score, grade, snapshot
    inspection.submitted_at, inspection.submitted_by = now, by
    inspection.save(update_fields=["state", "score", "grade", "snapshot", "submitted_at", "submitted_by"])


def open_findings(findings: Iterable[Finding]) -> int:
    """Write the findings of an inspection that is being submitted; returns how many."""
    return len(Finding.objects.bulk_create(findings, batch_size=500))
