"""Issuing side by side: several workers render with foretold numbers and take them in order.

A number is part of what is rendered, so a worker must know it half a second before it is given.
Foretold numbers bind nobody: where a document is refused or a worker dies, the next one renders
again with the number that was left.
"""

import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from organization.models import User

from ..models import JobItem, OfficialDocument
from . import issuing, job_steps
from .numbers import coming_number

PAUSE = 0.01  # seconds between two looks whether it is this document's turn


def issue_in_turn(
    *, item: JobItem, by: User, now: datetime, clock: Callable[[], datetime] = timezone.now
) -> OfficialDocument:
    """Issue an item's document with its foretold number once that is the next one.

    A document that has been issued already is returned as it is. Raises `Problem` and `NotAllowed`
    as `issue_document` does. No lock is held while the document is rendered or waits.
    """
    expected = item.expected or job_steps.keep_claim(item=item, now=clock())
    while True:
        done = OfficialDocument.objects.numbered().filter(pk=item.document_id).first()
        if done is not None:
            return done
        ready = issuing.prepare(document=item.document, number=expected, by=by, now=now)
        if isinstance(ready, OfficialDocument):
            return ready
        if _its_turn(item, expected, clock):
            issued = issuing.issue_prepared(ready)
            if issued is not None:
                return issued
        expected = job_steps.keep_claim(item=item, now=clock())


def _its_turn(item: JobItem, expected: int, clock: Callable[[], datetime]) -> bool:
    """Wait for the documents before this one; false where the number went to another or was left."""
    patience = time.monotonic() + settings.JOB_LEASE / 2
    while time.monotonic() < patience:
        coming = coming_number(item.document.body, timezone.localdate(clock()).year)
        if coming == expected:
            return True
        before = job_steps.others_under_way(item, clock()).filter(expected__range=(coming, expected - 1))
        if coming > expected or not before.exists():
            return False
        time.sleep(PAUSE)
    return False
