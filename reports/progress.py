"""How far a job is, and how long it will take as it goes now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organization.models import User
from organization.templatetags.portal import grouped

from .models import Job, JobFile
from .models.jobs import Step

WINDOW = timedelta(seconds=30)  # over which the pace is measured
PATIENCE = timedelta(seconds=20)  # after which a job without a worker is told of
SHOWN = 5


@dataclass(frozen=True)
class Progress:
    """Counts of a job's documents; `seconds` until the end, None where that is not known yet.

    `silent` says that no worker has touched the job for a while.
    """

    state: str
    total: int
    done: int
    failed: int
    seconds: int | None
    silent: bool

    @property
    def ended(self) -> int:
        return self.done + self.failed

    @property
    def percent(self) -> int:
        return 100 * self.ended // self.total if self.total else 100

    @property
    def count_words(self) -> str:
        words = pieces(self.ended, self.total)
        if not self.failed:
            return words
        failed = ngettext("%(n)s 份未成功", "%(n)s 份未成功", self.failed) % {"n": self.failed}
        return _("%(count)s，其中%(failed)s") % {"count": words, "failed": failed}

    @property
    def left_words(self) -> str:
        """How long it will take, or what it waits for; empty once the job has ended."""
        if self.state != Job.State.RUNNING:
            return ""
        if self.silent:
            return _("后台工作进程没有响应。任务已经保存，进程恢复后会接着做；请联系系统维护人员。")
        if self.seconds is None:
            return _("正在估算剩余时间")
        if self.seconds < 60:
            return _("不到 1 分钟")
        minutes = -(-self.seconds // 60)
        return ngettext("大约还要 %(n)s 分钟", "大约还要 %(n)s 分钟", minutes) % {"n": minutes}


@dataclass(frozen=True)
class TableProgress(Progress):
    """The same of a table in rows, which are only about right; `failed` are its files."""

    @property
    def percent(self) -> int:
        is_whole = self.state == Job.State.DONE and not self.failed
        return 100 if is_whole else share(self.done, self.total)

    @property
    def count_words(self) -> str:
        return f"{self.percent}%"


def pieces(ended: int, total: int) -> str:
    return _("%(ended)s / %(total)s 份") % {"ended": grouped(ended), "total": grouped(total)}


def share(done: int | None, total: int | None) -> int:
    """In hundredths, as far as rows are counted; all of them are written before the file is stored."""
    return min(99, 100 * (done or 0) // total) if total else 0


def progress(job: Job, now: datetime) -> Progress:
    if job.is_table:
        return _table_progress(job, now)
    ended = Q(state__in=[Step.DONE, Step.FAILED])
    recent = ended & Q(ended_at__gte=now - WINDOW)
    counted = job.items.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(state=Step.DONE)),
        failed=Count("pk", filter=Q(state=Step.FAILED)),
        recent=Count("pk", filter=recent),
        since=Min("ended_at", filter=recent),
    )
    left = counted["total"] - counted["done"] - counted["failed"]
    pace, since = counted.pop("recent"), counted.pop("since")
    seconds = round(left * (now - since).total_seconds() / pace) if pace > 1 else None
    return Progress(state=job.state, seconds=seconds, silent=_silent(job, now), **counted)


def _table_progress(job: Job, now: datetime) -> Progress:
    counted = job.files.aggregate(
        total=Sum("rows", default=0),
        done=Sum("rows_done", default=0),
        failed=Count("pk", filter=Q(state=Step.FAILED)),
        since=Min("begun_at"),
    )
    since, done = counted.pop("since"), counted["done"]
    left = max(counted["total"] - done, 0)
    # The first rows wait for the database; of a few of them no pace is to be had.
    told = since and done * 100 > counted["total"]
    seconds = round(left * (now - since).total_seconds() / done) if told else None
    return TableProgress(state=job.state, seconds=seconds, silent=_silent(job, now), **counted)


def _silent(job: Job, now: datetime) -> bool:
    seen = job.beat_at or job.started_at
    limit = timedelta(seconds=settings.JOB_LEASE) if job.beat_at else PATIENCE
    return job.state == Job.State.RUNNING and now - seen > limit


def kept_until(job: Job) -> date | None:
    """The day from which on the night's work removes the job's files; None where they stay for now."""
    if not job.ended_at or not settings.JOB_FILES_DAYS:
        return None
    return timezone.localdate(job.ended_at + timedelta(days=settings.JOB_FILES_DAYS))


def queue_state(now: datetime) -> tuple[int, int]:
    """How many jobs are under way, and how many of them no worker has touched for a while."""
    jobs = list(Job.objects.running().only("state", "beat_at", "started_at"))
    return len(jobs), sum(_silent(job, now) for job in jobs)


def running_jobs(user: User) -> Sequence[Any]:
    """The jobs under way that the person sees, newest first, each with its `count_words`."""
    ended = Count("items", filter=Q(items__state__in=[Step.DONE, Step.FAILED]))
    files = JobFile.objects.filter(job=OuterRef("pk")).order_by().values("job")
    lines, written = (Subquery(files.annotate(n=Sum(name)).values("n")) for name in ("rows", "rows_done"))
    jobs = Job.objects.visible_to(user).running().select_related("round")
    found = list(jobs.annotate(total=Count("items"), ended=ended, lines=lines, written=written)[:SHOWN])
    for job in found:
        written = f"{share(job.written, job.lines)}%"
        job.count_words = written if job.is_table else pieces(job.ended, job.total)
    return found
