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

EMPTY: dict[str, object] = {"value": None, "na": False, "reason": "", "note": ""}


@dataclass(frozen=True)
class Saved:
    """What the database now holds for one item."""

    entry: Entry
    status: str
    version: int


class Stale(Exception):
    """Answers that somebody changed after the form was opened, and that the form would overwrite.

    `answers` holds what the database has, by entry; nothing was saved.
    """

    def __init__(self, answers: Mapping[Entry, Answer]) -> None:
        super().__init__(", ".join(entry.item.code for entry in answers))
        self.answers = answers


def save_answer(*, inspection: Inspection, code: str, given: Given, by: User, now: datetime) -> Saved:
    """Save one item's answer with its history row; raises `Faults` if it does not fit, or `Stale`."""
    entry = checklist(inspection.edition_id, inspection.kind).by_code[code]
    checked = check(given, entry.item, inspection.kind)
    bases = {} if given.base is None else {entry: given.base}
    return save_answers(inspection=inspection, checked={entry: checked}, bases=bases, by=by, now=now)[0]


def save_answers(
    *,
    inspection: Inspection,
    checked: Mapping[Entry, Checked],
    bases: Mapping[Entry, int] | None = None,
    by: User,
    now: datetime,
) -> list[Saved]:
    """Save several checked answers of one inspection together, or none of them.

    `bases` are the versions that the form showed: what was left as it stood there is left alone,
    and what would overwrite a newer answer raises `Stale`.
    """
    with transaction.atomic():
        locked = lock_to_fill(inspection, by)
        found = Answer.objects.filter(inspection=locked, item_id__in=[entry.pk for entry in checked])
        stored = {answer.item_id: answer for answer in found.select_related("updated_by")}
        bases = bases or {}
        changed = {entry: new for entry, new in checked.items() if _differs(stored.get(entry.pk), new)}
        newer = {entry for entry in changed if _is_newer(stored.get(entry.pk), bases.get(entry))}
        untouched = {e for e in newer if changed[e].plain() == _content_at(locked, e, bases[e])}
        if newer - untouched:
            raise Stale({entry: stored[entry.pk] for entry in newer - untouched})
        if changed.keys() - untouched:
            note_beginning(locked, now)
        return [
            _write(locked, entry, new, stored.get(entry.pk), by, now)
            if entry in changed and entry not in untouched
            else _unchanged(entry, stored.get(entry.pk))
            for entry, new in checked.items()
        ]


def lock(inspection: Inspection) -> Inspection:
    # `of` leaves the joined rows alone: only the inspection is guarded.
    return Inspection.objects.select_for_update(of=("self",)).select_related("round").get(pk=inspection.pk)


def lock_to_fill(inspection: Inspection, by: User) -> Inspection:
    """Lock the inspection and check that it may be filled."""
    locked = lock(inspection)
    permissions.can_fill(by, locked).enforce(action="inspection.fill", target=locked, region=locked.region_id)
    return locked


def note_beginning(locked: Inspection, now: datetime) -> None:
    """The first thing written begins the inspection; its day is printed in documents."""
    if locked.state == workflow.TO_BEGIN:
        locked.state = workflow.after(workflow.INSPECTION_MOVES, locked.state, "begin")
        locked.began_at = now
        locked.save(update_fields=["state", "began_at"])


def _differs(old: Answer | None, new: Checked) -> bool:
    return new.plain() != (_plain(old) if old else EMPTY)


def _is_newer(old: Answer | None, base: int | None) -> bool:
    return old is not None and base is not None and base < old.version


def _content_at(inspection: Inspection, entry: Entry, version: int) -> dict[str, object]:
    """What the answer was at a version: its history has one row for each."""
    if version == 0:
        return EMPTY
    events = AnswerEvent.objects.filter(inspection=inspection, item_id=entry.pk).order_by("pk")
    return dict(events[version - 1].new)


def _unchanged(entry: Entry, old: Answer | None) -> Saved:
    return Saved(entry, old.status if old else UNANSWERED, old.version if old else 0)


def _write(
    inspection: Inspection, entry: Entry, checked: Checked, old: Answer | None, by: User, now: datetime
) -> Saved:
    fields = {**checked.plain(), "status": checked.status, "updated_by": by, "updated_at": now}
    version = old.version + 1 if old else 1
    rows = Answer.objects.filter(inspection=inspection, item_id=entry.pk)
    if old:
        rows.update(**fields, version=version)
    else:
        Answer.objects.create(inspection=inspection, item_id=entry.pk, **fields)
    AnswerEvent.objects.create(
        inspection=inspection,
        item_id=entry.pk,
        old=_plain(old) if old else None,
        new=checked.plain(),
        by=by,
        at=now,
    )
    return Saved(entry, checked.status, version)


def _plain(answer: Answer) -> dict[str, object]:
    return {"value": answer.value, "na": answer.na, "reason": answer.reason, "note": answer.note}
