"""What the page of answers in conflict shows: each answer with maker, times and photos; what was decided."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .answers import UNANSWERED, Checked
from .checklist import Checklist, Entry, checklist_of
from .contention import Contender, Dispute, disputes
from .form_page import photo_links
from .merging import Outcome
from .models import AnswerEvent, Conflict, Inspection, Photo
from .picks import origins
from .wording import answer_words

Pictures = Mapping[tuple[int, int], list[dict[str, str]]]


class Side(NamedTuple):
    """One answer of several; `brought_by` is named where somebody else delivered it in a draft."""

    event: int
    is_present: bool
    name: str
    brought_by: str
    words: str
    note: str
    captured_at: datetime
    arrived_at: datetime
    photos: list[dict[str, str]]


class Clash(NamedTuple):
    """One item with its answers, the one that holds now first; `version` is of that one."""

    entry: Entry
    version: int
    sides: list[Side]


def clashes(inspection: Inspection) -> list[Clash]:
    """The items in conflict, in the document's order."""
    found = disputes(inspection)
    if not found:
        return []
    items = checklist_of(inspection)
    pictures = _pictures(inspection, found)
    events = [contender.event for dispute in found.values() for contender in dispute.contenders]
    picked = origins(inspection, events)
    return [
        _clash(entry, inspection.kind, found[entry.pk], picked, pictures)
        for entry in items.entries
        if entry.pk in found
    ]


def decided(inspection: Inspection) -> list[dict[str, Any]]:
    """What was picked before, newest first: the item, by whom and when, and what it was picked over."""
    items = checklist_of(inspection)
    rows = Conflict.objects.filter(inspection=inspection).exclude(settled_at=None)
    rows = rows.select_related("settled_by", "settled_event", "event__by", "event__captured_by")
    rows = rows.order_by("-settled_at", "-pk")
    events = AnswerEvent.objects.changing().filter(
        inspection=inspection, item__in=rows.values("item").order_by()
    )
    held = {(one.item_id, one.version): one for one in events.select_related("by", "captured_by")}
    picked = origins(inspection, [held[at] for row in rows if (at := _before(row)) in held])
    held = {at: picked.get(event.pk, event) for at, event in held.items()}
    return [_decision(items, inspection.kind, row, held) for row in rows]


def _before(row: Conflict) -> tuple[int, int]:
    """Item and version of what held until something was picked."""
    return row.item_id, row.settled_event.base


def _decision(
    items: Checklist, kind: str, row: Conflict, held: Mapping[tuple[int, int], AnswerEvent]
) -> dict[str, Any]:
    """`over` are the answers that were not picked, one of which may be the one that held until then."""
    entry = items.by_pk[row.item_id]
    picked = row.settled_event
    before = held.get(_before(row)) if picked.outcome == Outcome.SETTLED else None
    over = [event for event in (before, row.event) if event and event.new != picked.new]
    return {
        "entry": entry,
        "by": row.settled_by.name,
        "at": row.settled_at,
        "words": _in_full(entry, kind, picked.new),
        "over": [((one.captured_by or one.by).name, _in_full(entry, kind, one.new)) for one in over],
    }


def _pictures(inspection: Inspection, items: Iterable[int]) -> Pictures:
    """Links to the photos of each item, by who took them."""
    found: dict[tuple[int, int], list[dict[str, str]]] = {}
    for photo in Photo.objects.kept().filter(inspection=inspection, item_id__in=list(items)):
        links = {name: link for name, link in photo_links(photo.pk).items() if name != "remove_url"}
        person = photo.captured_by_id or photo.added_by_id
        found.setdefault((photo.item_id, person), []).append(links)
    return found


def _clash(
    entry: Entry, kind: str, dispute: Dispute, picked: Mapping[int, AnswerEvent], pictures: Pictures
) -> Clash:
    sides = [_side(entry, kind, contender, picked, pictures) for contender in dispute.contenders]
    return Clash(entry, dispute.version, sides)


def _side(
    entry: Entry, kind: str, contender: Contender, picked: Mapping[int, AnswerEvent], pictures: Pictures
) -> Side:
    event = picked.get(contender.event.pk, contender.event)
    person = event.captured_by or event.by
    return Side(
        event=contender.event.pk,
        is_present=contender.is_present,
        name=person.name,
        brought_by=event.by.name if event.by_id != person.pk else "",
        words=_words(entry, kind, event.new),
        note=str(event.new.get("note", "")),
        captured_at=event.captured_at,
        arrived_at=event.at,
        photos=pictures.get((entry.pk, person.pk), []),
    )


def _words(entry: Entry, kind: str, content: Mapping[str, Any]) -> str:
    checked = Checked(content["value"], content["na"], content["reason"], content["note"], UNANSWERED)
    return answer_words(entry.item, kind, checked)


def _in_full(entry: Entry, kind: str, content: Mapping[str, Any]) -> str:
    """The note stands behind the answer: two people may differ in nothing else."""
    return " · ".join(filter(None, [_words(entry, kind, content), str(content.get("note", ""))]))
