"""A person's assignments, read at every request: by a statement of our own, a tenth of what the ORM costs."""

from typing import TypeVar

from django.db import connection

from .models import Assignment, Region

# The region of an assignment and those above it, from the village up to the nation.
_HEIGHT = 6
Row = TypeVar("Row", Assignment, Region)
_COLUMNS = ("code", "level", "name", "parent_id", "is_demonstration")


def _statement() -> str:
    assignment, region = Assignment._meta.db_table, Region._meta.db_table
    columns = ", ".join(f"r{n}.{column}" for n in range(_HEIGHT) for column in _COLUMNS)
    joins = " ".join(f"LEFT JOIN {region} r{n} ON r{n}.code = r{n - 1}.parent_id" for n in range(1, _HEIGHT))
    # Names of our own tables and columns; the person's key is a parameter.
    return (
        f"SELECT a.id, a.role, {columns} FROM {assignment} a "  # noqa: S608
        f"JOIN {region} r0 ON r0.code = a.region_id {joins} "
        "WHERE a.user_id = %s ORDER BY a.region_id, a.role"
    )


STATEMENT = _statement()


def grants_of(person: int) -> list[Assignment]:
    """The assignments of the person with this key, by region and role, each with the regions above it."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, [person])
        rows = cursor.fetchall()
    return [_assignment(person, row) for row in rows]


def _assignment(person: int, row: tuple[object, ...]) -> Assignment:
    above: Region | None = None
    for n in reversed(range(_HEIGHT)):
        start = 2 + n * len(_COLUMNS)
        if row[start] is not None:
            above = _region(row[start : start + len(_COLUMNS)], above)
    grant = Assignment(id=row[0], role=row[1], user_id=person, region=above)
    return _stored(grant)


def _region(values: tuple[object, ...], parent: Region | None) -> Region:
    fields = dict(zip(_COLUMNS, values, strict=True))
    fields["is_demonstration"] = bool(fields["is_demonstration"])
    region = Region(**fields)
    if parent is not None:
        region.parent = parent
    return _stored(region)


def _stored(row: Row) -> Row:
    """Mark a row as one that the database has, as the ORM does with what it reads."""
    row._state.adding, row._state.db = False, connection.alias
    return row
