"""Official documents from the draft to the receipt, and everything that was done to each."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models import Inspection, Round
from organization.fields import EncryptedTextField
from organization.identifiers import uuid7
from organization.models import Region, User

from .. import workflow
from ..querysets import DocumentQuerySet
from .offices import DEMANDS, IssuingBody
from .offices import Kind as DocumentKind

NOT_ISSUED = Q(
    state__in=workflow.BEFORE_ISSUE,
    year=None,
    number=None,
    document__isnull=True,
    issued_by=None,
    issued_at=None,
    issuer="",
    number_code="",
    pdf="",
    sha256="",
    digest="",
)
ISSUED_WHOLE = (
    Q(
        state__in=workflow.NUMBERED,
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
    & ~Q(digest="")
)


def new_token() -> str:
    """128 random bits for the address of a document's public page: nobody guesses or counts them."""
    return secrets.token_urlsafe(16)


class OfficialDocument(models.Model):
    """A document that takes a number; once issued its bytes, number and frozen content never change.

    `inspection` is None for a circular, which is about its round. A township's documents carry the
    township as `region`, a circular the round's.
    """

    Kind = DocumentKind

    class State(models.TextChoices):
        DRAFT = workflow.DRAFT, _("草稿")
        CHECKED = workflow.CHECKED, _("已核稿")
        SIGNED = workflow.SIGNED, _("已签发")
        ISSUED = workflow.ISSUED, _("已印发")
        DELIVERED = workflow.DELIVERED, _("已送达")
        ACKNOWLEDGED = workflow.ACKNOWLEDGED, _("已签收")
        WITHDRAWN = workflow.WITHDRAWN, _("已撤回")

    class Seal(models.TextChoices):
        """How the document is signed (GB/T 9704-2012, 7.3.5.1 to 7.3.5.3)."""

        SEALED = "sealed", _("加盖印章")
        UNSEALED = "unsealed", _("不加盖印章")
        SIGNATURE = "signature", _("加盖签发人签名章")

    class Proof(models.TextChoices):
        """The last annex, by which the office knows that the document arrived."""

        NONE = "none", _("不附")
        RECEIPT = "receipt", _("回执")
        SERVICE = "service", _("送达回证")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("文种"), max_length=12, choices=DocumentKind, default=DocumentKind.NOTICE)
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("检查")
    )
    round = models.ForeignKey(Round, models.PROTECT, related_name="documents", verbose_name=_("轮次"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("地区"))
    body = models.ForeignKey(
        IssuingBody, models.PROTECT, related_name="documents", verbose_name=_("发文机关")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("代替")
    )
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=150)
    addressee = models.CharField(_("主送机关"), max_length=120)
    report_days = models.PositiveSmallIntegerField(_("书面反馈时限（工作日）"))
    # The day by which all that has a term is to be put right; without one each item has its own working days.
    repair_by = models.DateField(_("整改截止日期"), null=True, blank=True)
    contact = models.CharField(_("联系人"), max_length=50, blank=True)
    phone = EncryptedTextField(_("联系电话"), max_length=40, blank=True)
    copy_to = models.CharField(_("抄送"), max_length=200, blank=True)
    # {passage: text}; a passage that is not here is worded as the office's default has it.
    wording = models.JSONField(_("措辞"), default=dict, blank=True)
    seal = models.CharField(_("签章方式"), max_length=10, choices=Seal, default=Seal.SEALED)
    proof = models.CharField(_("送达凭证"), max_length=10, choices=Proof, default=Proof.RECEIPT)
    with_photos = models.BooleanField(_("附问题照片"), default=True)
    # The office's name and code as printed: it may take others later.
    issuer = models.CharField(_("印发时的发文机关"), max_length=60, blank=True)
    number_code = models.CharField(_("印发时的机关代字"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    number = models.PositiveIntegerField(_("序号"), null=True, blank=True)
    dated_on = models.DateField(_("成文日期"), null=True, blank=True)
    document = models.JSONField(_("印发时的内容"), null=True, blank=True)
    digest = models.CharField(_("内容摘要"), max_length=64, blank=True)
    pdf = models.FileField(_("文件"), upload_to="documents/%Y/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    faces = models.JSONField(_("使用的字体"), default=list, blank=True)
    # The certificate that signed the file and the time stamp's authority; empty where none is set up.
    signature = models.JSONField(_("电子签名"), default=dict, blank=True)
    token = models.CharField(_("核验码"), max_length=32, unique=True, default=new_token, editable=False)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    drafted_at = models.DateTimeField(_("起草时间"))
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签发人")
    )
    issued_at = models.DateTimeField(_("印发时间"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "year", "number"], name="one_number_once"),
            models.UniqueConstraint(
                fields=["inspection"],
                condition=Q(kind__in=DEMANDS) & ~Q(state=workflow.WITHDRAWN),
                name="one_demand_per_inspection",
            ),
            models.UniqueConstraint(
                fields=["inspection"],
                condition=Q(kind=DocumentKind.OPINION) & ~Q(state=workflow.WITHDRAWN),
                name="one_opinion_per_inspection",
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(kind=DocumentKind.CIRCULAR) & ~Q(state=workflow.WITHDRAWN),
                name="one_circular_per_round",
            ),
            models.CheckConstraint(
                condition=Q(kind=DocumentKind.CIRCULAR, inspection=None)
                | ~Q(kind=DocumentKind.CIRCULAR) & Q(inspection__isnull=False),
                name="document_is_about_an_inspection_or_a_round",
            ),
            models.CheckConstraint(condition=ISSUED_WHOLE | NOT_ISSUED, name="document_issued_is_whole"),
        ]
        indexes = [
            # Of a province's documents in a round, those that are not in force are few.
            models.Index(
                fields=["round", "region"],
                condition=Q(state__in=(*workflow.BEFORE_ISSUE, workflow.WITHDRAWN)),
                name="document_not_in_force",
            ),
            # The order of the list, with all that it is filtered by.
            models.Index(fields=["-drafted_at", "-id", "region", "state", "kind"], name="document_by_draft"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number_text(self) -> str:
        """The document number as GB/T 9704 writes it, e.g. 审服办〔2026〕3号; empty before issue."""
        if self.number is None:
            return ""
        return f"{self.number_code}〔{self.year}〕{self.number}号"

    @property
    def issuer_name(self) -> str:
        """The office as printed, for a draft as it is now."""
        return self.issuer or self.body.name

    @property
    def is_issued(self) -> bool:
        """Whether bytes and number are fixed; they stay so when the document is withdrawn."""
        return self.state in workflow.NUMBERED

    @property
    def is_in_force(self) -> bool:
        return self.state in workflow.IN_FORCE


class DocumentEvent(models.Model):
    """One step in a document's life: who, when, how, why. Rows are added only; the database holds it."""

    class Move(models.TextChoices):
        DRAFT = "draft", _("起草")
        EDIT = "edit", _("修改")
        CHECK = workflow.CHECK, _("核稿")
        SIGN = workflow.SIGN, _("签发")
        SEND_BACK = workflow.SEND_BACK, _("退回修改")
        ISSUE = workflow.ISSUE, _("印发")
        DELIVER = workflow.DELIVER, _("送达")
        ACKNOWLEDGE = workflow.ACKNOWLEDGE, _("签收")
        WITHDRAW = workflow.WITHDRAW, _("撤回")

    class Way(models.TextChoices):
        SYSTEM = "system", _("系统送达")
        HAND = "hand", _("直接送交")
        POST = "post", _("邮寄送达")

    document = models.ForeignKey(OfficialDocument, models.PROTECT, related_name="events")
    move = models.CharField(_("步骤"), max_length=12, choices=Move)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, choices=OfficialDocument.State)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    at = models.DateTimeField(_("时间"))
    # When it happened, where that was not when it was written down: a delivery by hand or post.
    happened_on = models.DateField(_("日期"), null=True, blank=True)
    words = models.CharField(_("说明"), max_length=500, blank=True)
    way = models.CharField(_("送达方式"), max_length=10, choices=Way, blank=True)
    person = models.CharField(_("签收人"), max_length=50, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.move} {self.document_id}"
