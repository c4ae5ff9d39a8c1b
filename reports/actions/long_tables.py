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


def start_table(*, table: LongTable, now: datetime) -> Job:
    """Begin to write a table of what its person sees; the same that is being written for them is returned.

    The export is in the trail from here on, as if they had waited for it.
    """
    by, about = table.user, {"target": table.about, "region": table.region}
    permissions.can_start_job(by, table.kind).enforce(action=table.action, **about)
    regions = Region.objects.filter(code__in=regions_of(by, table.kind))
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=table.kind, round=table.round, region_id=str(table.region), query=table.query,
                language=get_language() or "", started_by=by, started_at=now,
            )  # fmt: skip
            job.places.set(regions)
            JobFile.objects.create(job=job, number=1, name=table.name())
            record(table.action, by=by, now=now, job=str(job.pk), **about)
            queue(job)
    except IntegrityError:
        # Asked for twice, or it has ended since; one of other regions than the person's is no longer theirs.
        running = Job.objects.visible_to(by).running()
        same = running.filter(kind=table.kind, started_by=by, round=table.round, query=table.query).first()
        if same is None:
            raise Problem(_("同样的任务正在进行，请等它结束。")) from None
        return same
    return job
