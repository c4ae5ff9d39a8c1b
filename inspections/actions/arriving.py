"""Photos that arrive in pieces: the small picture at once, the original over many requests."""

import hashlib
import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import permissions
from ..arrivals import Announcement, DrawingFirst, Reused, WrongOffset
from ..checklist import checklist_of
from ..models import Inspection, Photo, PhotoChunk
from ..photos import Prepared, prepare, prepare_small
from .filling import lock_to_fill, note_beginning
from .likeness import note_likeness
from .photos import PHOTOS_PER_ITEM

UPLOADS = "uploads"


@dataclass(frozen=True)
class Arrival:
    """How many bytes of a photo's original have arrived."""

    photo: Photo
    offset: int

    @property
    def done(self) -> bool:
        return self.photo.arrived_at is not None


def arrival(photo: Photo) -> Arrival:
    if photo.arrived_at:
        return Arrival(photo, photo.announced_size)
    return Arrival(photo, photo.chunks.aggregate(n=Sum("size"))["n"] or 0)


def announce_photo(
    *,
    inspection: Inspection,
    announced: Announcement,
    by: User,
    now: datetime,
    captured_by: User | None = None,
) -> Arrival:
    """Store a photo's small picture under the device's identifier; repeated, tell how far it has come.

    Raises `Reused` where the identifier is known with another content, `DrawingFirst` where it is a
    drawing on a photo that is not known, `Problem` where it cannot be taken.
    """
    if earlier := Photo.objects.filter(pk=announced.id).first():
        return _resume(_same(earlier, inspection, announced), by, now)
    permissions.can_fill(by, inspection).enforce(
        action="photo.add", target=inspection, region=inspection.region_id
    )
    if announced.size > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Problem(_("照片超过 %(limit)d MB，请缩小后再传。") % {"limit": limit}, "size")
    photo = _photo(inspection, announced, by, now, captured_by)
    photo.thumbnail.save(f"{photo.pk}-small.jpg", ContentFile(prepare_small(announced.thumbnail)), save=False)
    try:
        with transaction.atomic():
            _insert(photo, announced, by, now)
    except IntegrityError:
        # The same announcement was on its way twice.
        photo.thumbnail.delete(save=False)
        return arrival(_same(Photo.objects.get(pk=announced.id), inspection, announced))
    except Exception:
        photo.thumbnail.delete(save=False)
        raise
    return Arrival(photo, 0)


def _photo(
    inspection: Inspection, announced: Announcement, by: User, now: datetime, captured_by: User | None
) -> Photo:
    return Photo(
        id=announced.id,
        inspection=inspection,
        item_id=checklist_of(inspection).by_code[announced.item].pk,
        of_id=announced.of,
        received_sha256=announced.sha256,
        announced_size=announced.size,
        device=announced.device,
        taken_at=announced.at,
        added_by=by,
        captured_by=captured_by,
        added_at=now,
    )


def _insert(photo: Photo, announced: Announcement, by: User, now: datetime) -> None:
    locked = lock_to_fill(photo.inspection, by)
    beside = Photo.objects.filter(inspection=locked, item_id=photo.item_id)
    if announced.of and not beside.filter(pk=announced.of).exists():
        raise DrawingFirst
    if beside.kept().exclude(pk=photo.pk).count() >= PHOTOS_PER_ITEM:
        raise Problem(_("每项最多%(n)d张照片，请先删去一张。") % {"n": PHOTOS_PER_ITEM}, "item")
    note_beginning(locked, now)
    photo.save(force_insert=True)
    record(
        "photo.announce", by=by, target=photo, region=locked.region_id, now=now,
        inspection=str(locked.pk), item=announced.item, sha256=announced.sha256,
    )  # fmt: skip


def _same(photo: Photo, inspection: Inspection, announced: Announcement) -> Photo:
    """The photo if it is the one that is announced; where it is another, not even whose is told."""
    code = checklist_of(inspection).by_pk.get(photo.item_id)
    here = photo.inspection_id == inspection.pk and code is not None and code.item.code == announced.item
    if not here or (photo.received_sha256, photo.announced_size) != (announced.sha256, announced.size):
        raise Reused
    return photo


def receive_piece(*, photo: Photo, offset: int, piece: bytes, by: User, now: datetime) -> Arrival:
    """Keep the next bytes of an original, and put it together once it is whole.

    Raises `WrongOffset` where they do not continue what has arrived, also where the whole is not what was
    announced, so that it starts anew.
    """
    if photo.arrived_at:
        return arrival(photo)
    if not piece:
        return _resume(photo, by, now, offset)
    name = default_storage.save(f"{UPLOADS}/{photo.pk}/{offset}-{secrets.token_hex(4)}", ContentFile(piece))
    try:
        with transaction.atomic():
            lock_to_fill(photo.inspection, by)
            present = arrival(Photo.objects.get(pk=photo.pk))
            if present.done or offset != present.offset or offset + len(piece) > photo.announced_size:
                raise WrongOffset(present.offset)
            PhotoChunk.objects.create(photo=photo, offset=offset, size=len(piece), file=name)
    except Exception:
        default_storage.delete(name)
        raise
    return _resume(photo, by, now)


def _resume(photo: Photo, by: User, now: datetime, offset: int | None = None) -> Arrival:
    """How far a photo has come; one whose last piece came before a crash is put together now."""
    present = arrival(photo)
    if offset is not None and offset != present.offset:
        raise WrongOffset(present.offset)
    if present.done or present.offset < photo.announced_size or photo.removed_at:
        return present
    return _assemble(photo, by, now)


def _assemble(photo: Photo, by: User, now: datetime) -> Arrival:
    chunks = list(photo.chunks.all())
    try:
        body = b"".join(chunk.file.read() for chunk in chunks)
    except FileNotFoundError:
        body = b""
    if hashlib.sha256(body).hexdigest() != photo.received_sha256:
        # Another request has put it together meanwhile and taken rows and files of the pieces away;
        # or the pieces are not the photo, and it starts anew.
        current = Photo.objects.get(pk=photo.pk)
        if current.arrived_at:
            return arrival(current)
        _discard(chunks)
        raise Problem(_("收到的照片与设备上的不一致，将重新传送。"), "sha256")
    try:
        prepared = prepare(io.BytesIO(body), len(body))
    except Problem:
        _discard(chunks)
        raise
    small = photo.thumbnail.name
    photo.file.save(f"{photo.pk}.jpg", ContentFile(prepared.body), save=False)
    photo.thumbnail.save(f"{photo.pk}-small.jpg", ContentFile(prepared.thumbnail), save=False)
    made = (photo.file.name, photo.thumbnail.name)
    try:
        with transaction.atomic():
            stored = _arrive(photo, prepared, chunks, by, now)
            if stored:
                transaction.on_commit(partial(_delete, [small, *(chunk.file.name for chunk in chunks)]))
    except Exception:
        _delete(made)
        raise
    if not stored:
        _delete(made)
    return arrival(Photo.objects.get(pk=photo.pk))


def _arrive(photo: Photo, prepared: Prepared, chunks: list[PhotoChunk], by: User, now: datetime) -> bool:
    """Write that a photo is whole; false where another request has done so, or somebody took it out."""
    locked = lock_to_fill(photo.inspection, by)
    fields = {
        "file": photo.file.name,
        "thumbnail": photo.thumbnail.name,
        "sha256": prepared.sha256,
        "size": len(prepared.body),
        "width": prepared.width,
        "height": prepared.height,
        "arrived_at": now,
    }
    if not Photo.objects.on_the_way().filter(pk=photo.pk).update(**fields):
        return False
    PhotoChunk.objects.filter(photo=photo).delete()
    note_likeness(photo, prepared.thumbnail)
    record(
        "photo.arrive", by=by, target=photo, region=locked.region_id, now=now,
        inspection=str(locked.pk), sha256=prepared.sha256, received=photo.received_sha256,
    )  # fmt: skip
    return True


def _discard(chunks: list[PhotoChunk]) -> None:
    """Forget pieces that together are not the photo, so that it is sent anew."""
    PhotoChunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).delete()
    _delete(chunk.file.name for chunk in chunks)


def _delete(names: Iterable[str | None]) -> None:
    for name in filter(None, names):
        default_storage.delete(name)
