"""An inspection as it is submitted, in few statements: on the last day of a round all leads submit at once.

Through the ORM the statements of one submission take longer to be built than to be carried out. The rows
come as the same models, with what is needed of them; nothing else may be asked of these.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from organization.models import Region, ServiceCenter

from .entrance import key
from .models import Finding, Inspection, Photo, Round
from .workflow import FOUND

_INSPECTION = (
    "id", "round_id", "center_id", "region_id", "kind", "edition_id", "state", "lead_id", "began_at",
    "submitted_at", "submitted_by_id", "reinspects_id", "items",
)  # fmt: skip
_ROUND = ("id", "name", "kind", "plan_number")
_CENTER = ("id", "name")
_REGION = ("code", "level", "name", "parent_id")
_LOCK = """
SELECT i.id, i.round_id, i.center_id, i.region_id, i.kind, i.edition_id, i.state, i.lead_id, i.began_at,
    i.submitted_at, i.submitted_by_id, i.reinspects_id, i.items, r.id, r.name, r.kind, r.plan_number,
    c.id, c.name, g.code, g.level, g.name, g.parent_id, t.code, t.level, t.name, t.parent_id,
    p.code, p.level, p.name, p.parent_id
FROM inspections_inspection i
JOIN inspections_round r ON r.id = i.round_id
JOIN organization_servicecenter c ON c.id = i.center_id
JOIN organization_region g ON g.code = i.region_id
LEFT JOIN organization_region t ON t.code = g.parent_id
LEFT JOIN organization_region p ON p.code = t.parent_id
WHERE i.id = %s
"""
_INSPECTORS = """
SELECT u.id, u.name FROM organization_user u
JOIN inspections_inspection_inspectors x ON x.user_id = u.id WHERE x.inspection_id = %s ORDER BY u.username
"""
_ANSWERS = """
SELECT a.item_id, a.value, a.na, a.reason, a.note, a.status, u.name, a.updated_at
FROM inspections_answer a JOIN organization_user u ON u.id = a.updated_by_id WHERE a.inspection_id = %s
"""
_DISPUTED = "SELECT item_id FROM inspections_conflict WHERE inspection_id = %s AND settled_at IS NULL"
_PHOTO = ("id", "item_id", "of_id", "sha256", "taken_at", "added_at", "arrived_at")
_PHOTOS = """
SELECT id, item_id, of_id, sha256, taken_at, added_at, arrived_at FROM inspections_photo
WHERE inspection_id = %s AND removed_at IS NULL ORDER BY added_at, id
"""
_SUBMIT = """
UPDATE inspections_inspection SET state = %s, score = %s, grade = %s, snapshot = %s, submitted_at = %s,
    submitted_by_id = %s WHERE id = %s
"""
_FINDING = (
    "inspection_id", "item_id", "round_id", "center_id", "region_id", "state", "clause", "finding",
    "requirement", "lost", "mode", "working_days", "found_at", "due_is_provisional",
)  # fmt: skip
# Made once: `json.dumps` makes an encoder at every call that asks for more than its defaults.
_JSON = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An item's answer as it is stored, of whom (by name) and since when."""

    value: Any
    na: bool
    reason: str
    note: str
    status: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What falls short in an inspection that is being submitted: the item's key and what is said of it."""

    item: int
    clause: str
    finding: str
    requirement: str
    lost: Decimal
    mode: str
    working_days: int | None


def lock(inspection: Inspection) -> Inspection:
    """Lock the inspection; it comes with its round, its center and the names of the regions around it."""
    wait = "FOR UPDATE OF i" if connection.features.has_select_for_update else ""
    rows = _rows(_LOCK + wait, [key(inspection.pk)])
    if not rows:
        raise Inspection.DoesNotExist
    row = list(rows[0])
    row[0], row[11] = _uuid(row[0]), row[11] and _uuid(row[11])
    row[8], row[9] = (value and _aware(value) for value in row[8:10])
    row[12] = _loaded(row[12])
    found = Inspection.from_db(connection.alias, _INSPECTION, row[:13])
    found.round = Round.from_db(connection.alias, _ROUND, row[13:17])
    found.center = ServiceCenter.from_db(connection.alias, _CENTER, row[17:19])
    found.region, township, county = (_region(row[start : start + 4]) for start in (19, 23, 27))
    if township is not None:
        found.region.parent = township
        if county is not None:
            township.parent = county
    return found


def read_inspectors(inspection: Inspection) -> dict[int, str]:
    """The names of the inspectors by their keys, in the order of their accounts."""
    return dict(_rows(_INSPECTORS, [key(inspection.pk)]))


def read_answers(inspection: Inspection) -> dict[int, StoredAnswer]:
    """The answers by the key of their item."""
    return {
        item: StoredAnswer(_loaded(value), bool(na), reason, note, status, name, _aware(at))
        for item, value, na, reason, note, status, name, at in _rows(_ANSWERS, [key(inspection.pk)])
    }


def read_disputed(inspection: Inspection) -> set[int]:
    """The items whose answers are in conflict."""
    return {item for (item,) in _rows(_DISPUTED, [key(inspection.pk)])}


def read_photos(inspection: Inspection) -> list[Photo]:
    """The photos that were not removed, those whose original is on its way among them."""
    found = []
    for pk, item, of, sha256, *times in _rows(_PHOTOS, [key(inspection.pk)]):
        values = (_uuid(pk), item, of and _uuid(of), sha256, *(value and _aware(value) for value in times))
        found.append(Photo.from_db(connection.alias, _PHOTO, values))
    return found


def write_submitted(inspection: Inspection) -> None:
    """Write state, score, grade, frozen content and who submitted when."""
    score = inspection.score
    values = [
        inspection.state,
        None if score is None else f"{score:f}",
        inspection.grade,
        _JSON.encode(inspection.snapshot),
        connection.ops.adapt_datetimefield_value(inspection.submitted_at),
        inspection.submitted_by_id,
        key(inspection.pk),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SUBMIT, values)


def write_findings(inspection: Inspection, found: Sequence[Found], now: datetime) -> None:
    """Write what falls short, each as newly found."""
    if not found:
        return
    own, at = key(inspection.pk), connection.ops.adapt_datetimefield_value(now)
    places = (inspection.round_id, inspection.center_id, inspection.region_id)
    lost = Finding._meta.get_field("lost")
    values: list[Any] = []
    for one in found:
        points = connection.ops.adapt_decimalfield_value(one.lost, lost.max_digits, lost.decimal_places)
        values += (own, one.item, *places, FOUND, one.clause, one.finding, one.requirement, points)
        values += (one.mode, one.working_days, at, False)
    marks = f"({', '.join(['%s'] * len(_FINDING))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO inspections_finding ({', '.join(_FINDING)}) "  # noqa: S608 - names of our own
            f"VALUES {', '.join([marks] * len(found))}",
            values,
        )


def _rows(statement: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        return cursor.fetchall()


def _region(values: Sequence[Any]) -> Region | None:
    return None if values[0] is None else Region.from_db(connection.alias, _REGION, values)


def _loaded(text: Any) -> Any:
    # No driver is asked to read JSON; one that does of its own accord is taken at its word.
    return json.loads(text) if isinstance(text, str) else text


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _aware(value: datetime) -> datetime:
    # SQLite keeps times without a zone, in UTC.
    return value if value.tzinfo else value.replace(tzinfo=UTC)
