"""What the queue's workers run. Each is short, and may be run twice or be killed without harm."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django_q.tasks import async_task

from organization.audit import record
from organization.problems import NotAllowed, Problem

from . import archives
from .actions import bulk_issuing, job_steps, rehearsing
from .actions.job_files import remove_old_files as remove_files
from .actions.jobs import WORK, queue
from .models import Job, JobFile, JobItem, Rehearsal

logger = logging.getLogger(__name__)


def work(job_id: str) -> None:
    """Do pieces of a job for some seconds, then give the turn to others and queue up again.

    A task stays far shorter than the queue's own time-out however large the job is.
    """
    job = Job.objects.select_related("round", "started_by").filter(pk=job_id).first()
    if job is None:
        return
    until = time.monotonic() + settings.JOB_SLICE
    # What is written into rows is read by several people: the record's language is Chinese.
    with translation.override(settings.LANGUAGE_CODE):
        while time.monotonic() < until:
            if not _one_piece(job):
                job_steps.close_job(job=job, now=timezone.now())
                return
    async_task(WORK, job_id)


def _one_piece(job: Job) -> bool:
    if job.kind == Job.Kind.ISSUE:
        item = job_steps.claim_item(job=job, now=timezone.now())
        if item is not None:
            _tried(job, item, partial(_issue, job, item))
        return item is not None
    made = job_steps.claim_file(job=job, now=timezone.now())
    if made is not None:
        made.job = job
        _tried(job, made, partial(archives.make, made))
    return made is not None


def _issue(job: Job, item: JobItem) -> None:
    bulk_issuing.issue_in_turn(item=item, by=job.started_by, now=timezone.now())
    job_steps.finish(piece=item, now=timezone.now())


def _tried(job: Job, piece: JobItem | JobFile, work: Callable[[], None]) -> None:
    """Do one piece of work, or write why it was not done."""
    try:
        work()
    except Problem as problem:
        job_steps.fail(piece=piece, why=str(problem), now=timezone.now())
    except NotAllowed as refused:
        job_steps.fail(piece=piece, why=str(refused), now=timezone.now())
        record(
            refused.action, by=job.started_by, target=refused.target, region=refused.region, refused=True,
            reason=str(refused.reason), object_name=refused.object_name,
        )  # fmt: skip
    except Exception:
        logger.exception("job %s, %s %s", job.pk, type(piece).__name__, piece.pk)
        job_steps.stumble(piece=piece, now=timezone.now())


def rehearse(rehearsal_id: str) -> None:
    """Replay batches of a rehearsal for some seconds, then give the turn to others and queue up again."""
    row = Rehearsal.objects.select_related("region").filter(pk=rehearsal_id).first()
    if row is None or row.state != Rehearsal.State.RUNNING:
        return
    editions = rehearsing.Editions(rehearsing.standard_of(row))
    until = time.monotonic() + settings.JOB_SLICE
    while time.monotonic() < until:
        if not rehearsing.carry_on(row=row, editions=editions, now=timezone.now()):
            return
    async_task(rehearsing.WORK, rehearsal_id)


def wake() -> int:
    """Queue jobs up that no worker has touched for a while: their tasks or workers were lost."""
    silent = Q(beat_at=None) | Q(beat_at__lt=timezone.now() - timedelta(seconds=settings.JOB_LEASE))
    jobs = list(Job.objects.filter(silent, state=Job.State.RUNNING))
    for job in jobs:
        queue(job)
    rehearsals = list(Rehearsal.objects.filter(silent).running())
    for row in rehearsals:
        rehearsing.queue(row)
    return len(jobs) + len(rehearsals)


def remove_old_files() -> int:
    """Every night: clear what exports left in the storage."""
    return remove_files(now=timezone.now())
