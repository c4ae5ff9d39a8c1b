"""Results of inspections, read and written on the way of each submission by statements of our own."""

import json
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import connection

from inspections.entrance import key
from inspections.models import Round

from .models import CenterResult

_COLUMNS = (
    "inspection_id", "center_id", "region_id", "round_id", "kind", "submitted_at", "score", "grade",
    "sections", "items",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO reports_centerresult ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)
_READ = ("inspection_id", "center_id", "region_id", "round_id", "kind", "submitted_at", "score")
_LATEST = f"""
SELECT {", ".join(f"c.{name}" for name in _READ)} FROM reports_centerresult c
JOIN inspections_round r ON r.id = c.round_id
WHERE c.center_id = %s AND r.kind <> %s ORDER BY c.submitted_at DESC, c.inspection_id DESC LIMIT 1
"""  # noqa: S608 - names of our own


def insert_result(row: CenterResult) -> None:
    values: list[Any] = [key(row.inspection_id), *(getattr(row, name) for name in _COLUMNS[1:5])]
    values += [connection.ops.adapt_datetimefield_value(row.submitted_at), row.score, row.grade]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*values, json.dumps(row.sections), json.dumps(row.items)])


def latest_result(center: int) -> CenterResult | None:
    """The last result of a center, self-checks left out, without what its sections and items came to."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [center, Round.Kind.SELF_CHECK])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, *rest = row
    if rest[4].tzinfo is None:
        # SQLite keeps times without a zone, in UTC.
        rest[4] = rest[4].replace(tzinfo=UTC)
    pk = pk if isinstance(pk, UUID) else UUID(str(pk))
    return CenterResult.from_db(connection.alias, _READ, (pk, *rest))
