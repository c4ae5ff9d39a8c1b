"""Answers and their log in few statements: a form of 70 items costs about what one item costs.

The ORM makes an object of each row and a parameter of each of its fields; here whole batches go through
one statement, the same for SQLite and PostgreSQL.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from .merging import CHANGING, Held, Outcome
from .models import Answer, AnswerEvent, Inspection

EVENT_COLUMNS = "inspection_id, item_id, mutation, device, base, version, outcome, new, by_id"
EVENT_COLUMNS += ", captured_by_id, captured_at, at"
ANSWER_COLUMNS = "inspection_id, item_id, value, na, reason, note, status, version, updated_by_id, updated_at"
ANSWER_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in ANSWER_COLUMNS.split(", ")[2:])
# Names of our own alone go into these texts.
EVENTS = f"INSERT INTO {AnswerEvent._meta.db_table} ({EVENT_COLUMNS}) VALUES %s RETURNING mutation, id"  # noqa: S608
ANSWERS = (
    f"INSERT INTO {Answer._meta.db_table} ({ANSWER_COLUMNS}) VALUES %s "  # noqa: S608
    f"ON CONFLICT (inspection_id, item_id) DO UPDATE SET {ANSWER_CHANGES}"
)


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


def read_held(inspection: Inspection) -> dict[int, Held]:
    """What there is for each item, by the item's key."""
    rows = Answer.objects.filter(inspection_id=inspection.pk).values_list(
        "item_id", "value", "na", "reason", "note", "status", "version", "updated_by_id",
        "updated_by__name", "updated_at",
    )  # fmt: skip
    return {
        item: Held({"value": value, "na": na, "reason": reason, "note": note}, *rest)
        for item, value, na, reason, note, *rest in rows
    }


def read_known(mutations: Iterable[UUID]) -> dict[UUID, Known]:
    """Those of the changes that were written before, of whatever inspection."""
    rows = AnswerEvent.objects.filter(mutation__in=mutations).values_list(
        "mutation", "id", "inspection_id", "item_id", "base", "version", "outcome", "new", "at"
    )
    return {
        mutation: Known(pk, inspection, item, base, version, Outcome(outcome), new, at)
        for mutation, pk, inspection, item, base, version, outcome, new, at in rows.order_by()
    }


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
    at, own = _time(now), _key(inspection.pk)
    author = captured_by or by
    keys = _insert(
        EVENTS,
        [
            (
                own, e.item, _key(e.mutation), _key(device), e.base, e.version, e.outcome.value,
                _json(e.content), by, captured_by, _time(e.captured_at), at,
            )
            for e in events
        ],
    )  # fmt: skip
    # Of several changes of one item the last one is what holds.
    answers = {
        e.item: (
            own, e.item, _json(e.content["value"]), e.content["na"], e.content["reason"],
            e.content["note"], e.status, e.version, e.author or author, at,
        )
        for e in events
        if e.outcome in CHANGING
    }  # fmt: skip
    if answers:
        _insert(ANSWERS, list(answers.values()))
    return {UUID(str(mutation)): pk for mutation, pk in keys}


def _insert(statement: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    places = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    text = statement.replace("%s", ", ".join([places] * len(rows)), 1)
    with connection.cursor() as cursor:
        cursor.execute(text, [value for row in rows for value in row])
        return cursor.fetchall() if "RETURNING" in text else []


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _key(value: UUID | None) -> str | None:
    if value is None:
        return None
    return value.hex if connection.vendor == "sqlite" else str(value)


def _time(value: datetime) -> Any:
    adapted = connection.ops.adapt_datetimefield_value(value)
    return adapted.isoformat() if isinstance(adapted, datetime) else adapted
