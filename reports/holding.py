"""A claim that is held while its worker waits: for a count, say, or for rows that are sorted first.

A thread with a connection of its own gives the sign of life that the worker cannot give, blocked as it is.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from .actions import job_steps
from .models import JobFile

logger = logging.getLogger(__name__)


@contextmanager
def held(made: JobFile, seen: Callable[[], float]) -> Iterator[None]:
    """Hold a claimed file while the worker has given no sign of life since `seen()`, of the monotonic clock.

    Not for ever: a worker that hangs is killed by the queue after its time-out, and by then is held no more.
    """
    ended = threading.Event()
    watch = threading.Thread(target=_hold, args=(made, seen, ended), daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _hold(made: JobFile, seen: Callable[[], float], ended: threading.Event) -> None:
    pause = settings.JOB_LEASE / 4
    while not ended.wait(pause):
        silent = time.monotonic() - seen()
        if silent > settings.Q_CLUSTER["timeout"] or (silent >= pause and not _kept(made)):
            return


def _kept(made: JobFile) -> bool:
    """One sign of life; a database that is busy or away is asked again at the next."""
    try:
        return job_steps.hold_file(made=made, now=timezone.now())
    except DatabaseError:
        logger.warning("job %s, file %s: the claim could not be held", made.job_id, made.pk, exc_info=True)
        return True
    finally:
        connection.close()
