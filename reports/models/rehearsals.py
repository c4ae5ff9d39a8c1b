"""Rehearsals: submitted inspections scored by another edition, beside the real scores and apart from them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models import Inspection, Round
from organization.identifiers import uuid7
from organization.models import Region, User
from standards.models import Edition

from ..querysets import RehearsalQuerySet


class Rehearsal(models.Model):
    """What the rounds would have come to by an edition as it was when this was begun.

    `at_round` and `at_center` are those of the last inspection that was replayed, by which the next batch
    is found; `effects` add up what each link between the editions did, by its number.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("标准"))
    standard = models.JSONField(_("试算的内容"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("地区"))
    rounds = models.ManyToManyField(Round, related_name="+", verbose_name=_("轮次"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.RUNNING)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    started_at = models.DateTimeField(_("开始时间"))
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("取消人")
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    at_round = models.BigIntegerField(default=0)
    at_center = models.BigIntegerField(default=0)
    effects = models.JSONField(default=dict)

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", ended_at=None)
                | (~Q(state="running") & Q(ended_at__isnull=False)),
                name="rehearsal_ended_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition}"


class Rehearsed(models.Model):
    """One inspection in a rehearsal: the real score and grade, and those it would have had."""

    rehearsal = models.ForeignKey(Rehearsal, models.CASCADE, related_name="results", db_index=False)
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="+", db_index=False)
    # As of the inspection, by which the ranking is counted.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    old_score = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    old_grade = models.CharField(max_length=20, blank=True)
    new_score = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    new_grade = models.CharField(max_length=20, blank=True)
    unknown = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "inspection"], name="one_result_per_inspection")
        ]
        indexes = [models.Index(fields=["rehearsal", "region"], name="rehearsed_region")]

    def __str__(self) -> str:
        return f"{self.rehearsal_id} {self.inspection_id}"
