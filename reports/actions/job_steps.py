"""What workers write while a job runs: claims with an end, results, the end of the job.

A claim that runs out is free again, so that a worker that dies holds nothing up. Everything a claim
leads to may happen twice without harm.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from organization.audit import record

from ..models import Job, JobFile, JobItem, NumberSequence
from ..models.jobs import Step
from .jobs import queue

TRIES = 3
# Claims that ran out, after which a piece is taken for what kills its workers, by its memory say.
CLAIMS = 10
UNEXPECTED = gettext_noop("处理时发生意外错误，已记入服务器日志。请重试；仍不成功时请联系系统维护人员。")


def claim_item(*, job: Job, now: datetime) -> JobItem | None:
    """Claim the next document that is to be issued and foretell its number; None if none is left."""
    with transaction.atomic():
        if not _alive(job, now):
            return None
        _give_up(job.items, now, ended_at=now, expected=None)
        item = _free(job.items, now).select_related("document__body").order_by("place").first()
        if item is None:
            return None
        _claim(item, now)
        item.expected = free_number(item, now)
        item.save(update_fields=["state", "tries", "claimed_until", "expected"])
    return item


def claim_file(*, job: Job, now: datetime) -> JobFile | None:
    """Claim the next file that is to be made; None if none is left."""
    with transaction.atomic():
        if not _alive(job, now):
            return None
        _give_up(job.files, now)
        made = _free(job.files, now).order_by("number").first()
        if made is None:
            return None
        _claim(made, now)
        made.begun_at, made.rows_done = now, 0
        made.save(update_fields=["state", "tries", "claimed_until", "begun_at", "rows_done"])
        made.items.exclude(state=Step.WAITING).update(state=Step.WAITING, error="", ended_at=None)
    return made


def _alive(job: Job, now: datetime) -> bool:
    """Whether the job still runs, its row locked; the look itself is a sign of life."""
    return bool(Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(beat_at=now))


def _give_up(rows: Any, now: datetime, **values: Any) -> None:
    """Fail what no worker has lived through, so that it does not take down one after another for ever."""
    deadly = rows.filter(state=Step.RUNNING, claimed_until__lt=now, tries__gte=CLAIMS)
    deadly.update(state=Step.FAILED, error=UNEXPECTED, claimed_until=None, **values)


def _free(rows: Any, now: datetime) -> Any:
    free = rows.filter(Q(state=Step.WAITING) | Q(state=Step.RUNNING, claimed_until__lt=now))
    skip = connection.features.has_select_for_update_skip_locked
    return free.select_for_update(of=("self",), skip_locked=skip)


def _claim(piece: JobItem | JobFile, now: datetime) -> None:
    piece.state, piece.tries = Step.RUNNING, piece.tries + 1
    piece.claimed_until = now + timedelta(seconds=settings.JOB_LEASE)


def free_number(item: JobItem, now: datetime) -> int:
    """The lowest number that is neither given nor foretold to another document under way.

    A foretold number binds nobody: it is taken only when the document is issued.
    """
    body, year = item.document.body_id, timezone.localdate(now).year
    given = NumberSequence.objects.filter(body=body, year=year).values_list("last", flat=True).first() or 0
    taken = set(others_under_way(item, now).values_list("expected", flat=True))
    number = int(given) + 1
    while number in taken:
        number += 1
    return number


def others_under_way(item: JobItem, now: datetime) -> Any:
    """Claims on other documents of the same office that have not run out."""
    running = JobItem.objects.filter(state=Step.RUNNING, claimed_until__gte=now, expected__isnull=False)
    return running.filter(document__body=item.document.body_id).exclude(pk=item.pk)


def keep_claim(*, item: JobItem, now: datetime) -> int:
    """Hold an item longer and foretell its number anew."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=item.job_id)
        item.claimed_until = now + timedelta(seconds=settings.JOB_LEASE)
        item.expected = free_number(item, now)
        JobItem.objects.filter(pk=item.pk).update(claimed_until=item.claimed_until, expected=item.expected)
    return item.expected


def divide_table(*, made: JobFile, files: Sequence[JobFile]) -> None:
    """Write what the files of a table hold and how many rows they have; the first is the one that is made."""
    first, *more = files
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=made.job_id)
        for name in ("name", "rows", "first_code", "last_code"):
            setattr(made, name, getattr(first, name))
        made.save(update_fields=["name", "rows", "first_code", "last_code"])
        JobFile.objects.bulk_create(more)
        if more:
            # As many workers as there are can write them side by side.
            queue(made.job)


def keep_file(
    *, made: JobFile, done: list[int], failed: dict[int, str], rows: int = 0, now: datetime
) -> bool:
    """Write which documents, or how many rows, are in the file by now and hold it longer; false where the
    job was cancelled."""
    with transaction.atomic():
        alive = _alive(made.job, now)
        until = now + timedelta(seconds=settings.JOB_LEASE)
        JobFile.objects.filter(pk=made.pk).update(claimed_until=until, rows_done=rows)
        made.items.filter(pk__in=done).update(state=Step.DONE, error="", ended_at=now)
        for pk, why in failed.items():
            made.items.filter(pk=pk).update(state=Step.FAILED, error=why, ended_at=now)
    return alive


def hold_file(*, made: JobFile, now: datetime) -> bool:
    """Hold a file longer while nothing can be said of it; false where the job or this claim has ended."""
    with transaction.atomic():
        if not _alive(made.job, now):
            return False
        # Whoever has claimed it since has counted a try of their own.
        own = JobFile.objects.filter(pk=made.pk, state=Step.RUNNING, tries=made.tries)
        return bool(own.update(claimed_until=now + timedelta(seconds=settings.JOB_LEASE)))


def finish(*, piece: JobItem | JobFile, now: datetime, **values: Any) -> None:
    """Write that a piece is done."""
    values |= {"state": Step.DONE, "error": "", "claimed_until": None}
    if isinstance(piece, JobItem):
        values |= {"ended_at": now, "expected": None}
    type(piece).objects.filter(pk=piece.pk).update(**values)


def fail(*, piece: JobItem | JobFile, why: str, now: datetime) -> None:
    """Write that a piece cannot be done, with the reason in words."""
    values: dict[str, Any] = {"state": Step.FAILED, "error": why, "claimed_until": None}
    if isinstance(piece, JobItem):
        values |= {"ended_at": now, "expected": None}
    type(piece).objects.filter(pk=piece.pk).update(**values)


def let_go(*, made: JobFile) -> None:
    """Leave a file for later: the job was cancelled while it was being made."""
    JobFile.objects.filter(pk=made.pk).update(state=Step.WAITING, claimed_until=None)
    made.items.exclude(state=Step.WAITING).update(state=Step.WAITING, error="", ended_at=None)


def stumble(*, piece: JobItem | JobFile, now: datetime) -> None:
    """After an error that nobody foresaw: try again later, and after some tries say so."""
    if piece.tries >= TRIES:
        fail(piece=piece, why=UNEXPECTED, now=now)
    else:
        values: dict[str, Any] = {"state": Step.WAITING, "claimed_until": None}
        if isinstance(piece, JobItem):
            values["expected"] = None
        type(piece).objects.filter(pk=piece.pk).update(**values)


def close_job(*, job: Job, now: datetime) -> bool:
    """End the job if nothing is waiting or under way; say whether it has ended."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.state != Job.State.RUNNING:
            return True
        open_ = Q(state__in=[Step.WAITING, Step.RUNNING])
        if locked.files.filter(open_).exists() or (
            locked.kind == Job.Kind.ISSUE and locked.items.filter(open_).exists()
        ):
            return False
        locked.state, locked.ended_at = Job.State.DONE, now
        locked.save(update_fields=["state", "ended_at"])
        pieces = locked.files if locked.is_table else locked.items
        failed = pieces.filter(state=Step.FAILED).count()
        record("job.end", by=None, target=locked, region=locked.region_id, now=now, failed=failed)
    return True
