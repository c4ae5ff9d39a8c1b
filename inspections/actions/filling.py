"""Answers from a form: the same log and the same rules as a device's, but nothing is kept to be settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from organization.identifiers import uuid7
from organization.models import User

from .. import permissions, workflow
from ..answer_rows import read_held, write_events
from ..answer_statements import NewEvent
from ..answers import Checked, Given, check
from ..checklist import Entry, checklist_of
from ..merging import EMPTY, NOTHING, Held, Outcome, outcome
from ..models import AnswerEvent, Inspection


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

    def __init__(self, answers: Mapping[Entry, Held]) -> None:
        super().__init__(", ".join(entry.item.code for entry in answers))
        self.answers = answers


def save_answer(*, inspection: Inspection, code: str, given: Given, by: User, now: datetime) -> Saved:
    """Save one item's answer with its history row; raises `Faults` if it does not fit, or `Stale`."""
    entry = checklist_of(inspection).by_code[code]
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
        held = read_held(locked)
        events: dict[Entry, NewEvent] = {}
        newer: dict[Entry, Held] = {}
        for entry, new in checked.items():
            present = held.get(entry.pk, NOTHING)
            base = (bases or {}).get(entry, present.version)
            came_to = outcome(present, new.plain(), min(base, present.version))
            if came_to is Outcome.APPLIED:
                events[entry] = _event(entry, new, present, now)
            elif came_to is Outcome.CONFLICT and new.plain() != _content_at(locked, entry, base):
                newer[entry] = present
        if newer:
            raise Stale(newer)
        if events:
            note_beginning(locked, now)
            write_events(locked, list(events.values()), by=by.pk, now=now)
        return [_saved(entry, events.get(entry), held.get(entry.pk, NOTHING)) for entry in checked]


def lock(inspection: Inspection, *joined: str) -> Inspection:
    """Lock the inspection; `joined` names what is read in the same query besides its round."""
    # `of` leaves the joined rows alone: only the inspection is guarded.
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("round", *joined)
    return rows.get(pk=inspection.pk)


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


def _event(entry: Entry, new: Checked, present: Held, now: datetime) -> NewEvent:
    return NewEvent(
        mutation=uuid7(),
        item=entry.pk,
        base=present.version,
        version=present.version + 1,
        outcome=Outcome.APPLIED,
        content=new.plain(),
        status=new.status,
        captured_at=now,
    )


def _content_at(inspection: Inspection, entry: Entry, version: int) -> Mapping[str, object] | None:
    """What the answer was at a version: its history has one change for each."""
    if version == 0:
        return EMPTY
    events = AnswerEvent.objects.changing().filter(inspection=inspection, item_id=entry.pk)
    return events.filter(version=version).values_list("new", flat=True).first()


def _saved(entry: Entry, event: NewEvent | None, present: Held) -> Saved:
    if event:
        return Saved(entry, event.status, event.version)
    return Saved(entry, present.status, present.version)
