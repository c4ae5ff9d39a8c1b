"""Photos beside items, and the pieces of those whose original is still on its way."""

from django.db import models
from django.db.models import Q

from organization.identifiers import uuid7
from organization.models import User
from standards.models import Item

from ..querysets import PhotoQuerySet
from .rounds import Inspection


class Photo(models.Model):
    """A photo beside an item, re-encoded without metadata; `sha256` is of the stored bytes.

    A device announces a photo under an identifier of its own, with a small picture; until the original
    has arrived there is the thumbnail alone, and `received_sha256` and `announced_size` are a promise.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="photos")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", db_index=False)
    # The photo that this one is a drawing on.
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="drawings", db_index=False)
    file = models.FileField(upload_to="photos/%Y/%m/", blank=True)
    thumbnail = models.FileField(upload_to="photos/%Y/%m/")
    sha256 = models.CharField(max_length=64, blank=True)
    # Of the bytes that arrived: the device checks it, and a form's picture sent twice is stored once.
    received_sha256 = models.CharField(max_length=64)
    announced_size = models.PositiveIntegerField()
    size = models.PositiveIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    device = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    captured_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            # A device tells its photos apart by their identifiers.
            models.UniqueConstraint(
                fields=["inspection", "item", "received_sha256"],
                condition=Q(removed_at=None, device=None),
                name="one_photo_once_per_item",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="photo_removed_by_and_at",
            ),
            models.CheckConstraint(
                condition=(Q(arrived_at=None, sha256="", file="") & Q(device__isnull=False))
                | (Q(arrived_at__isnull=False, size__gt=0) & ~Q(sha256="") & ~Q(file="")),
                name="photo_arrived_is_whole",
            ),
            models.CheckConstraint(condition=Q(announced_size__gt=0), name="photo_is_not_empty"),
        ]
        # When the items of a draft go, nobody looks through all photos for them.
        indexes = [models.Index(fields=["item"], name="photo_item")]

    def __str__(self) -> str:
        return str(self.id)


class PhotoChunk(models.Model):
    """A piece of an original on its way: a file of its own, since not every storage can append."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="chunks", db_index=False)
    offset = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    file = models.FileField()

    class Meta:
        ordering = ["offset"]
        constraints = [
            models.UniqueConstraint(fields=["photo", "offset"], name="one_chunk_per_offset"),
            models.CheckConstraint(condition=Q(size__gt=0), name="chunk_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.offset}"
