"""Work that outlasts a request: a job, one row for each document in it, and the files it makes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models import Round
from inspections.querysets import OVERSEERS
from organization.identifiers import uuid7
from organization.models import Region, Role, User

from ..querysets import JobQuerySet
from .documents import OfficialDocument

# The kinds of jobs that write a table, and the roles by whose regions a person sees its rows.
TABLES = {
    "scores": OVERSEERS,
    "ledger": OVERSEERS,
    "findings": (*OVERSEERS, Role.TOWNSHIP_STAFF),
}
FOLDER = "jobs"  # of the storage, in which what jobs make lies until it is removed


def regions_of(user: User, kind: str) -> set[str]:
    """The codes of the regions whose rows a person gets in a table of this kind."""
    return {grant.region_id for grant in user.grants if grant.role in TABLES[kind]}


class Step(models.TextChoices):
    """Where one piece of a job stands; a running piece is taken up again once its claim has run out."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("处理中")
    DONE = "done", _("完成")
    FAILED = "failed", _("未成功")


class Job(models.Model):
    """Issuing, exporting or printing all documents of a round, or writing one long table.

    `region` holds every document in it. A table is its person's alone: made from what they may see in
    `places`, their regions when they asked for it, in their `language`; `query` says which, as an address
    does. A list of findings may be of no one round.
    """

    class Kind(models.TextChoices):
        ISSUE = "issue", _("印发本轮全部")
        EXPORT = "export", _("导出全部")
        PRINT = "print", _("合并打印")
        SCORES = "scores", _("得分表")
        LEDGER = "ledger", _("整改台账")
        FINDINGS = "findings", _("问题清单")

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name=_("轮次")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("地区"))
    places = models.ManyToManyField(Region, related_name="+", verbose_name=_("地区"))
    query = models.CharField(max_length=200, blank=True, default="", db_default="")
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.RUNNING)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    started_at = models.DateTimeField(_("开始时间"))
    # The last sign of life of a worker, by which a job left lying is found.
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("取消人")
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "round", "region"],
                condition=Q(state="running", kind__in=("issue", "export", "print")),
                name="one_running_job_over_documents",
            ),
            models.UniqueConstraint(
                fields=["kind", "started_by", "query"],
                condition=Q(state="running", kind__in=tuple(TABLES)),
                name="one_running_job_of_a_table",
            ),
            models.CheckConstraint(
                condition=Q(round__isnull=False) | Q(kind="findings"), name="job_has_a_round"
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at=None)
                | (~Q(state="running") & Q(ended_at__isnull=False)),
                name="job_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_by__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_by=None)),
                name="job_cancelled_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.round}" if self.round else self.get_kind_display()

    @property
    def is_table(self) -> bool:
        return self.kind in TABLES


class JobFile(models.Model):
    """A file that a job makes as one piece of work: the ZIP, one volume for the printer, or a table.

    Of a table, `rows` is about how many it will have, wide ones counted as several, None while they are not
    counted; a long one is divided into files of the regions from `first_code` to `last_code`, which are
    empty where it is not.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="files", db_index=False)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("文件名"), max_length=120)
    file = models.FileField(upload_to=f"{FOLDER}/%Y/%m/", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=Step, default=Step.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("原因"), blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0, db_default=0)
    first_code = models.CharField(max_length=12, blank=True, default="", db_default="")
    last_code = models.CharField(max_length=12, blank=True, default="", db_default="")
    begun_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    # When it was removed from the storage, some days after the job had ended.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="one_file_of_a_number"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(file="") & Q(size__gt=0)), name="job_file_done_is_there"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JobItem(models.Model):
    """One document of a job. `expected` is the number it is being rendered with while it is issued."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="items", db_index=False)
    place = models.PositiveIntegerField()
    document = models.ForeignKey(OfficialDocument, models.PROTECT, related_name="+", verbose_name=_("文书"))
    file = models.ForeignKey(JobFile, models.CASCADE, null=True, blank=True, related_name="items")
    state = models.CharField(_("状态"), max_length=8, choices=Step, default=Step.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    expected = models.PositiveIntegerField(null=True, blank=True)
    error = models.TextField(_("原因"), blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["job", "place"], name="one_item_of_a_place"),
            models.UniqueConstraint(fields=["job", "document"], name="one_item_per_document"),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(error="") | ~Q(state="failed") & Q(error=""),
                name="job_item_failed_says_why",
            ),
        ]
        indexes = [models.Index(fields=["job", "state", "place"], name="job_item_state")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.place}"
