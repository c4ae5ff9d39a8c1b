"""The boundaries of regions as an office has loaded them, thinned out for drawing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.models import Region, User

from ..maps import Outline


class Boundary(models.Model):
    """A region's shape: an SVG path in ten-thousandths of a degree, south counted downward, and its box."""

    region = models.OneToOneField(Region, models.CASCADE, primary_key=True, related_name="boundary")
    path = models.TextField()
    west = models.IntegerField()
    north = models.IntegerField()
    east = models.IntegerField()
    south = models.IntegerField()
    label_x = models.IntegerField()
    label_y = models.IntegerField()
    # Whose map it is, with the number under which it was approved; stands below every drawing.
    source = models.CharField(_("边界数据的来源和审图号"), max_length=100)
    loaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("载入人"))
    loaded_at = models.DateTimeField(_("载入时间"))

    class Meta:
        ordering = ["region"]

    def __str__(self) -> str:
        return self.region_id

    @property
    def outline(self) -> Outline:
        return Outline(self.path, self.west, self.north, self.east, self.south, self.label_x, self.label_y)
