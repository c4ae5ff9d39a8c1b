"""Photos beside items: stored once, taken out without being lost."""

from datetime import datetime
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import permissions
from ..checklist import checklist_of
from ..models import Inspection, Photo
from ..photos import prepare
from .filling import lock_to_fill, note_beginning
from .likeness import note_likeness

PHOTOS_PER_ITEM = 9


def add_photo(
    *, inspection: Inspection, code: str, upload: BinaryIO, size: int, by: User, now: datetime
) -> Photo:
    """Store a photo beside an item; the same bytes sent again return the photo already there."""
    entry = checklist_of(inspection).by_code[code]
    permissions.can_fill(by, inspection).enforce(
        action="photo.add", target=inspection, region=inspection.region_id
    )
    prepared = prepare(upload, size)
    with transaction.atomic():
        locked = lock_to_fill(inspection, by)
        note_beginning(locked, now)
        kept = Photo.objects.kept().filter(inspection=locked, item_id=entry.pk)
        for photo in kept:
            if photo.received_sha256 == prepared.received_sha256:
                return photo
        if len(kept) >= PHOTOS_PER_ITEM:
            raise Problem(_("每项最多%(n)d张照片，请先删去一张。") % {"n": PHOTOS_PER_ITEM}, "photo")
        photo = Photo(
            inspection=locked,
            item_id=entry.pk,
            sha256=prepared.sha256,
            received_sha256=prepared.received_sha256,
            announced_size=size,
            size=len(prepared.body),
            width=prepared.width,
            height=prepared.height,
            taken_at=prepared.taken_at,
            added_by=by,
            added_at=now,
            arrived_at=now,
        )
        photo.file.save(f"{photo.id}.jpg", ContentFile(prepared.body), save=False)
        photo.thumbnail.save(f"{photo.id}-small.jpg", ContentFile(prepared.thumbnail), save=False)
        photo.save(force_insert=True)
        note_likeness(photo, prepared.thumbnail)
        record(
            "photo.add", by=by, target=photo, region=locked.region_id, now=now,
            inspection=str(locked.pk), item=code, sha256=photo.sha256,
        )  # fmt: skip
        return photo


@transaction.atomic
def remove_photo(*, photo: Photo, by: User, now: datetime) -> None:
    """Take a photo out of its inspection; row and file stay as history."""
    locked = lock_to_fill(photo.inspection, by)
    rows = Photo.objects.kept().filter(pk=photo.pk)
    if rows.update(removed_by=by, removed_at=now):
        record(
            "photo.remove", by=by, target=photo, region=locked.region_id, now=now,
            inspection=str(locked.pk), sha256=photo.sha256,
        )  # fmt: skip
