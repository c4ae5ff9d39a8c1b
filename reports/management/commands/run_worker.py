"""Run the workers of the queue: bulk documents, exports, what is done nightly."""

import gc
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.models import Schedule

from reports import fonts, tasks

# Name, function, how often, minutes.
SCHEDULES = (("wake jobs left lying", "reports.tasks.wake", Schedule.MINUTES, 1),)


class Command(BaseCommand):
    help = "启动后台工作进程（批量印发、导出、打印）。"

    def handle(self, *args: Any, **options: Any) -> None:
        for name, func, kind, minutes in SCHEDULES:
            Schedule.objects.update_or_create(
                name=name,
                defaults={"func": func, "schedule_type": kind, "minutes": minutes},
                create_defaults={
                    "func": func, "schedule_type": kind, "minutes": minutes, "next_run": timezone.now(),
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
