"""Jobs over a round's documents as a person asks for them: begun, cancelled, tried again."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_q.tasks import async_task

from inspections.models import Round
from organization.audit import record
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Region, User
from organization.problems import Problem

from .. import permissions
from ..models import Job, JobFile, JobItem, OfficialDocument
from ..models.jobs import Step

WORK = "reports.tasks.work"
VOLUME = 100  # documents in one file for the printer: about 400 pages, and a worker's memory stays small
NOTHING = {
    Job.Kind.ISSUE: gettext_lazy("本轮没有您可以印发的文书。"),
    Job.Kind.EXPORT: gettext_lazy("本轮还没有印发的文书，没有可以导出的文件。"),
    Job.Kind.PRINT: gettext_lazy("本轮还没有印发的文书，没有可以打印的文件。"),
}


def start_job(*, kind: Job.Kind, round: Round, by: User, now: datetime) -> Job:
    """Begin a job over the round's documents that the person may handle; one that runs is returned.

    Raises `Problem` where there is nothing to do. The work itself is done by the workers.
    """
    permissions.can_start_job(by, kind).enforce(action="job.start", target=round, region=round.region_id)
    rows = OfficialDocument.objects.filter(round=round)
    rows = rows.issuable_by(by) if kind == Job.Kind.ISSUE else rows.visible_to(by).issued()
    documents = list(rows.order_by(*_order(kind)).values_list("pk", "region_id"))
    if not documents:
        raise Problem(NOTHING[kind])
    region = _region([code for _pk, code in documents], round)
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, round=round, region=region, started_by=by, started_at=now)
            _add_items(job, round.name, [pk for pk, _code in documents])
            record(
                "job.start", by=by, target=job, region=region.code, now=now,
                kind=kind, round=round.pk, count=len(documents),
            )  # fmt: skip
            queue(job)
    except IntegrityError:
        # The same was begun in the same moment, or is under way; it may have ended since.
        same = Job.objects.filter(kind=kind, round=round, region=region).order_by("-started_at")
        return same.running().first() or same[:1].get()
    return job


def _order(kind: Job.Kind) -> tuple[str, ...]:
    """Numbers are given in the order of the townships; what has a number is kept in its order."""
    if kind == Job.Kind.ISSUE:
        return ("region_id", "inspection__center_id", "pk")
    return ("body_id", "year", "number")


def _region(codes: Sequence[str], round: Round) -> Region:
    """The smallest region that holds all these."""
    first, last = min(codes), max(codes)
    wanted = [
        first[: DIGITS[level]].ljust(CODE_LENGTH, "0")
        for level in Level
        if first[: DIGITS[level]] == last[: DIGITS[level]]
    ]
    found = Region.objects.filter(code__in=wanted).order_by("-level").first()
    return found or round.region


def _add_items(job: Job, round: str, documents: Sequence[Any]) -> None:
    files: list[JobFile] = []
    if job.kind == Job.Kind.EXPORT:
        files = [JobFile(job=job, number=1, name=_("%(round)s.zip") % {"round": round})]
    elif job.kind == Job.Kind.PRINT:
        volumes = range(1, -(-len(documents) // VOLUME) + 1)
        name = _("%(round)s 第%(number)s册.pdf")
        files = [
            JobFile(job=job, number=number, name=name % {"round": round, "number": number})
            for number in volumes
        ]
    files = JobFile.objects.bulk_create(files)
    size = len(documents) if job.kind == Job.Kind.EXPORT else VOLUME
    JobItem.objects.bulk_create(
        [
            JobItem(job=job, place=place, document_id=pk, file=files[place // size] if files else None)
            for place, pk in enumerate(documents)
        ],
        batch_size=500,
    )


def queue(job: Job) -> None:
    """Ask for workers once the caller's transaction is written: as many as could work side by side."""
    pieces = job.files.count() or job.items.count()
    for _lane in range(min(pieces, settings.JOB_LANES)):
        transaction.on_commit(partial(async_task, WORK, str(job.pk)))


def cancel_job(*, job: Job, by: User, now: datetime) -> Job:
    """Stop before the next document; what is under way is finished, what is done stays done."""
    with transaction.atomic():
        locked = Job.objects.select_for_update(of=("self",)).select_related("round").get(pk=job.pk)
        _enforce(locked, by, "job.cancel")
        if locked.state != Job.State.RUNNING:
            return locked
        locked.state, locked.ended_at, locked.cancelled_by = Job.State.CANCELLED, now, by
        locked.save(update_fields=["state", "ended_at", "cancelled_by"])
        record("job.cancel", by=by, target=locked, region=locked.region_id, now=now)
    return locked


def retry_job(*, job: Job, by: User, now: datetime) -> Job:
    """Take up again what failed or, in a cancelled job, was not reached; what is done is left alone."""
    try:
        with transaction.atomic():
            locked = Job.objects.select_for_update(of=("self",)).select_related("round").get(pk=job.pk)
            _enforce(locked, by, "job.retry")
            count = _put_back(locked)
            if not count and locked.state != Job.State.CANCELLED:
                return locked
            locked.state, locked.ended_at, locked.cancelled_by = Job.State.RUNNING, None, None
            locked.save(update_fields=["state", "ended_at", "cancelled_by"])
            record("job.retry", by=by, target=locked, region=locked.region_id, now=now, count=count)
            queue(locked)
    except IntegrityError:
        raise Problem(_("同样的任务正在进行，请等它结束。")) from None
    return locked


def _put_back(job: Job) -> int:
    """Set what failed to waiting; a file is made anew as a whole."""
    again = {"state": Step.WAITING, "tries": 0, "error": "", "claimed_until": None}
    broken = Q(state=Step.FAILED) | Q(items__state=Step.FAILED)
    stale = list(job.files.filter(broken).distinct().values_list("pk", flat=True))
    JobFile.objects.filter(pk__in=stale).update(**again, removed_at=None)
    items = job.items.filter(Q(state=Step.FAILED) | Q(file__in=stale))
    return len(stale) + items.update(**again, ended_at=None)


def _enforce(job: Job, by: User, action: str) -> None:
    permissions.can_steer_job(by, job).enforce(action=action, target=job, region=job.region_id)
