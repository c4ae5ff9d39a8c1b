"""The inspection that a device speaks of, with the right of whoever is logged in, in one statement.

A save through the ORM spends most of its time on building queries. Here the rows come by one statement of our
own, and the same predicates as everywhere decide over them; what they refuse is asked again by the long way.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection

from organization import prepared
from organization.models import Assignment, Region, ServiceCenter, User

from . import permissions
from .loading import load_inspection
from .models import Inspection, Round
from .workflow import SUBMITTED

_HEX = attrgetter("hex")
# `from_db` takes a row in the order of the model's fields, whatever the order of the names.
INSPECTION = (
    "id",
    "round_id",
    "center_id",
    "region_id",
    "kind",
    "edition_id",
    "state",
    "lead_id",
    "reinspects_id",
    "items",
)
_ROUND = ("id", "name", "kind")
_CENTER = ("id", "name")
_GRANT = ("id", "role", "region_id")
_REGION = ("code", "level")
_FOUND = f"""
SELECT {", ".join(f"i.{name}" for name in INSPECTION)}, r.id, r.name, r.kind, c.id, c.name,
    EXISTS (SELECT 1 FROM inspections_inspection_inspectors x
        WHERE x.inspection_id = i.id AND x.user_id = %s),
    a.id, a.role, a.region_id, g.code, g.level
FROM inspections_inspection i
JOIN inspections_round r ON r.id = i.round_id
JOIN organization_servicecenter c ON c.id = i.center_id
LEFT JOIN organization_assignment a ON a.user_id = %s
LEFT JOIN organization_region g ON g.code = a.region_id
WHERE i.id = %s
"""  # noqa: S608 - names of our own


def find_to_fill(user: User, pk: UUID, *, for_page: bool = False) -> Inspection:
    """The inspection if `user` may fill it; else as `load_inspection` finds it, or 404.

    `for_page` reads the person's grants whole, since the frame of a page names their regions.
    """
    found = _find(user, pk, user.grants if for_page else None)
    return load_inspection(user, pk) if found is None else found


def key(pk: UUID) -> str:
    """A UUID as the database's own column has it."""
    return key_of()(pk)


def key_of() -> Callable[[UUID], str]:
    """How the database's own columns spell a UUID; asked once for many."""
    return str if connection.features.has_native_uuid_field else _HEX


def _find(user: User, pk: UUID, grants: list[Assignment] | None) -> Inspection | None:
    rows = prepared.rows(_FOUND, [user.pk, user.pk, key(pk)])
    if not rows:
        return None
    given = [row[16:] for row in rows if row[16] is not None] if grants is None else []
    return fillable(user, rows[0], given)


def fillable(user: User, row: Sequence[Any], grants: Iterable[Sequence[Any]]) -> Inspection | None:
    """The inspection of a row: its own columns, three of its round and two of its center, and whether `user`
    is an inspector of it; None where they may not fill it.

    `grants` are rows of the person's assignments, taken where nobody has read them yet.
    """
    if row[6] == SUBMITTED:
        return None
    found = _inspection(row[:10])
    found.submitted_at = None
    found.round = Round.from_db(None, _ROUND, row[10:13])
    found.center = ServiceCenter.from_db(None, _CENTER, row[13:15])
    found.assigned[user.pk] = bool(row[15])
    if "grants" not in user.__dict__:
        user.grants = [_grant(grant) for grant in grants]
    return found if permissions.can_fill(user, found) else None


def _inspection(row: Sequence[Any]) -> Inspection:
    pk, again = (one if one is None or isinstance(one, UUID) else UUID(str(one)) for one in (row[0], row[8]))
    # A driver of its own accord, or nobody, reads JSON.
    items = json.loads(row[9]) if isinstance(row[9], str) else row[9]
    return Inspection.from_db(None, INSPECTION, (pk, *row[1:8], again, items))


def _grant(row: Sequence[Any]) -> Assignment:
    grant = Assignment.from_db(None, _GRANT, row[:3])
    grant.region = Region.from_db(None, _REGION, row[3:])
    return grant
