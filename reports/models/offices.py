"""The office that signs: its names, its numbers, its wording, its seals."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.fields import EncryptedTextField
from organization.identifiers import uuid7
from organization.models import Region, User

from ..querysets import IssuingBodyQuerySet


class Kind(models.TextChoices):
    """The documents that take a number; ledgers and score reports are prints without one."""

    NOTICE = "notice", _("通知")
    LETTER = "letter", _("通知（信函格式）")
    ORDER = "order", _("整改通知书")
    CIRCULAR = "circular", _("情况通报")
    OPINION = "opinion", _("复查意见")


# Each of these asks for the rectification of an inspection's findings; one of them is enough.
DEMANDS = (Kind.NOTICE.value, Kind.LETTER.value, Kind.ORDER.value)


class IssuingBody(models.Model):
    """The office that signs documents for a region, and its usual wording."""

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
    phone = EncryptedTextField(_("联系电话"), max_length=40, blank=True)
    copy_to = models.CharField(_("抄送"), max_length=200, blank=True)
    report_days = models.PositiveSmallIntegerField(_("书面反馈时限（工作日）"), default=15)
    # Off by default: in a small county one administrator drafts, checks and issues.
    step_by_step = models.BooleanField(_("逐级审签"), default=False)

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


class GivenNumber(models.Model):
    """A number as it stands in the register for ever: given to a document here, or used on paper.

    The database refuses a number whose predecessor is missing, a change of a row but for marking it
    void, and its removal.
    """

    body = models.ForeignKey(IssuingBody, models.PROTECT, related_name="given_numbers")
    number_code = models.CharField(_("机关代字"), max_length=20)
    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.PositiveIntegerField(_("序号"))
    document = models.OneToOneField(
        "OfficialDocument", models.PROTECT, null=True, blank=True, related_name="given_number"
    )
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("编号人"))
    given_at = models.DateTimeField(_("编号时间"))
    voided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("作废人")
    )
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["body", "year", "number"], name="given_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="given_number_from_1"),
            models.CheckConstraint(
                condition=Q(voided_by=None, voided_at=None, reason="")
                | Q(voided_by__isnull=False, voided_at__isnull=False) & ~Q(reason=""),
                name="void_number_says_who_when_why",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(voided_at__isnull=False),
                name="number_without_document_is_void",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The number as documents print it (GB/T 9704-2012, 7.2.5)."""
        return f"{self.number_code}〔{self.year}〕{self.number}号"


class SealImage(models.Model):
    """A picture of a seal or of a signature stamp, uploaded by an authorized person; never drawn here."""

    class Purpose(models.TextChoices):
        SEALED = "sealed", _("印章")
        SIGNATURE = "signature", _("签名章")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(IssuingBody, models.PROTECT, related_name="seal_images")
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose)
    # Words that stand beside a signature stamp (GB/T 9704-2012, 7.3.5.3), such as 主任.
    post = models.CharField(_("签发人职务"), max_length=30, blank=True)
    width_mm = models.DecimalField(_("宽度（毫米）"), max_digits=4, decimal_places=1)
    height_mm = models.DecimalField(_("高度（毫米）"), max_digits=4, decimal_places=1)
    image = models.FileField(_("图片"), upload_to="seals/")
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"))
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "purpose"], condition=Q(retired_at=None), name="one_seal_image_in_use"
            ),
            models.CheckConstraint(condition=Q(width_mm__range=(10, 60)), name="seal_image_10_to_60_mm"),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.get_purpose_display()}"


class DefaultWording(models.Model):
    """An office's own words for the open passages of one kind of document: {passage: text}."""

    body = models.ForeignKey(IssuingBody, models.PROTECT, related_name="wordings")
    kind = models.CharField(_("文种"), max_length=12, choices=Kind)
    passages = models.JSONField(_("常用语"), default=dict)
    edited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("修改人"))
    edited_at = models.DateTimeField(_("修改时间"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "kind"], name="one_wording_per_kind")]

    def __str__(self) -> str:
        return f"{self.body} {self.get_kind_display()}"
