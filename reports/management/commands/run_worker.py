"""Run the workers of the queue: bulk documents, exports, what is done nightly."""

import gc
from datetime import datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.models import Schedule

from reports import fonts, tasks

# Name, function, how often, minutes, from which time of the day on (none: at once).
SCHEDULES = (
    ("wake jobs left lying", "reports.tasks.wake", Schedule.MINUTES, 1, None),
    ("remove old files of jobs", "reports.tasks.remove_old_files", Schedule.DAILY, None, time(2, 40)),
)


def coming(at: time | None) -> datetime:
    """The next moment at which it is this time of the day here; now where none is given."""
    now = timezone.localtime()
    if at is None:
        return now
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


class Command(BaseCommand):
    help = "启动后台工作进程（批量印发、导出、打印）。"

    def handle(self, *args: Any, **options: Any) -> None:
        for name, func, kind, minutes, at in SCHEDULES:
            Schedule.objects.update_or_create(
                name=name,
                defaults={"func": func, "schedule_type": kind, "minutes": minutes},
                create_defaults={
                    "func": func, "schedule_type": kind, "minutes": minutes, "next_run": coming(at),
                },
            )  # fmt: skip
        tasks.wake()
        self._warm_up()
        # No connection is shared with the processes that are forked now.
        connections.close_all()
        Cluster().start()

    def _warm_up(self) -> None:
        """Load the engine, its faces and its stylesheet once, before the workers are forked from here;
        what is loaded is then shared, and never looked through again by the garbage collector."""
        from reports import pdf

        try:
            pdf.warm_up()
        except fonts.FontsNotBuilt as missing:
            self.stderr.write(str(missing))
        gc.collect()
        gc.freeze()
