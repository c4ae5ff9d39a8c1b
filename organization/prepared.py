"""Statements that PostgreSQL plans once for each connection: planning costs more than finding a few rows."""

import hashlib
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

# By connection, the names of what is prepared in it.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def rows(statement: str, params: Sequence[Any], *, before: str = "", first: Sequence[Any] = ()) -> list[Any]:
    """Run a statement of ours, whose text is always the same but for its `%s`, and return its rows.

    `before` is another such statement, with the parameters `first`, that is sent together with it. Elsewhere
    than on PostgreSQL, and where a pooler hands out connections by the transaction
    (`PORTAL_PREPARED_STATEMENTS=false`), they are run as they are.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and settings.PREPARED_STATEMENTS:
            statement = _execution(statement, len(params))
            before = before and _execution(before, len(first))
        cursor.execute(f"{before}; {statement}" if before else statement, [*first, *params])
        found: list[Any] = cursor.fetchall()
    return found


def _execution(statement: str, count: int) -> str:
    name, text = _named(statement)
    there = _prepared.setdefault(connection.connection, set())
    if name not in there:
        with connection.connection.cursor() as cursor:
            cursor.execute(text)
        there.add(name)
    return f"EXECUTE {name} ({', '.join(['%s'] * count)})"


@cache
def _named(statement: str) -> tuple[str, str]:
    """A name for a statement, and what prepares it under that name."""
    name = f"portal_{hashlib.sha256(statement.encode()).hexdigest()[:16]}"
    parts = statement.split("%s")
    numbers = (f"${number}" for number in count(1))
    return name, f"PREPARE {name} AS " + "".join(
        part + (next(numbers) if place < len(parts) - 1 else "") for place, part in enumerate(parts)
    )
