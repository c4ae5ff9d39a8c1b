"""A standard's editions, and in each its sections, verbatim clauses and checkable items."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import User

from .querysets import EditionQuerySet


class Edition(models.Model):
    """One edition of a standard; frozen by the database once it is published."""

    standard = models.CharField(_("标准代码"), max_length=60)
    edition = models.CharField(_("版次"), max_length=20)
    title = models.CharField(_("标题"), max_length=200)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    issued_on = models.DateField(_("成文日期"), null=True, blank=True)
    notes = models.JSONField(_("说明"), default=list, blank=True)
    policy = models.JSONField(_("评分办法"))
    summary = models.BooleanField(_("条文为概述"), default=False, db_default=False)
    # How the items follow those of an earlier edition, as `standards.succession` reads it.
    replaces = models.JSONField(_("与上一版次的对应"), null=True, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人")
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["standard", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "edition"], name="one_edition_once"),
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(published_at__isnull=False),
                name="edition_publisher_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.edition}）"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class Section(models.Model):
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sections")
    code = models.CharField(_("代码"), max_length=40)
    title = models.CharField(_("标题"), max_length=100)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="one_section_code_per_edition"),
            models.UniqueConstraint(fields=["edition", "position"], name="one_section_per_position"),
        ]

    def __str__(self) -> str:
        return self.title


class Clause(models.Model):
    """A clause of the source document, word for word."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="clauses")
    code = models.CharField(_("条款号"), max_length=20)
    heading = models.CharField(_("小标题"), max_length=200, blank=True)
    text = models.TextField(_("原文"))
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["section", "code"], name="one_clause_code_per_section"),
            models.UniqueConstraint(fields=["section", "position"], name="one_clause_per_position"),
        ]

    def __str__(self) -> str:
        return self.code


class Item(models.Model):
    """One observable fact or one list of elements, with the measure that decides it.

    `measure`, `methods` and `rectify` hold what the standard's file says, as read and checked
    by `standards.schema`.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="items")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="items")
    code = models.CharField(_("代码"), max_length=80)
    title = models.CharField(_("检查内容"), max_length=200)
    for_township = models.BooleanField(_("适用乡镇中心"))
    for_village = models.BooleanField(_("适用便民服务点"))
    points = models.DecimalField(_("分值"), max_digits=7, decimal_places=3)
    veto = models.BooleanField(_("否决项"), default=False)
    na_allowed = models.BooleanField(_("可不适用"), default=True)
    measure = models.JSONField(_("判定方法"))
    methods = models.JSONField(_("检查方式"), default=list)
    rectify = models.JSONField(_("整改方式"))
    finding = models.TextField(_("问题表述"))
    requirement = models.TextField(_("整改要求"))
    hint = models.TextField(_("检查提示"), blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="one_item_code_per_edition"),
            models.UniqueConstraint(fields=["edition", "position"], name="one_item_per_position"),
            models.CheckConstraint(condition=Q(points__gte=0), name="item_points_not_negative"),
            models.CheckConstraint(
                condition=Q(for_township=True) | Q(for_village=True), name="item_applies_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Effort(models.Model):
    """What a repair of an item takes: an estimate of ours, kept beside the frozen edition and editable."""

    class Size(models.TextChoices):
        SMALL = "small", _("小")
        MEDIUM = "medium", _("中")
        LARGE = "large", _("大")

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="effort")
    size = models.CharField(_("工作量"), max_length=10, choices=Size)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("修改人")
    )
    changed_at = models.DateTimeField(_("修改时间"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__in=["small", "medium", "large"]), name="effort_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.size}"
