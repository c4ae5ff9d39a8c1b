"""What the portal holds of an inspection, as receipts say it, and the key by which they are signed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils.crypto import salted_hmac

from organization.models import User

from . import receipts
from .checklist import checklist_of
from .merging import digest
from .models import AnswerEvent, Inspection, Photo
from .picks import origins

_SALT = "inspections.receipts"


def signing_key() -> bytes:
    """A key of its own, derived from the server's secret, so that a receipt signs nothing else."""
    return salted_hmac(_SALT, "key", algorithm="sha256").digest()


def receipt_of(inspection: Inspection, person: User, now: datetime) -> dict[str, Any]:
    """A signed receipt for everything that is held now."""
    return receipts.sign(held_of(inspection, person.name, now), signing_key())


def held_of(inspection: Inspection, made_for: str = "", now: datetime | None = None) -> dict[str, Any]:
    """Everything that is held, as a receipt without its signature."""
    items = checklist_of(inspection)
    present = _present(inspection)
    picked = origins(inspection, present)
    return receipts.build(
        inspection={
            "id": str(inspection.pk),
            "center": inspection.center.name,
            "round": inspection.round.name,
            "edition": f"{items.standard.standard} {items.standard.edition}",
        },
        answers=[
            _answer(items.by_pk[event.item_id].item.code, event, picked.get(event.pk)) for event in present
        ],
        photos=[
            _photo(items.by_pk[photo.item_id].item.code, photo)
            for photo in Photo.objects.filter(inspection=inspection)
            .exclude(arrived_at=None)
            .select_related("added_by", "captured_by")
        ],
        made_at=_time(now) if now else "",
        made_for=made_for,
    )


def damaged_photos(inspection: Inspection) -> list[str]:
    """Photos whose stored file is not there, or no longer has the bytes that were stored."""
    rows = Photo.objects.filter(inspection=inspection).exclude(arrived_at=None)
    return [str(photo.pk) for photo in rows if not _is_whole(photo)]


def still_in_the_log(receipt: Mapping[str, Any], item: str) -> bool:
    """Whether the log still has the change that a receipt names for an item, with the same content."""
    told = next(one for one in receipt["answers"] if one.get("item") == item)
    try:
        event = AnswerEvent.objects.filter(mutation=UUID(str(told.get("mutation")))).first()
    except ValueError:
        return False
    return event is not None and digest(item, event.new) == told.get("digest")


def _is_whole(photo: Photo) -> bool:
    if not default_storage.exists(photo.file.name):
        return False
    with photo.file.open() as file:
        return sha256(file.read()).hexdigest() == photo.sha256


def _present(inspection: Inspection) -> list[AnswerEvent]:
    """The change that each present answer comes from."""
    events = AnswerEvent.objects.changing().filter(inspection=inspection).order_by("version")
    newest = {event.item_id: event for event in events.select_related("by", "captured_by")}
    return list(newest.values())


def _answer(code: str, event: AnswerEvent, picked: AnswerEvent | None) -> dict[str, Any]:
    """One answer; one that the lead picked is of whoever gave it, and the lead's name stands apart."""
    given = picked or event
    row = {
        "item": code,
        "version": event.version,
        "digest": digest(code, event.new),
        "mutation": str(event.mutation),
        **_people(given.by, given.captured_by),
        "captured_at": _time(event.captured_at),
        "received_at": _time(event.at),
    }
    if picked:
        row["picked"] = {
            "by": event.by.name,
            "mutation": str(picked.mutation),
            "captured_at": _time(picked.captured_at),
            "received_at": _time(picked.at),
        }
    return row


def _photo(code: str, photo: Photo) -> dict[str, Any]:
    return {
        "id": str(photo.pk),
        "item": code,
        "sha256": photo.received_sha256,
        "stored_sha256": photo.sha256,
        "size": photo.announced_size,
        **_people(photo.added_by, photo.captured_by),
        "captured_at": _time(photo.taken_at or photo.added_at),
        "received_at": _time(photo.arrived_at or photo.added_at),
        "removed_at": _time(photo.removed_at) if photo.removed_at else None,
    }


def _people(by: User, captured_by: User | None) -> dict[str, Any]:
    return {"person": (captured_by or by).name, "delivered_by": by.name}


def _time(moment: datetime) -> str:
    """One spelling for each moment, whatever zone it was given in."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
