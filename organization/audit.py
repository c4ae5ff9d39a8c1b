"""The trail: one row for each write, refusal and export."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from .models import AuditEntry, User


def record(
    action: str,
    *,
    by: User | None,
    target: object,
    region: str | None = None,
    now: datetime | None = None,
    refused: bool = False,
    **detail: Any,
) -> AuditEntry:
    """Write a row inside the caller's transaction; `region` is a division code.

    `detail` must hold JSON values, and never a password or another secret.
    """
    result = AuditEntry.Result.REFUSED if refused else AuditEntry.Result.DONE
    return AuditEntry.objects.create(
        at=now or timezone.now(),
        by=by,
        address=getattr(by, "address", None),
        action=action,
        target=describe(target),
        region_id=region,
        result=result,
        detail=detail,
    )


def describe(target: object) -> str:
    """Name a row by its kind and key, so that the trail stays readable when its name changes."""
    pk = getattr(target, "pk", None)
    return str(target)[:100] if pk is None else f"{type(target).__name__} {pk}"[:100]
