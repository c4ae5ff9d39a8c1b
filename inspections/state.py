"""One inspection as a device keeps it: answers, photos, conflicts, people, and what was found last time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from organization.models import User

from .answer_rows import read_held, read_names
from .checklist import Checklist, checklist_of
from .loading import items_followed, previous_inspection
from .merging import CHANGING, Held
from .models import AnswerEvent, Conflict, Inspection, Photo
from .sync.replies import codes, held_words, progress

AT_WORK = timedelta(minutes=10)


def build(*, inspection: Inspection, person: User, since: int | None, now: datetime) -> dict[str, Any]:
    """Everything, or what changed after the event `since`; photos and conflicts are always whole."""
    items = checklist_of(inspection)
    # The cursor before the answers: what comes in between is told twice, and never missed.
    changed, cursor = _changed(inspection, since)
    held = read_held(inspection)
    done, total, sections = progress(items, {pk: one.status for pk, one in held.items()})
    shown = held if changed is None else {pk: held[pk] for pk in changed if pk in held}
    names = read_names({one.by for one in shown.values()})
    photos = list(Photo.objects.kept().filter(inspection=inspection).select_related("added_by"))
    told: dict[str, Any] = {
        "cursor": cursor,
        "restored": changed is None and since is not None,
        "answered": done,
        "total": total,
        "sections": sections,
        "answers": [
            held_words(items.by_pk[pk].item.code, one, person.pk, names) for pk, one in shown.items()
        ],
        "photos": [photo_words(items, photo) for photo in photos],
        "conflicts": codes(items, _conflicts(inspection)),
        "people": _people(inspection, items, held, now),
        "lead": inspection.lead_id == person.pk,
    }
    if changed is None:
        told |= _fixed(inspection) | {"previous": _previous(inspection, person)}
    return told


def photo_words(items: Checklist, photo: Photo) -> dict[str, Any]:
    """One photo as devices know it; `done` once the original has arrived."""
    return {
        "id": str(photo.pk),
        "item": items.by_pk[photo.item_id].item.code,
        "of": photo.of_id and str(photo.of_id),
        "by": photo.added_by.name,
        "at": (photo.taken_at or photo.added_at).isoformat(),
        "done": photo.arrived_at is not None,
        "url": reverse("inspections:photo", args=[photo.pk]),
        "thumbnail_url": reverse("inspections:photo-thumbnail", args=[photo.pk]),
    }


def _fixed(inspection: Inspection) -> dict[str, Any]:
    """What stays as it is while the inspection lasts."""
    return {
        "id": str(inspection.pk),
        "center": inspection.center.name,
        "kind": inspection.kind,
        "round": inspection.round.name,
        "ends_on": inspection.round.ends_on.isoformat(),
        "edition": inspection.edition_id,
    }


def _changed(inspection: Inspection, since: int | None) -> tuple[set[int] | None, int]:
    """Items that changed after `since`, None for all; and the key of the last event."""
    events = AnswerEvent.objects.filter(inspection=inspection, pk__gte=since or 0).order_by("pk")
    rows = list(events.values_list("pk", "item_id", "outcome"))
    last = rows[-1][0] if rows else 0
    if since is None or (since and (not rows or rows[0][0] != since)):
        # A cursor whose event is not there (a restored backup) is none; nothing later is known either.
        return None, last
    return {item for pk, item, came_to in rows if pk != since and came_to in CHANGING}, last


def _conflicts(inspection: Inspection) -> frozenset[int]:
    return frozenset(Conflict.objects.open().filter(inspection=inspection).values_list("item_id", flat=True))


def _people(
    inspection: Inspection, items: Checklist, held: Mapping[int, Held], now: datetime
) -> list[dict[str, Any]]:
    """The inspectors, and in which section each gave an answer within the last minutes."""
    newest: dict[int, tuple[datetime, str]] = {}
    for pk, one in held.items():
        if one.by and one.at and now - one.at < AT_WORK:
            newest[one.by] = max(newest.get(one.by, (one.at, "")), (one.at, items.by_pk[pk].section.code))
    rows = inspection.inspectors.order_by("pk").values_list("pk", "name")
    return [
        {
            "id": pk,
            "name": name,
            "section": newest[pk][1] if pk in newest else "",
            "at": newest[pk][0].isoformat() if pk in newest else None,
        }
        for pk, name in rows
    ]


def _previous(inspection: Inspection, person: User) -> dict[str, Any]:
    """The last inspection's result of each item with its photos, as far as this person may see them."""
    earlier = previous_inspection(inspection)
    if not earlier:
        return {}
    photos = Photo.objects.visible_to(person).kept().filter(inspection_id=earlier["pk"])
    visible = {str(pk) for pk in photos.values_list("pk", flat=True)}
    return {
        code: {
            **{name: item[name] for name in ("status", "answer", "note", "at")},
            "photos": [
                {
                    "id": photo["id"],
                    "url": reverse("inspections:photo", args=[photo["id"]]),
                    "thumbnail_url": reverse("inspections:photo-thumbnail", args=[photo["id"]]),
                }
                for photo in item["photos"]
                if photo["id"] in visible
            ],
        }
        for code, item in items_followed(inspection, earlier).items()
    }
