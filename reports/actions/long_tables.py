"""A table that is too long to wait for, as a person asks for it: a job of theirs alone writes it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import Region
from organization.problems import Problem

from .. import permissions
from ..long_tables import LongTable
from ..models import Job, JobFile
from ..models.jobs import regions_of
from .jobs import queue


def start_if_long(*, table: LongTable, now: datetime) -> Job | None:
    """As `start_table` where the table takes long; None where its person, who may have it, need not wait.

    Whoever may not costs no count of rows. Raises `Problem` where nobody gets it, so long is it.
    """
    _enforce(table)
    if not table.is_long():
        return None
    return _started(table, now)


def start_table(*, table: LongTable, now: datetime) -> Job:
    """Begin to write a table of what its person sees; the same that is being written for them is returned.

    The export is in the trail from here on, as if they had waited for it.
    """
    _enforce(table)
    return _started(table, now)


def _enforce(table: LongTable) -> None:
    permissions.can_start_job(table.user, table.kind).enforce(action=table.action, **table.trail)


def _started(table: LongTable, now: datetime) -> Job:
    by = table.user
    regions = Region.objects.filter(code__in=regions_of(by, table.kind))
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=table.kind, round=table.round, region_id=str(table.trail["region"]), query=table.query,
                language=get_language() or "", started_by=by, started_at=now,
            )  # fmt: skip
            job.places.set(regions)
            JobFile.objects.create(job=job, number=1, name=table.name())
            record(table.action, by=by, now=now, job=str(job.pk), **table.trail)
            queue(job)
    except IntegrityError:
        # Asked for twice, or it has ended since; one of other regions than the person's is no longer theirs.
        running = Job.objects.visible_to(by).running()
        same = running.filter(kind=table.kind, started_by=by, round=table.round, query=table.query).first()
        if same is None:
            raise Problem(_("同样的任务正在进行，请等它结束。")) from None
        return same
    return job
