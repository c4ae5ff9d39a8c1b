"""Answers and their log in few statements: a form of 70 items costs about what one item costs.

The ORM makes an object of each row and a parameter of each of its fields; here a whole batch goes through one
statement on PostgreSQL, where each round trip counts, and through two on SQLite, which knows no writing WITH.
Only names of our own are put into the texts.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from organization import prepared
from organization.models import User

from .answer_statements import ANSWER, EVENT, JSON, NewEvent, writing
from .delivery_rows import LOCK
from .entrance import key, key_of
from .merging import CHANGING, Held
from .models import Inspection

_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in ANSWER.split(", ")[2:])
_WRITE_EVENTS = f"INSERT INTO inspections_answerevent ({EVENT}) VALUES %s RETURNING mutation, id"  # noqa: S608
_WRITE_ANSWERS = (
    f"INSERT INTO inspections_answer ({ANSWER}) VALUES %s "  # noqa: S608
    f"ON CONFLICT (inspection_id, item_id) DO UPDATE SET {_CHANGES}"
)
_READ_ANSWERS = """
SELECT item_id, value, na, reason, note, status, version, updated_by_id, updated_at
FROM inspections_answer WHERE inspection_id = %s
"""
_READ_SOME = _READ_ANSWERS + " AND item_id IN ({places})"
_READ_LAST = "SELECT COALESCE(MAX(id), 0) FROM inspections_answerevent WHERE inspection_id = %s"
_READ_SINCE = """
SELECT id, item_id, outcome FROM inspections_answerevent WHERE inspection_id = %s AND id >= %s ORDER BY id
"""


def read_held(inspection: Inspection, items: Collection[int] | None = None) -> dict[int, Held]:
    """What there is for each item (for those named, if any are), by the item's key."""
    statement, params = _READ_ANSWERS, [key(inspection.pk)]
    if items is not None:
        if not items:
            return {}
        statement = _READ_SOME.format(places=", ".join(["%s"] * len(items)))
        params += items
    return {
        item: Held(
            {"value": _loaded(value), "na": bool(na), "reason": reason, "note": note},
            status, version, by, _aware(at),
        )
        for item, value, na, reason, note, status, version, by, at in _rows(
            statement, params
        )
    }  # fmt: skip


def read_last(inspection: Inspection) -> int:
    """The key of the last event in the log; 0 where there is none."""
    ((last,),) = _rows(_READ_LAST, [key(inspection.pk)])
    return int(last)


def read_since(inspection: Inspection, event: int) -> list[tuple[int, int, str]]:
    """The log from an event on, this one included: key, item and outcome of each."""
    return _rows(_READ_SINCE, [key(inspection.pk), event])


def read_names(people: Collection[int | None]) -> dict[int, str]:
    """Names of people by their keys."""
    return dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}


def write_events(
    inspection: Inspection,
    events: Sequence[NewEvent],
    *,
    by: int,
    now: datetime,
    device: UUID | None = None,
    captured_by: int | None = None,
) -> dict[UUID, int]:
    """Write changes to the log, and to the answers what they changed; returns the log's keys.

    The caller has locked the inspection before it read what the changes are upon.
    """
    if not events:
        return {}
    if connection.vendor == "sqlite":
        return _write_in_two(inspection, events, by, now, device, captured_by)
    own = key(inspection.pk)
    text, params = writing(own, events, by=by, now=now, device=device, captured_by=captured_by)
    return {_uuid(mutation): pk for mutation, pk in prepared.rows(text, params)}


def can_write_if_unchanged() -> bool:
    return connection.vendor != "sqlite"


def write_if_unchanged(
    inspection: Inspection,
    events: Sequence[NewEvent],
    *,
    last: int,
    by: int,
    now: datetime,
    device: UUID | None = None,
    captured_by: int | None = None,
) -> dict[UUID, int]:
    """Lock an inspection that is being filled, and write as above if its last event is still `last`.

    One round trip and one transaction. Returns nothing, and has written nothing, where somebody else has
    written meanwhile, or `by` is no inspector of it any more. PostgreSQL alone.
    """
    own = key(inspection.pk)
    # Sent together they are a transaction of their own; one that is around them must outlive a refusal.
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        text, params = writing(own, events, by=by, now=now, device=device, captured_by=captured_by, last=last)
        found = prepared.rows(text, params, before=LOCK, first=[own])
    return {_uuid(mutation): pk for mutation, pk in found}


def _write_in_two(
    inspection: Inspection,
    events: Sequence[NewEvent],
    by: int,
    now: datetime,
    device: UUID | None,
    captured_by: int | None,
) -> dict[UUID, int]:
    at, own = _time(now), key(inspection.pk)
    author, source = captured_by or by, key(device) if device else None
    spelled = key_of()
    times = {moment: _time(moment) for moment in {event.captured_at for event in events}}
    keys = _insert(
        _WRITE_EVENTS,
        [
            (
                own, e.item, spelled(e.mutation), source, e.base, e.version, e.outcome.value,
                _dumped(e.content), by, captured_by, times[e.captured_at], at,
            )
            for e in events
        ],
    )  # fmt: skip
    # Of several changes of one item the last one is what holds.
    answers = {
        e.item: (
            own, e.item, _dumped(e.content["value"]), e.content["na"], e.content["reason"],
            e.content["note"], e.status, e.version, e.author or author, at,
        )
        for e in events
        if e.outcome in CHANGING
    }  # fmt: skip
    if answers:
        _insert(_WRITE_ANSWERS, list(answers.values()))
    return {_uuid(mutation): pk for mutation, pk in keys}


def _rows(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def _insert(statement: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    places = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    text = statement.replace("%s", ", ".join([places] * len(rows)), 1)
    with connection.cursor() as cursor:
        cursor.execute(text, [value for row in rows for value in row])
        return cursor.fetchall() if "RETURNING" in text else []


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _dumped(value: object) -> str | None:
    return None if value is None else JSON.encode(value)


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _aware(value: datetime) -> datetime:
    # SQLite keeps times without a zone, in UTC.
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _time(value: datetime) -> Any:
    adapted = connection.ops.adapt_datetimefield_value(value)
    return adapted.isoformat() if isinstance(adapted, datetime) else adapted
