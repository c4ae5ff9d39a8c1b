"""Answers as they come in, each with its history row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from organization.models import User

from .. import permissions, workflow
from ..answers import UNANSWERED, Checked, Given, check
from ..checklist import Entry, checklist
from ..models import Answer, AnswerEvent, Inspection


@dataclass(frozen=True)
class Saved:
    """What the database now holds for one item."""

    entry: Entry
    status: str
    version: int


def save_answer(*, inspection: Inspection, code: str, given: Given, by: User, now: datetime) -> Saved:
    """Save one item's answer with its history row; raises `Faults` if it does not fit."""
    entry = checklist(inspection.edition_id, inspection.kind).by_code[code]
    checked = check(given, entry.item, inspection.kind)
    with transaction.atomic():
        locked = begin(inspection, by, now)
        return _write(locked, entry, checked, by, now)


def save_answers(
    *, inspection: Inspection, checked: Mapping[Entry, Checked], by: User, now: datetime
) -> list[Saved]:
    """Save several checked answers of one inspection together, or none of them."""
    with transaction.atomic():
        locked = begin(inspection, by, now)
        return [_write(locked, entry, answer, by, now) for entry, answer in checked.items()]


def lock(inspection: Inspection) -> Inspection:
    # `of` leaves the joined rows alone: only the inspection is guarded.
    return Inspection.objects.select_for_update(of=("self",)).select_related("round").get(pk=inspection.pk)


def begin(inspection: Inspection, by: User, now: datetime) -> Inspection:
    """Lock the inspection, check that it may be filled, and note the first time that it is."""
    locked = lock(inspection)
    permissions.can_fill(by, locked).enforce(action="inspection.fill", target=locked, region=locked.region_id)
    if locked.state == workflow.TO_BEGIN:
        locked.state = workflow.after(workflow.INSPECTION_MOVES, locked.state, "begin")
        locked.began_at = now
        locked.save(update_fields=["state", "began_at"])
    return locked


def _write(inspection: Inspection, entry: Entry, checked: Checked, by: User, now: datetime) -> Saved:
    old = Answer.objects.filter(inspection=inspection, item_id=entry.pk).first()
    before = _plain(old) if old else None
    if before == checked.plain() or (old is None and checked.status == UNANSWERED and not checked.note):
        return Saved(entry, checked.status, old.version if old else 0)
    fields = {**checked.plain(), "status": checked.status, "updated_by": by, "updated_at": now}
    version = old.version + 1 if old else 1
    rows = Answer.objects.filter(inspection=inspection, item_id=entry.pk)
    if old:
        rows.update(**fields, version=version)
    else:
        Answer.objects.create(inspection=inspection, item_id=entry.pk, **fields)
    AnswerEvent.objects.create(
        inspection=inspection, item_id=entry.pk, old=before, new=checked.plain(), by=by, at=now
    )
    return Saved(entry, checked.status, version)


def _plain(answer: Answer) -> dict[str, object]:
    return {"value": answer.value, "na": answer.na, "reason": answer.reason, "note": answer.note}
