"""All that a delivery is decided upon, read in one statement: a round trip costs more than what it brings."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from organization import prepared
from organization.models import User

from .entrance import key, key_of
from .merging import Held, Outcome
from .models import Inspection

# In an own statement, so that the one after it sees what was written while this one waited.
LOCK = "SELECT 1 FROM inspections_inspection WHERE id = %s FOR UPDATE;\n"
# Lists come as JSON, which both databases make and Python reads in one go.
_READ = """
SELECT i.state, i.lead_id,
    EXISTS (SELECT 1 FROM inspections_inspection_inspectors x
        WHERE x.inspection_id = i.id AND x.user_id = %s),
    EXISTS (SELECT 1 FROM inspections_conflict c WHERE c.inspection_id = i.id AND c.settled_at IS NULL),
    COALESCE((SELECT MAX(e.id) FROM inspections_answerevent e WHERE e.inspection_id = i.id), 0),
    (SELECT COUNT(*) || ' ' || COUNT(*) FILTER (WHERE p.arrived_at IS NULL) FROM inspections_photo p
        WHERE p.inspection_id = i.id AND p.removed_at IS NULL AND p.device IS NOT NULL),
    (SELECT {together}(a.item_id || ' ' || a.status, ',') FROM inspections_answer a
        WHERE a.inspection_id = i.id),
    (SELECT CAST({rows}({row}(a.item_id, {value}, a.na, a.reason, a.note, a.status, a.version,
            a.updated_by_id, a.updated_at)) AS text)
        FROM inspections_answer a WHERE a.inspection_id = i.id AND a.item_id {items}),
    (SELECT CAST({rows}({row}(e.mutation, e.id, e.inspection_id, e.item_id, e.base, e.version,
            e.outcome, {new}, e.at)) AS text)
        FROM inspections_answerevent e WHERE e.mutation {mutations})
FROM inspections_inspection i WHERE i.id = %s
"""
_LISTED = "IN (SELECT value FROM JSON_EACH(%s))"
_SQLITE = {
    "items": _LISTED,
    "mutations": _LISTED,
    "together": "GROUP_CONCAT",
    "rows": "JSON_GROUP_ARRAY",
    "row": "JSON_ARRAY",
}
_SQLITE |= {"value": "JSON(a.value)", "new": "JSON(e.new)"}
_POSTGRESQL = {
    "items": "= ANY(%s)",
    "mutations": "= ANY(%s)",
    "together": "STRING_AGG",
    "rows": "JSON_AGG",
    "row": "JSON_BUILD_ARRAY",
}
_POSTGRESQL |= {"value": "a.value", "new": "e.new"}
_READ_SQLITE, _READ_POSTGRESQL = _READ.format(**_SQLITE), _READ.format(**_POSTGRESQL)


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
class Present:
    """An inspection at one moment.

    `statuses` are of every item that has an answer, `held` of the items asked for; `known` are those of the
    mutations asked for that were written before, of whatever inspection; `last` is the key of the last event.
    """

    state: str
    has_conflicts: bool
    last: int
    announced: int
    on_the_way: int
    statuses: dict[int, str]
    held: dict[int, Held]
    known: dict[UUID, Known]


def read_present(
    inspection: Inspection, person: User, items: Collection[int], mutations: Collection[UUID], *, lock: bool
) -> Present:
    """Read what matters for a delivery of `person`, and renew what the row itself says.

    With `lock` the inspection stays locked for the rest of the transaction; on SQLite every transaction that
    writes is alone anyway.
    """
    own, spelled = key(inspection.pk), key_of()
    if connection.vendor == "sqlite":
        params = [person.pk, json.dumps(list(items)), json.dumps([spelled(one) for one in mutations]), own]
        found = prepared.rows(_READ_SQLITE, params)
    else:
        listed = [f"{{{','.join(map(str, values))}}}" for values in (items, mutations)]
        ahead: tuple[str, list[str]] = (LOCK, [own]) if lock else ("", [])
        found = prepared.rows(_READ_POSTGRESQL, [person.pk, *listed, own], before=ahead[0], first=ahead[1])
    if not found:
        raise Inspection.DoesNotExist
    (row,) = found
    inspection.state, inspection.lead_id = row[:2]
    inspection.assigned.clear()
    inspection.assigned[person.pk] = bool(row[2])
    announced, on_the_way = row[5].split(" ")
    pairs = (pair.split(" ") for pair in row[6].split(",")) if row[6] else ()
    return Present(
        state=row[0],
        has_conflicts=bool(row[3]),
        last=row[4],
        announced=int(announced),
        on_the_way=int(on_the_way),
        statuses={int(item): status for item, status in pairs},
        held=dict(_held(*one) for one in json.loads(row[7] or "[]")),
        known=dict(_known(*one) for one in json.loads(row[8] or "[]")),
    )


def _held(
    item: int,
    value: Any,
    na: object,
    reason: str,
    note: str,
    status: str,
    version: int,
    by: int,
    at: str,
) -> tuple[int, Held]:
    content = {"value": value, "na": bool(na), "reason": reason, "note": note}
    return item, Held(content, status, version, by, _moment(at))


def _known(
    mutation: str,
    pk: int,
    inspection: str,
    item: int,
    base: int,
    version: int,
    outcome: str,
    new: dict[str, Any],
    at: str,
) -> tuple[UUID, Known]:
    known = Known(pk, UUID(inspection), item, base, version, Outcome(outcome), new, _moment(at))
    return UUID(mutation), known


def _moment(text: str) -> datetime:
    # SQLite keeps times without a zone, in UTC.
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
