"""The trail: one row for each write, log-in, refusal, export and view of a document."""

import json
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from .freezing import ENTRIES
from .models import AuditEntry, User
from .sealing import seal_soon

_COLUMNS = (
    "at", "by_id", "address", "action", "target", "object_name", "region_id", "result", "digest", "detail",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO {ENTRIES} ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) RETURNING id"
)


def record(
    action: str,
    *,
    by: User | None,
    target: object,
    region: str | None = None,
    now: datetime | None = None,
    refused: bool = False,
    address: str | None = None,
    object_name: str = "",
    **detail: Any,
) -> AuditEntry:
    """Write a row inside the caller's transaction; `region` is a division code.

    `detail` must hold JSON values, and never a password or another secret. `address` is needed
    only where there is no `by` that carries it (a login); `object_name` where `target` is no row, or
    one that does not name itself. The row is sealed into the chain once the transaction is over.
    """
    result = AuditEntry.Result.REFUSED if refused else AuditEntry.Result.DONE
    entry = AuditEntry(
        at=now or timezone.now(),
        by=by,
        address=address or getattr(by, "address", None),
        action=action,
        target=describe(target),
        object_name=(object_name or name_of(target))[:200],
        region_id=region,
        result=result,
        detail=detail,
    )
    _insert(entry)
    seal_soon()
    return entry


def _insert(entry: AuditEntry) -> None:
    """Write the row by a statement of our own: every write passes by here."""
    at = connection.ops.adapt_datetimefield_value(entry.at)
    values = [at, *(getattr(entry, name) for name in _COLUMNS[1:-1]), json.dumps(entry.detail)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        entry.pk = cursor.fetchone()[0]
    entry._state.adding, entry._state.db = False, connection.alias


def name_of(target: object) -> str:
    """Return a row's own name as it is now; nothing for what is no row, or has only its key for a name."""
    pk = getattr(target, "pk", None)
    if pk is None:
        return ""
    if isinstance(target, User):
        return f"{target.name}（{target.username}）"
    name = str(target)
    return "" if name == str(pk) else name


def describe(target: object) -> str:
    """Name a row by its kind and key, so that the trail stays readable when its name changes."""
    pk = getattr(target, "pk", None)
    return str(target)[:100] if pk is None else f"{type(target).__name__} {pk}"[:100]


def changes(row: Model, **values: Any) -> dict[str, list[Any]]:
    """Set `values` on a row; return {field: [old, new]} of those that differ, fit for the trail."""
    changed = {}
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            setattr(row, name, new)
            changed[name] = [_plain(old), _plain(new)]
    return changed


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
