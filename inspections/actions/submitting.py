"""The end of an inspection: what `reports.actions`, which scores, asks for in its transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from ..models import Inspection, Photo
from ..submission_rows import (
    Found,
    StoredAnswer,
    lock,
    read_answers,
    read_disputed,
    read_inspectors,
    read_photos,
    write_findings,
    write_submitted,
)
from ..tallying import tally_found, tally_inspections


@dataclass(frozen=True)
class Ready:
    """A locked inspection that can be submitted, with all that its record is made of; answers by code."""

    inspection: Inspection
    checklist: Checklist
    answers: Mapping[str, StoredAnswer]
    photos: Sequence[Photo]
    inspectors: Sequence[str]


def lock_for_submit(*, inspection: Inspection, by: User, seen: str | None = None) -> Ready | None:
    """Lock a complete inspection whose lead is `by`.

    None where `by` has submitted it already, perhaps while this waited for the lock. `seen` is the digest
    of the answers as the lead saw them; raises `Problem` where they have changed, where an item is
    unanswered or in conflict, or a photo's original has not arrived.
    """
    locked = lock(inspection)
    if locked.state == workflow.SUBMITTED and locked.submitted_by_id == by.pk:
        return None
    # Asked after the lock: what it waited for may have changed who they are.
    inspectors = read_inspectors(locked)
    locked.assigned[by.pk] = by.pk in inspectors
    permissions.can_submit(by, locked).enforce(
        action="inspection.submit", target=locked, region=locked.region_id
    )
    checklist = checklist_of(locked)
    answers = {checklist.by_pk[item].item.code: answer for item, answer in read_answers(locked).items()}
    done = {code for code, answer in answers.items() if answer.status != UNANSWERED}
    missing = [entry for entry in checklist.entries if entry.item.code not in done]
    if missing:
        raise Problem(
            _("还有%(count)d项没有填写，填完后才能提交。第一项是：%(title)s。")
            % {"count": len(missing), "title": missing[0].item.title}
        )
    photos = read_photos(locked)
    _check_settled(checklist, read_disputed(locked), photos)
    if seen is not None and seen != digest_of_answers(answers):
        raise Problem(_("您核对之后，答案又有变动。请重新核对后再提交。"))
    return Ready(locked, checklist, answers, photos, list(inspectors.values()))


def digest_of_answers(answers: Mapping[str, StoredAnswer]) -> str:
    """One digest of all answers, by item code: what a person saw when they decided to submit."""
    return digest_of_all(
        {
            code: digest(code, {"value": row.value, "na": row.na, "reason": row.reason, "note": row.note})
            for code, row in answers.items()
        }
    )


def _check_settled(checklist: Checklist, disputed: set[int], photos: Sequence[Photo]) -> None:
    """Raise `Problem` while answers are in conflict or originals of photos are on their way."""
    if disputed:
        first = next(entry for entry in checklist.entries if entry.pk in disputed)
        raise Problem(
            _("有%(count)d项填得不一致，请先选定用哪个答案。第一项是：%(title)s。")
            % {"count": len(disputed), "title": first.item.title}
        )
    waiting = sum(photo.arrived_at is None for photo in photos)
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
    write_submitted(inspection)
    if center.closed_on is not None:
        # It was taken out as the center closed; what was inspected after all counts.
        tally_inspections([inspection])


def open_findings(inspection: Inspection, found: Sequence[Found], now: datetime) -> None:
    """Write the findings of an inspection that is being submitted."""
    write_findings(inspection, found, now)
    tally_found(inspection, len(found))
