"""Writes to the trail itself: anchors, the removal of what is past its time, exports."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .. import anchors
from ..audit import record
from ..models import AuditCut, AuditEntry, User
from ..permissions import can_read_audit
from ..sealing import head, seal_all

# 网络安全法: logs are kept for at least six months.
LEAST_DAYS = 183
BATCH = 5000


def anchor_trail(*, now: datetime | None = None) -> Path:
    """Seal what is waiting and write the signed file of where the trail stands."""
    seal_all()
    return anchors.write(*head(), now=now or timezone.now())


def prune_trail(*, now: datetime | None = None, each: Callable[[int], None] = lambda count: None) -> int:
    """Remove rows older than `AUDIT_KEEP_DAYS` (never under 183) from the chain's beginning; return how many.

    A row stays as long as any before it in the chain does. The signed anchor comes first, then the cut, then
    the rows in batches (`each` is told of each one): broken off anywhere, the next run goes on.
    """
    now = now or timezone.now()
    before = now - timedelta(days=max(LEAST_DAYS, settings.AUDIT_KEEP_DAYS))
    seal_all()
    cut = _cut_before(before)
    if cut is not None:
        anchors.write(*head(), now=now, cut=cut)
        with transaction.atomic():
            AuditCut.objects.create(at=now, position=cut[0], digest=cut[1], before=before)
            record("audit.prune", by=None, target="", now=now, position=cut[0], before=before.isoformat())
    return _remove_covered(each)


def note_export(*, by: User, count: int, wanted: dict[str, Any], now: datetime | None = None) -> None:
    """Leave the row of an export before its first byte goes out."""
    can_read_audit(by).enforce(action="audit.export")
    record("audit.export", by=by, target="", region=by.home_code, now=now, count=count, filter=wanted)


def _cut_before(limit: datetime) -> tuple[int, str] | None:
    """Return position and digest of the last row that, with all before it, is older than `limit`."""
    sealed = AuditEntry.objects.exclude(position=None)
    kept = sealed.filter(at__gte=limit).order_by("position").values_list("position", flat=True).first()
    old = sealed.filter(at__lt=limit)
    if kept is not None:
        old = old.filter(position__lt=kept)
    last = AuditCut.objects.order_by("-position").values_list("position", flat=True).first() or 0
    found = old.filter(position__gt=last).order_by("-position")
    return found.values_list("position", "digest").first()


def _remove_covered(each: Callable[[int], None]) -> int:
    cut, removed = AuditCut.objects.order_by("-position").first(), 0
    while cut is not None:
        keys = AuditEntry.objects.filter(position__lte=cut.position).order_by("position")
        batch = list(keys.values_list("pk", flat=True)[:BATCH])
        if not batch:
            break
        AuditEntry.objects.filter(pk__in=batch).delete()
        removed += len(batch)
        each(removed)
    return removed
