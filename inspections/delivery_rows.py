"""All that a delivery is decided upon, read in one statement: a round trip costs more than what it brings."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from organization import prepared
from organization.models import User

from .entrance import INSPECTION, fillable, find_to_fill, key, key_of
from .loading import load_inspection
from .merging import Held, Outcome
from .models import Inspection

# In an own statement, so that the one after it sees what was written while this one waited.
LOCK = "SELECT 1 FROM inspections_inspection WHERE id = %s FOR UPDATE"
# Lists come as JSON, which both databases make and Python reads in one go.
_PRESENT = """i.state, i.lead_id,
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
        FROM inspections_answerevent e WHERE e.mutation {listed})"""
_READ = f"""
SELECT {_PRESENT}
FROM inspections_inspection i WHERE i.id = %s
"""  # noqa: S608 - names of our own
# Items by their codes: what their keys are is known once the inspection is.
_FOUND = f"""
SELECT {", ".join(f"i.{name}" for name in INSPECTION)}, r.id, r.name, r.kind, c.id, c.name,
    (SELECT CAST({{rows}}({{row}}(a.id, a.role, a.region_id, g.code, g.level)) AS text)
        FROM organization_assignment a JOIN organization_region g ON g.code = a.region_id
        WHERE a.user_id = %s),
    {_PRESENT}
FROM inspections_inspection i
JOIN inspections_round r ON r.id = i.round_id
JOIN organization_servicecenter c ON c.id = i.center_id
WHERE i.id = %s
"""  # noqa: S608 - names of our own
_SQLITE = {
    "listed": "IN (SELECT value FROM JSON_EACH(%s))",
    "together": "GROUP_CONCAT",
    "rows": "JSON_GROUP_ARRAY",
    "row": "JSON_ARRAY",
    "value": "JSON(a.value)",
    "new": "JSON(e.new)",
}
_POSTGRESQL = {
    "listed": "= ANY(%s)",
    "together": "STRING_AGG",
    "rows": "JSON_AGG",
    "row": "JSON_BUILD_ARRAY",
    "value": "a.value",
    "new": "e.new",
}
_CODES = "IN (SELECT t.id FROM standards_item t WHERE t.edition_id = i.edition_id AND t.code = ANY(%s))"
_READ_SQLITE = _READ.format(items=_SQLITE["listed"], **_SQLITE)
_READ_POSTGRESQL = _READ.format(items=_POSTGRESQL["listed"], **_POSTGRESQL)
_FOUND_POSTGRESQL = _FOUND.format(items=_CODES, **_POSTGRESQL)


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
    own = key(inspection.pk)
    if connection.vendor == "sqlite":
        spelled = key_of()
        params = [person.pk, json.dumps(list(items)), json.dumps([spelled(one) for one in mutations]), own]
        found = prepared.rows(_READ_SQLITE, params)
    else:
        ahead: tuple[str, list[str]] = (LOCK, [own]) if lock else ("", [])
        params = [person.pk, _list(items), _list(mutations), own]
        found = prepared.rows(_READ_POSTGRESQL, params, before=ahead[0], first=ahead[1])
    if not found:
        raise Inspection.DoesNotExist
    (row,) = found
    inspection.state, inspection.lead_id = row[:2]
    inspection.assigned.clear()
    inspection.assigned[person.pk] = bool(row[2])
    return _present(row)


def find_with_present(
    user: User, pk: UUID, codes: Collection[str], mutations: Collection[str]
) -> tuple[Inspection, Present | None]:
    """The inspection as `find_to_fill` finds it, and in the same statement what a delivery of `user` upon
    these items is decided upon; that is None where the inspection was found by the long way."""
    if connection.vendor == "sqlite":
        # Whoever writes there is alone, and reads once that is so.
        return find_to_fill(user, pk), None
    params = [user.pk, user.pk, _list(codes), _list(mutations), key(pk)]
    for row in prepared.rows(_FOUND_POSTGRESQL, params):
        found = fillable(user, (*row[:15], row[18]), json.loads(row[15] or "[]"))
        if found is not None:
            return found, _present(row[16:])
    return load_inspection(user, pk), None


def _list(values: Collection[Any]) -> str:
    """Keys or plain words as PostgreSQL's own spelling of a list: one parameter, however many they are."""
    return "{" + ",".join(map(str, values)) + "}"


def _present(row: Sequence[Any]) -> Present:
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
