"""Issuing bodies, the numbers they give, and rectification notices as drafted and issued."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models import Inspection
from organization.identifiers import uuid7
from organization.models import Region, User

from .querysets import ISSUED, IssuingBodyQuerySet, NoticeQuerySet


class IssuingBody(models.Model):
    """The office that signs notices for a region, and its usual wording."""

    region = models.OneToOneField(Region, models.PROTECT, related_name="issuing_body", verbose_name=_("地区"))
    name = models.CharField(_("发文机关"), max_length=60)
    number_code = models.CharField(
        _("机关代字"),
        max_length=20,
        unique=True,
        error_messages={
            "unique": _("另一个发文机关已经使用这个代字。两个机关的代字相同，文号会重复，请换一个。")
        },
    )
    contact = models.CharField(_("联系人"), max_length=50, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    copy_to = models.CharField(_("抄送"), max_length=200, blank=True)
    report_days = models.PositiveSmallIntegerField(_("书面反馈时限（工作日）"), default=15)

    objects = IssuingBodyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(report_days__range=(1, 250)), name="issuing_body_report_days_1_to_250"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NumberSequence(models.Model):
    """The last number an issuing body gave in a year; `actions.next_number` is its only writer."""

    body = models.ForeignKey(IssuingBody, models.PROTECT, related_name="sequences")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "year"], name="one_sequence_per_year")]

    def __str__(self) -> str:
        return f"{self.body} {self.year}: {self.last}"


class Notice(models.Model):
    """A rectification notice; once issued its bytes, number and frozen content never change."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ISSUED = ISSUED, _("已印发")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inspection = models.OneToOneField(
        Inspection, models.PROTECT, related_name="notice", verbose_name=_("检查")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("地区"))
    body = models.ForeignKey(IssuingBody, models.PROTECT, related_name="notices", verbose_name=_("发文机关"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=150)
    addressee = models.CharField(_("主送机关"), max_length=120)
    report_days = models.PositiveSmallIntegerField(_("书面反馈时限（工作日）"))
    contact = models.CharField(_("联系人"), max_length=50, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    copy_to = models.CharField(_("抄送"), max_length=200, blank=True)
    # The office's name and code as printed: it may take others later.
    issuer = models.CharField(_("印发时的发文机关"), max_length=60, blank=True)
    number_code = models.CharField(_("印发时的机关代字"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    number = models.PositiveIntegerField(_("序号"), null=True, blank=True)
    dated_on = models.DateField(_("成文日期"), null=True, blank=True)
    document = models.JSONField(_("印发时的内容"), null=True, blank=True)
    pdf = models.FileField(_("文件"), upload_to="notices/%Y/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    faces = models.JSONField(_("使用的字体"), default=list, blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    drafted_at = models.DateTimeField(_("起草时间"))
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签发人")
    )
    issued_at = models.DateTimeField(_("印发时间"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "year", "number"], name="one_number_once"),
            models.CheckConstraint(
                condition=Q(
                    state=ISSUED,
                    year__isnull=False,
                    number__isnull=False,
                    dated_on__isnull=False,
                    document__isnull=False,
                    issued_by__isnull=False,
                    issued_at__isnull=False,
                )
                & ~Q(issuer="")
                & ~Q(number_code="")
                & ~Q(pdf="")
                & ~Q(sha256="")
                | Q(
                    state="draft",
                    year=None,
                    number=None,
                    document__isnull=True,
                    issued_by=None,
                    issued_at=None,
                    issuer="",
                    number_code="",
                    pdf="",
                    sha256="",
                ),
                name="notice_issued_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number_text(self) -> str:
        """The document number as GB/T 9704 writes it, e.g. 审服办〔2026〕3号; empty for a draft."""
        if self.number is None:
            return ""
        return f"{self.number_code}〔{self.year}〕{self.number}号"

    @property
    def issuer_name(self) -> str:
        """The office as printed, for a draft as it is now."""
        return self.issuer or self.body.name
