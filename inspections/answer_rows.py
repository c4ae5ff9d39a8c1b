"""Answers and their log in few statements: a form of 70 items costs about what one item costs.

The ORM makes an object of each row and a parameter of each of its fields; here whole batches go through
one statement, the same for SQLite and PostgreSQL. Only names of our own are put into the texts.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from organization.models import User

from .entrance import key, key_of
from .merging import CHANGING, Held, Outcome
from .models import Inspection

# Made once: `json.dumps` makes an encoder at every call that asks for more than its defaults.
_JSON = json.JSONEncoder(ensure_ascii=False)
_EVENT = "inspection_id, item_id, mutation, device, base, version, outcome, new, by_id, captured_by_id, "
_EVENT += "captured_at, at"
_ANSWER = "inspection_id, item_id, value, na, reason, note, status, version, updated_by_id, updated_at"
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in _ANSWER.split(", ")[2:])
_WRITE_EVENTS = f"INSERT INTO inspections_answerevent ({_EVENT}) VALUES %s RETURNING mutation, id"  # noqa: S608
_WRITE_ANSWERS = (
    f"INSERT INTO inspections_answer ({_ANSWER}) VALUES %s "  # noqa: S608
    f"ON CONFLICT (inspection_id, item_id) DO UPDATE SET {_CHANGES}"
)
_READ_ANSWERS = """
SELECT item_id, value, na, reason, note, status, version, updated_by_id, updated_at
FROM inspections_answer WHERE inspection_id = %s
"""
_READ_SOME = _READ_ANSWERS + " AND item_id IN ({places})"
_READ_KNOWN = """
SELECT mutation, id, inspection_id, item_id, base, version, outcome, new, at
FROM inspections_answerevent WHERE mutation IN ({places})
"""
_READ_SITUATION = """
SELECT
    EXISTS (SELECT 1 FROM inspections_inspection_inspectors WHERE inspection_id = %s AND user_id = %s),
    EXISTS (SELECT 1 FROM inspections_conflict WHERE inspection_id = %s AND settled_at IS NULL),
    (SELECT {together}(item_id || ' ' || status, ',') FROM inspections_answer WHERE inspection_id = %s),
    COALESCE((SELECT MAX(id) FROM inspections_answerevent WHERE inspection_id = %s), 0),
    COUNT(*), COUNT(*) FILTER (WHERE arrived_at IS NULL)
FROM inspections_photo WHERE inspection_id = %s AND removed_at IS NULL AND device IS NOT NULL
"""
_READ_LAST = "SELECT COALESCE(MAX(id), 0) FROM inspections_answerevent WHERE inspection_id = %s"
_READ_SINCE = """
SELECT id, item_id, outcome FROM inspections_answerevent WHERE inspection_id = %s AND id >= %s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A change that is to be written; `status` is of its content, `author` whose answer it is."""

    mutation: UUID
    item: int
    base: int
    version: int
    outcome: Outcome
    content: Mapping[str, Any]
    status: str
    captured_at: datetime
    author: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A change that was written before, under its identifier."""

    id: int
    inspection: UUID
    item: int
    base: int
    version: int
    outcome: Outcome
    content: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """What else matters of a locked inspection; `statuses` by item, `last` is the key of its last event."""

    is_assigned: bool
    has_conflicts: bool
    statuses: dict[int, str]
    last: int
    announced: int
    on_the_way: int


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


def read_known(mutations: Collection[UUID]) -> dict[UUID, Known]:
    """Those of the changes that were written before, of whatever inspection."""
    if not mutations:
        return {}
    spelled = key_of()
    statement = _READ_KNOWN.format(places=", ".join(["%s"] * len(mutations)))
    return {
        _uuid(mutation): Known(
            pk, _uuid(inspection), item, base, version, Outcome(outcome), _loaded(new), _aware(at)
        )
        for mutation, pk, inspection, item, base, version, outcome, new, at in _rows(
            statement, [spelled(mutation) for mutation in mutations]
        )
    }


def read_situation(inspection: Inspection, person: User) -> Situation:
    own = key(inspection.pk)
    together = "GROUP_CONCAT" if connection.vendor == "sqlite" else "STRING_AGG"
    statement = _READ_SITUATION.format(together=together)
    (row,) = _rows(statement, [own, person.pk, own, own, own, own])
    pairs = (pair.split(" ") for pair in row[2].split(",")) if row[2] else ()
    statuses = {int(item): status for item, status in pairs}
    return Situation(bool(row[0]), bool(row[1]), statuses, *row[3:])


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
    """Write changes to the log, and to the answers what they changed; returns the log's keys."""
    if not events:
        return {}
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
    return None if value is None else _JSON.encode(value)


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _aware(value: datetime) -> datetime:
    # SQLite keeps times without a zone, in UTC.
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _time(value: datetime) -> Any:
    adapted = connection.ops.adapt_datetimefield_value(value)
    return adapted.isoformat() if isinstance(adapted, datetime) else adapted
