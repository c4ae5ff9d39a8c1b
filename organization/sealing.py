"""Sealing: rows of the trail join the chain in the order in which they were committed.

A row is written inside its write's own transaction and sealed right after it, in a short one of its own:
were the chain's lock taken inside, every write would wait for the end of every other, and two that
hold each other's rows would deadlock (docs/adr/0008-sealed-trail.md).
"""

from typing import Any

from django.conf import settings
from django.db import connection, transaction

from .chain import BEGINNING, digest
from .freezing import ENTRIES
from .models import AuditCut, AuditEntry
from .stored_rows import rows_where

# What one write seals at most on its way; the rest is left to the next, or to `anchor_audit`.
BATCH = 200
# Where a table with positions ends.
_LAST = "SELECT position, digest FROM {table} WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
# The number of our advisory lock in PostgreSQL: the bytes of "audit".
LOCK = 0x6175646974


def seal_soon() -> None:
    """Seal once the present transaction is over; a seal that fails is logged and made up for later."""
    if not any(callback is seal for _sids, callback, _robust in connection.run_on_commit):
        transaction.on_commit(seal, robust=True)


def seal(limit: int = BATCH) -> int:
    """Seal up to `limit` rows that are waiting; return how many. Leave it to whoever is at it already."""
    with transaction.atomic():
        if not _alone():
            return 0
        waiting = rows_where(AuditEntry, "WHERE position IS NULL ORDER BY id LIMIT %s", [limit])
        if waiting:
            _seal(waiting)
        return len(waiting)


def seal_all() -> int:
    """Seal everything that is waiting; return how many rows."""
    total = 0
    while count := seal(1000):
        total += count
    return total


def head() -> tuple[int, str]:
    """Return the last sealed position and its digest."""
    with connection.cursor() as cursor:
        for table in (ENTRIES, AuditCut._meta.db_table):
            cursor.execute(_LAST.format(table=table))
            if found := cursor.fetchone():
                return found[0], found[1]
    return 0, BEGINNING


def content_of(entry: AuditEntry) -> dict[str, Any]:
    """Return what a row says, as the database gives it back."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "by": entry.by_id,
        "address": entry.address,
        "action": entry.action,
        "target": entry.target,
        "object_name": entry.object_name,
        "region": entry.region_id,
        "result": entry.result,
        "detail": entry.detail,
    }


def _alone() -> bool:
    """Take the chain's lock until the transaction ends, without waiting.

    SQLite's write lock, which every transaction has, is enough. In PostgreSQL a seal that a crash loses is
    made again, so that its commit need not wait for the disk.
    """
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), set_config('synchronous_commit', 'off', true)", [LOCK]
        )
        return bool(cursor.fetchone()[0])


def _seal(waiting: list[AuditEntry]) -> None:
    position, previous = head()
    sealed = []
    for entry in waiting:
        position += 1
        previous = digest(settings.AUDIT_DIGEST, previous, position, content_of(entry))
        sealed.append((position, previous, entry.pk))
    # Plain SQL: this is on the way of every write, and `bulk_update` takes four times as long for one row.
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {ENTRIES} SET position = %s, digest = %s WHERE id = %s", sealed)  # noqa: S608
