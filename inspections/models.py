"""Rounds, the inspections in them, answers with their history, photos and findings."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organization.identifiers import uuid7
from organization.models import Region, ServiceCenter, User
from standards.models import Edition, Item

from . import workflow
from .querysets import FindingQuerySet, InspectionQuerySet, PhotoQuerySet, RoundQuerySet


class Round(models.Model):
    """A round of inspections of one region's centers against one edition of a standard."""

    class Kind(models.TextChoices):
        COUNTY = "county", _("县级检查")
        SELF_CHECK = "self_check", _("乡镇自查")
        SPOT_CHECK = "spot_check", _("上级抽查")

    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind, default=Kind.COUNTY)
    region = models.ForeignKey(Region, models.PROTECT, related_name="rounds", verbose_name=_("地区"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="rounds", verbose_name=_("标准"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    plan_number = models.CharField(_("计划批准文号"), max_length=80)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("创建人"))
    created_at = models.DateTimeField(_("创建时间"))

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="round_ends_after_start"),
            models.CheckConstraint(condition=~Q(plan_number=""), name="round_has_a_plan_number"),
            models.UniqueConstraint(fields=["region", "name"], name="one_round_name_per_region"),
        ]

    def __str__(self) -> str:
        return self.name


class Inspection(models.Model):
    """One center's inspection in a round.

    `score`, `grade` and `snapshot` are derived from the answers; `actions.mark_submitted`,
    asked by the submitting transaction, is their only writer.
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


class Answer(models.Model):
    """What was found for one item; `status` is derived, written by `actions.save_answer` only."""

    pk = models.CompositePrimaryKey("inspection_id", "item_id")
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", db_index=False)
    value = models.JSONField(null=True)
    na = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    status = models.CharField(max_length=10)
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(na=False) | ~Q(reason=""), name="answer_na_has_a_reason"),
            models.CheckConstraint(
                condition=Q(status__in=["met", "partly", "not_met", "na", "unanswered"]),
                name="answer_status_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.item_id}"


class AnswerEvent(models.Model):
    """One change of an answer: what it was, what it became, by whom, when. Never edited."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="events")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", db_index=False)
    old = models.JSONField(null=True)
    new = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.item_id}"


class Photo(models.Model):
    """A photo beside an item, re-encoded without metadata; `sha256` is of the stored bytes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="photos")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", db_index=False)
    file = models.FileField(upload_to="photos/%Y/%m/")
    thumbnail = models.FileField(upload_to="photos/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    # Of the bytes that arrived, so that the same picture sent twice is stored once.
    received_sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "item", "received_sha256"],
                condition=Q(removed_at=None),
                name="one_photo_once_per_item",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="photo_removed_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Finding(models.Model):
    """What falls short at a center: opened when its inspection is submitted."""

    class State(models.TextChoices):
        FOUND = workflow.FOUND, _("待通知")
        NOTIFIED = workflow.NOTIFIED, _("待整改")

    class Mode(models.TextChoices):
        AT_ONCE = "at_once", _("立行立改")
        FIXED_TERM = "fixed_term", _("限期整改")
        SUSTAINED = "sustained", _("长期坚持")

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="findings", db_index=False)
    center = models.ForeignKey(ServiceCenter, models.PROTECT, related_name="findings")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.FOUND)
    clause = models.CharField(_("条款"), max_length=40)
    finding = models.TextField(_("存在问题"))
    requirement = models.TextField(_("整改要求"))
    lost = models.DecimalField(_("扣分"), max_digits=7, decimal_places=4)
    mode = models.CharField(_("整改方式"), max_length=12, choices=Mode)
    working_days = models.PositiveSmallIntegerField(_("整改时限（工作日）"), null=True)
    found_at = models.DateTimeField(_("发现时间"))

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-lost", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="one_finding_per_item"),
            models.CheckConstraint(
                condition=Q(mode="fixed_term", working_days__gte=1)
                | (~Q(mode="fixed_term") & Q(working_days=None)),
                name="finding_term_has_days",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "region", "item"], name="finding_round_region"),
            models.Index(fields=["region", "round", "item"], name="finding_region_round"),
        ]

    def __str__(self) -> str:
        return self.finding
