"""Working calendars: the years whose arrangement of holidays is published, and the days that it names."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import User


class CalendarYear(models.Model):
    """A year whose arrangement of holidays is known; without a row here its deadlines are provisional."""

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    published_on = models.DateField(_("公布日期"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=120)
    loaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("载入人"))
    loaded_at = models.DateTimeField(_("载入时间"))

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(year__range=(2000, 2999)), name="calendar_year_is_plausible"),
            models.CheckConstraint(condition=~Q(source=""), name="calendar_year_has_a_source"),
        ]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that a year's arrangement names: off, or worked though it is a weekend."""

    day = models.DateField(_("日期"), primary_key=True)
    year = models.ForeignKey(CalendarYear, models.CASCADE, related_name="days", verbose_name=_("年份"))
    is_working = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=20, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()
