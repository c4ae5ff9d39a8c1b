"""Counts by region: gathered while a transaction works, and written in one fixed order as it ends.

A count is kept for a township, its county, its city and its province; the nation is summed from its
provinces. Written last, deepest level first, each table in one statement: so that busy rows are held
only while the transaction commits, and transactions that touch the same rows wait but never deadlock.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import Any

from django.db import connection, models, transaction

from . import prepared
from .codes import Level

# Rows of one statement; SQLite takes a limited number of values.
BATCH = 400
_COUNTED = range(Level.PROVINCE, Level.TOWNSHIP + 1)
# A region and the four levels that may be above it.
_UPWARD = f"""
SELECT {", ".join(f"r{up}.code, r{up}.level" for up in range(5))} FROM organization_region r0
{" ".join(f"LEFT JOIN organization_region r{up} ON r{up}.code = r{up - 1}.parent_id" for up in range(1, 5))}
WHERE r0.code IN
"""  # noqa: S608 - names of our own

Key = tuple[Any, ...]


class Counts:
    """What is to be added to the rows of some tables, by place and by the rest of each row's key.

    A model of counts has a `region`, names the rest of its unique key in `KEY` and its integers in `COUNTS`.
    """

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], dict[Key, dict[str, int]]] = {}

    def add(self, model: type[models.Model], place: str, key: Key, **by: int) -> None:
        """Add to the counts of the region `place` and of all above it; nothing is written yet."""
        row = self.rows.setdefault(model, {}).setdefault((place, *key), {})
        for name, number in by.items():
            row[name] = row.get(name, 0) + number

    def copy(self) -> dict[type[models.Model], dict[Key, dict[str, int]]]:
        return {model: {key: dict(row) for key, row in rows.items()} for model, rows in self.rows.items()}

    def write(self) -> None:
        """Write what was added; the caller's transaction holds these rows until it ends."""
        wanted = {
            model: {key: row for key, row in rows.items() if any(row.values())}
            for model, rows in self.rows.items()
        }
        chains = chains_of({key[0] for rows in wanted.values() for key in rows})
        for model in sorted(wanted, key=lambda model: model._meta.db_table):
            _write_table(model, _spread(wanted[model], chains))


_gathering: ContextVar[Counts | None] = ContextVar("counts", default=None)


@contextmanager
def counting() -> Iterator[Counts]:
    """A transaction that writes the counts gathered in it as its last act; also a decorator, for actions.

    Inside another, it is a part of that one: the outermost writes.
    """
    outer = _gathering.get()
    if outer is not None:
        before = outer.copy()
        try:
            with transaction.atomic():
                yield outer
        except BaseException:
            outer.rows = before
            raise
        return
    counts = Counts()
    token = _gathering.set(counts)
    try:
        with transaction.atomic():
            yield counts
            if not transaction.get_rollback():
                counts.write()
    finally:
        _gathering.reset(token)


def add(model: type[models.Model], place: str, key: Key, **by: int) -> None:
    """Add to the counts of the transaction that is going on; an error outside of `counting`."""
    counts = _gathering.get()
    if counts is None:
        raise RuntimeError("counts are kept inside `with counting():` only")
    counts.add(model, place, key, **by)


Chains = dict[str, list[tuple[int, str]]]


def chains_of(codes: Iterable[str]) -> Chains:
    """The regions for which each place counts, with their levels, deepest first: township to province."""
    wanted, found = sorted(set(codes)), {}
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        with connection.cursor() as cursor:
            cursor.execute(f"{_UPWARD} ({', '.join(['%s'] * len(batch))})", batch)
            for row in cursor.fetchall():
                steps = zip(row[1::2], row[::2], strict=True)
                found[row[0]] = [(level, code) for level, code in steps if level in _COUNTED]
    return found


def _spread(rows: Mapping[Key, Mapping[str, int]], chains: Chains) -> dict[Key, dict[str, int]]:
    """The rows of all levels, in the order in which everybody locks them: deepest first, then by key."""
    total: dict[Key, dict[str, int]] = {}
    for (place, *key), counts in rows.items():
        for level, code in chains[place]:
            row = total.setdefault((-level, code, *key), {})
            for name, number in counts.items():
                row[name] = row.get(name, 0) + number
    return dict(sorted((key, row) for key, row in total.items() if any(row.values())))


def _write_table(model: Any, rows: Mapping[Key, Mapping[str, int]]) -> None:
    given = [(*key, *(counts.get(name, 0) for name in model.COUNTS)) for (_, *key), counts in rows.items()]
    if connection.vendor == "postgresql":
        _write_as_one_text(model, given)
        return
    text, values = _statement(model), [[_plain(value) for value in row] for row in given]
    marks = f"({', '.join(['%s'] * len(_names(model)))})"
    with connection.cursor() as cursor:
        for start in range(0, len(values), BATCH):
            batch = values[start : start + BATCH]
            source = f"VALUES {', '.join([marks] * len(batch))}"
            cursor.execute(text.format(source=source), [value for row in batch for value in row])


def _write_as_one_text(model: Any, given: list[Key]) -> None:
    """The same in one statement that is planned once for a connection: its text has no rows in it."""
    if given:
        rows = [dict(zip(_names(model), row, strict=True)) for row in given]
        prepared.rows(_prepared_statement(model), [json.dumps(rows, default=_plain)])


def _plain(value: Any) -> Any:
    """A part of a key as any database takes it: a day as text, everything else as it is."""
    return value.isoformat() if isinstance(value, date) else value


def _names(model: Any) -> list[str]:
    return ["region_id", *model.KEY, *model.COUNTS]


@cache
def _prepared_statement(model: Any) -> str:
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in _names(model)]
    types = ", ".join(f"{field.column} {field.db_type(connection)}" for field in fields)
    source = f"SELECT * FROM JSON_TO_RECORDSET(%s) AS given ({types})"  # noqa: S608 - names of our own
    return _statement(model).format(source=source) + " RETURNING 1"


@cache
def _statement(model: Any) -> str:
    """Add rows, whose `source` is left open, to those that are there."""
    keys, table = ", ".join(("region_id", *model.KEY)), model._meta.db_table
    added = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in model.COUNTS)
    return (
        f"INSERT INTO {table} ({', '.join(_names(model))}) {{source}} "
        f"ON CONFLICT ({keys}) DO UPDATE SET {added}"
    )
