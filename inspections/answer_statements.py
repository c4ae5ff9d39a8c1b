"""What PostgreSQL is told to write of changes of answers: one statement, planned once for a connection.

Only names of our own are put into the texts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from .entrance import key
from .merging import CHANGING, Outcome
from .workflow import IN_PROGRESS

# Made once: `json.dumps` makes an encoder at every call that asks for more than its defaults.
JSON = json.JSONEncoder(ensure_ascii=False)
EVENT = "inspection_id, item_id, mutation, device, base, version, outcome, new, by_id, captured_by_id, "
EVENT += "captured_at, at"
ANSWER = "inspection_id, item_id, value, na, reason, note, status, version, updated_by_id, updated_at"
# `holds`: of several changes of one item the last one; `first`: the item had no answer before.
_WRITE = f"""
WITH given AS (
    SELECT g.* FROM JSON_TO_RECORDSET(%s) AS g (item bigint, mutation uuid, base integer, version integer,
        outcome varchar, new jsonb, captured timestamptz, status varchar, author bigint, holds boolean,
        first boolean)
    WHERE {{condition}}
), log AS (
    INSERT INTO inspections_answerevent ({EVENT})
    SELECT %s::uuid, item, mutation, %s::uuid, base, version, outcome, new, %s::bigint, %s::bigint, captured,
        %s::timestamptz
    FROM given RETURNING mutation, id
){{answers}}
SELECT mutation, id FROM log
"""  # noqa: S608
_ADDED = f""", added AS (
    INSERT INTO inspections_answer ({ANSWER})
    SELECT %s::uuid, item, NULLIF(new -> 'value', 'null'), (new ->> 'na')::boolean, new ->> 'reason',
        new ->> 'note', status, version, author, %s::timestamptz
    FROM given WHERE holds AND first
)"""  # noqa: S608
_CHANGED = """, changed AS (
    UPDATE inspections_answer a SET value = NULLIF(g.new -> 'value', 'null'),
        na = (g.new ->> 'na')::boolean, reason = g.new ->> 'reason', note = g.new ->> 'note',
        status = g.status, version = g.version, updated_by_id = g.author, updated_at = %s::timestamptz
    FROM given g WHERE g.holds AND NOT g.first AND a.inspection_id = %s::uuid AND a.item_id = g.item
)"""
# The same for one change, as every tap sends one: a list of rows costs half as much again.
_WRITE_ONE = f"""
WITH given AS (
    SELECT %s::jsonb AS new, %s::uuid AS inspection, %s::bigint AS item, %s::varchar AS status,
        %s::integer AS version, %s::bigint AS author, %s::timestamptz AS now
    WHERE {{condition}}
), log AS (
    INSERT INTO inspections_answerevent ({EVENT})
    SELECT inspection, item, %s::uuid, %s::uuid, %s::integer, version, %s::varchar, new, %s::bigint,
        %s::bigint, %s::timestamptz, now
    FROM given RETURNING mutation, id
){{answers}}
SELECT mutation, id FROM log
"""  # noqa: S608
_ADDED_ONE = f""", added AS (
    INSERT INTO inspections_answer ({ANSWER})
    SELECT inspection, item, NULLIF(new -> 'value', 'null'), (new ->> 'na')::boolean, new ->> 'reason',
        new ->> 'note', status, version, author, now
    FROM given
)"""  # noqa: S608
_CHANGED_ONE = """, changed AS (
    UPDATE inspections_answer a SET value = NULLIF(g.new -> 'value', 'null'),
        na = (g.new ->> 'na')::boolean, reason = g.new ->> 'reason', note = g.new ->> 'note',
        status = g.status, version = g.version, updated_by_id = g.author, updated_at = g.now
    FROM given g WHERE a.inspection_id = g.inspection AND a.item_id = g.item
)"""
# Whoever may fill it still may, and nothing was written since.
_UNCHANGED = """EXISTS (SELECT 1 FROM inspections_inspection i WHERE i.id = %s AND i.state = %s
        AND EXISTS (SELECT 1 FROM inspections_inspection_inspectors x
            WHERE x.inspection_id = i.id AND x.user_id = %s)
        AND COALESCE((SELECT MAX(e.id) FROM inspections_answerevent e
            WHERE e.inspection_id = i.id), 0) = %s)"""
_LOCKED = "TRUE"


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


def writing(
    own: str,
    events: Sequence[NewEvent],
    *,
    by: int,
    now: datetime,
    device: UUID | None,
    captured_by: int | None,
    last: int | None = None,
) -> tuple[str, list[Any]]:
    """The statement that writes changes of the inspection with the key `own`, and its parameters.

    With `last` it writes nothing unless that is still the last event, and `by` may still fill the inspection.
    Only what there is to do is in it: a trigger is called for no rows as well.
    """
    condition, asked = (_LOCKED, []) if last is None else (_UNCHANGED, [own, IN_PROGRESS, by, last])
    source = key(device) if device else None
    if len(events) == 1:
        (one,) = events
        text = _WRITE_ONE.format(condition=condition, answers=_answer_of(one))
        given = [JSON.encode(one.content), own, one.item, one.status, one.version]
        given += [one.author or captured_by or by, now]
        logged = [str(one.mutation), source, one.base, one.outcome.value, by, captured_by, one.captured_at]
        return text, [*given, *asked, *logged]
    rows = _rows(events, captured_by or by)
    added = any(row["holds"] and row["first"] for row in rows)
    changed = any(row["holds"] and not row["first"] for row in rows)
    text = _WRITE.format(condition=condition, answers=_ADDED * added + _CHANGED * changed)
    params = [JSON.encode(rows), *asked, own, source, by, captured_by, now]
    return text, params + [own, now] * added + [now, own] * changed


def _answer_of(event: NewEvent) -> str:
    if event.outcome not in CHANGING:
        return ""
    return _ADDED_ONE if event.version == 1 else _CHANGED_ONE


def _rows(events: Sequence[NewEvent], author: int) -> list[dict[str, Any]]:
    """The changes as one text of JSON will have them."""
    holding = {e.item: e.mutation for e in events if e.outcome in CHANGING}
    first = {e.item for e in events if e.version == 1 and e.outcome in CHANGING}
    times = {moment: moment.isoformat() for moment in {event.captured_at for event in events}}
    return [
        {
            "item": e.item, "mutation": str(e.mutation), "base": e.base, "version": e.version,
            "outcome": e.outcome.value, "new": e.content, "captured": times[e.captured_at],
            "status": e.status, "author": e.author or author,
            "holds": holding.get(e.item) == e.mutation, "first": e.item in first,
        }
        for e in events
    ]  # fmt: skip
