"""How a finding is put right: every move, the township's replies with their evidence, what it asks for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.identifiers import uuid7
from organization.models import Region, User

from ..deadlines import AlertRule
from ..querysets import EvidenceQuerySet, RequestQuerySet
from .findings import Finding


class FindingEvent(models.Model):
    """One move of a finding: from where to where, by whom, when, in which words. Never edited."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events")
    move = models.CharField(max_length=20)
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    words = models.TextField(max_length=500, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.move}"


class Reply(models.Model):
    """What the township did about a finding; a draft, maybe half filled in, until it is reported for good."""

    class Result(models.TextChoices):
        DONE = "done", _("已完成")
        PARTLY = "partly", _("部分完成")
        NOT_DONE = "not_done", _("未完成")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="replies")
    measure = models.TextField(_("整改措施"), max_length=1000)
    responsible = models.CharField(_("责任人"), max_length=50)
    result = models.CharField(_("整改结果"), max_length=10, choices=Result)
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    plan = models.TextField(_("未完成的原因和下步打算"), max_length=1000, blank=True)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    saved_at = models.DateTimeField()
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    reported_at = models.DateTimeField(_("报送时间"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(reported_at=None), name="one_draft_reply_per_finding"
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None, reported_by=None)
                | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="reply_reported_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None)
                | (Q(result="done", done_on__isnull=False))
                | (Q(result__in=["partly", "not_done"], done_on=None) & ~Q(plan="")),
                name="reply_says_when_or_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.result}"

    @property
    def is_whole(self) -> bool:
        """Whether all is there that a report says."""
        said = self.done_on if self.result == self.Result.DONE else self.plan
        return bool(self.measure and self.responsible and self.result and said)


class Evidence(models.Model):
    """A photo or a paper that shows how a finding was put right."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("照片")
        FILE = "file", _("材料")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="evidence")
    # The reply that it went out with; none while that is a draft.
    reply = models.ForeignKey(Reply, models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=100)
    file = models.FileField(upload_to="evidence/%Y/%m/")
    thumbnail = models.FileField(upload_to="evidence/%Y/%m/", blank=True)
    sha256 = models.CharField(max_length=64)
    received_sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "received_sha256"],
                condition=Q(removed_at=None, reply=None),
                name="one_evidence_once_per_draft",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(reply=None), name="evidence_sent_is_kept"
            ),
            models.CheckConstraint(
                condition=(Q(kind="photo") & ~Q(thumbnail="")) | Q(kind="file", thumbnail=""),
                name="evidence_photo_has_a_thumbnail",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Request(models.Model):
    """What a township asks of the county about a finding: more time, or to look again at what was found."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("申请延期")
        OBJECTION = "objection", _("提出异议")

    class State(models.TextChoices):
        ASKED = "asked", _("待答复")
        GRANTED = "granted", _("同意")
        REFUSED = "refused", _("不同意")
        # Nobody's answer: the finding was closed or withdrawn before one came, by `decided_by`.
        LAPSED = "lapsed", _("已失效")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.TextField(_("理由"), max_length=1000)
    until = models.DateField(_("申请延至"), null=True, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    words = models.TextField(_("答复意见"), max_length=500, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "kind"], condition=Q(state="asked"), name="one_open_request_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="extension", until__isnull=False) | Q(kind="objection", until=None),
                name="extension_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="lapsed") | Q(kind="extension"), name="objection_never_lapses"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | Q(
                    state__in=["granted", "refused", "lapsed"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="request_decided_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.kind}"


class RectificationPolicy(models.Model):
    """A region's rules for terms and alerts; without a row the defaults of the fields hold."""

    class Basis(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("自签收之日")
        ISSUED = "issued", _("自印发之日")

    region = models.OneToOneField(
        Region, models.PROTECT, related_name="rectification_policy", verbose_name=_("地区")
    )
    basis = models.CharField(_("时限起算"), max_length=12, choices=Basis, default=Basis.ACKNOWLEDGED)
    at_once_days = models.PositiveSmallIntegerField(_("立行立改的时限（工作日）"), default=3)
    blue = models.PositiveSmallIntegerField(_("到期前几个工作日蓝色提醒"), default=3)
    yellow = models.PositiveSmallIntegerField(_("逾期几个工作日黄色预警"), default=1)
    red = models.PositiveSmallIntegerField(_("逾期几个工作日红色预警"), default=5)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(at_once_days__range=(1, 30)), name="policy_at_once_1_to_30_days"
            ),
            models.CheckConstraint(
                condition=Q(yellow__gte=1) & Q(red__gt=models.F("yellow")), name="policy_red_after_yellow"
            ),
        ]

    def __str__(self) -> str:
        return str(self.region)

    @property
    def alert_rule(self) -> AlertRule:
        return AlertRule(self.blue, self.yellow, self.red)
