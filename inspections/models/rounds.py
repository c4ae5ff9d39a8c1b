"""Rounds and the inspections in them."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from organization.identifiers import uuid7
from organization.models import Region, ServiceCenter, User
from standards.models import Edition

from .. import workflow
from ..querysets import InspectionQuerySet, RoundQuerySet


class Round(models.Model):
    """A round of inspections of one region's centers against one edition of a standard."""

    class Kind(models.TextChoices):
        COUNTY = "county", _("县级检查")
        SELF_CHECK = "self_check", _("乡镇自查")
        SPOT_CHECK = "spot_check", _("上级抽查")
        REINSPECTION = "reinspection", _("复查")

    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind, default=Kind.COUNTY)
    region = models.ForeignKey(Region, models.PROTECT, related_name="rounds", verbose_name=_("地区"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="rounds", verbose_name=_("标准"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    plan_number = models.CharField(_("计划批准文号"), max_length=80)
    # Of a self-check that a county's round asked for: that round.
    precedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="self_checks",
        verbose_name=_("对照的轮次"),
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("创建人"))
    created_at = models.DateTimeField(_("创建时间"))

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="round_ends_after_start"),
            models.CheckConstraint(condition=~Q(plan_number=""), name="round_has_a_plan_number"),
            models.UniqueConstraint(fields=["region", "name"], name="one_round_name_per_region"),
            models.UniqueConstraint(
                fields=["precedes"], condition=Q(precedes__isnull=False), name="one_self_check_before_a_round"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Inspection(models.Model):
    """One center's inspection in a round.

    `score`, `grade` and `snapshot` are derived from the answers when it is submitted, and the snapshot
    never changes again. Where a score was corrected, `corrected` is the same content drawn up anew from
    answers and corrections, and `score` and `grade` are those of it; the database wants a line in the
    ledger (`Correction`) for each such change.
    """

    class State(models.TextChoices):
        TO_BEGIN = workflow.TO_BEGIN, _("待检查")
        IN_PROGRESS = workflow.IN_PROGRESS, _("检查中")
        SUBMITTED = workflow.SUBMITTED, _("已提交")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="inspections", verbose_name=_("轮次"))
    center = models.ForeignKey(
        ServiceCenter, models.PROTECT, related_name="inspections", verbose_name=_("中心")
    )
    # Copies of the center's place and kind and of the round's edition as they were at the start:
    # centers move, and every page filters by place.
    region = models.ForeignKey(Region, models.PROTECT, related_name="inspections", verbose_name=_("地区"))
    kind = models.CharField(_("类型"), max_length=10, choices=ServiceCenter.Kind)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("标准"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.TO_BEGIN)
    lead = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="led", verbose_name=_("组长")
    )
    inspectors = models.ManyToManyField(User, related_name="inspections", verbose_name=_("检查员"))
    began_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    score = models.DecimalField(_("得分"), max_digits=7, decimal_places=4, null=True, blank=True)
    grade = models.CharField(_("等次"), max_length=20, blank=True)
    snapshot = models.JSONField(_("提交时的内容"), null=True, blank=True)
    corrected = models.JSONField(_("更正后的内容"), null=True, blank=True)
    # A re-inspection looks again at some items of an earlier inspection, and is not scored.
    reinspects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reinspections",
        verbose_name=_("复查的检查"),
    )
    items = models.JSONField(_("只查的项"), null=True, blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "center"], name="one_inspection_per_center_and_round"),
            models.CheckConstraint(
                condition=Q(
                    state=workflow.SUBMITTED,
                    submitted_at__isnull=False,
                    submitted_by__isnull=False,
                    snapshot__isnull=False,
                )
                | (
                    ~Q(state=workflow.SUBMITTED)
                    & Q(submitted_at=None, submitted_by=None, snapshot__isnull=True, score=None, grade="")
                ),
                name="inspection_submitted_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(0, 100)), name="inspection_score_0_to_100"
            ),
        ]
        indexes = [
            models.Index(fields=["round", "region", "score"], name="inspection_round_region"),
            models.Index(fields=["region", "round", "score"], name="inspection_region_round"),
        ]

    def __str__(self) -> str:
        return f"{self.center} · {self.round}"

    @property
    def content(self) -> dict[str, Any]:
        """What pages and documents say of it: the frozen content, as it was last corrected."""
        return self.corrected or self.snapshot or {}

    @cached_property
    def assigned(self) -> dict[int, bool]:
        """Whether a person, by key, is one of the inspectors, as far as it was asked about this row."""
        return {}

    def is_assigned_to(self, user: User) -> bool:
        if user.pk not in self.assigned:
            self.assigned[user.pk] = self.inspectors.filter(pk=user.pk).exists()
        return self.assigned[user.pk]
