"""What photos are like, and which of them look the same though they are of different inspections."""

from django.db import models
from django.db.models import F, Q

from ..querysets import TwinQuerySet
from .photos import Photo


class PhotoPrint(models.Model):
    """A photo's difference hash in four bands of 16 bits, each looked up by itself; see `likeness`.

    Beside the photo and not in it: what was submitted is frozen, and older photos get theirs later.
    """

    photo = models.OneToOneField(Photo, models.CASCADE, primary_key=True, related_name="print")
    first = models.PositiveIntegerField(db_index=True)
    second = models.PositiveIntegerField(db_index=True)
    third = models.PositiveIntegerField(db_index=True)
    fourth = models.PositiveIntegerField(db_index=True)
    # With hardly a contour; not compared.
    plain = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.first:04x}{self.second:04x}{self.third:04x}{self.fourth:04x}"


class PhotoTwin(models.Model):
    """Two photos of different inspections that look the same: the later one first."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="twins", db_index=False)
    other = models.ForeignKey(Photo, models.CASCADE, related_name="later_twins")
    distance = models.PositiveSmallIntegerField()

    objects = TwinQuerySet.as_manager()

    class Meta:
        ordering = ["distance", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["photo", "other"], name="one_twin_once"),
            models.CheckConstraint(condition=~Q(photo=F("other")), name="twin_is_another_photo"),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.other_id}"
