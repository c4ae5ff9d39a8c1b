"""The files that jobs made: kept for some days, then removed; documents are stored elsewhere."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from organization.audit import record

from ..models import Job, JobFile
from ..models.jobs import FOLDER, Step

logger = logging.getLogger(__name__)


def remove_old_files(*, now: datetime) -> int:
    """Remove the files of jobs that ended more than `JOB_FILES_DAYS` ago, and what no job knows of;
    returns how many. With 0 days all are kept.

    A file is deleted before its row says so: stopped in between, the next night does it again.
    """
    if not settings.JOB_FILES_DAYS:
        return 0
    before = now - timedelta(days=settings.JOB_FILES_DAYS)
    removed = 0
    for job in Job.objects.filter(ended_at__lt=before, files__in=_kept()).distinct():
        files = list(_kept().filter(job=job))
        for made in files:
            made.file.storage.delete(str(made.file.name))
        JobFile.objects.filter(pk__in=[made.pk for made in files]).update(removed_at=now)
        record("job.expire", by=None, target=job, region=job.region_id, now=now, count=len(files))
        removed += len(files)
    return removed + _remove_unknown(before)


def _kept() -> QuerySet[JobFile]:
    return JobFile.objects.filter(state=Step.DONE, removed_at=None)


def _remove_unknown(before: datetime) -> int:
    """Files that a worker stored before it died, and those of jobs that are no more."""
    known = set(_kept().values_list("file", flat=True))
    unknown = [name for name in _stored(FOLDER) if name not in known]
    old = [name for name in unknown if default_storage.get_modified_time(name) < before]
    for name in old:
        default_storage.delete(name)
        logger.info("removed %s, which no job knows of", name)
    return len(old)


def _stored(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from _stored(f"{folder}/{inner}")
