"""Counts by region: gathered while a transaction works, and written in one fixed order as it ends.

A count is kept for a township, its county, its city and its province; the nation is summed from its
provinces. Written last, deepest level first, each table in one statement: so that busy rows are held
only while the transaction commits, and transactions that touch the same rows wait but never deadlock.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction

from .codes import Level
from .models import Region
from .querysets import within

# Rows of one statement; SQLite takes a limited number of values.
BATCH = 400
# A region's own columns and those of the four levels that may be above it.
_UPWARD = [f"{'parent__' * up}{name}" for up in range(5) for name in ("code", "level")]

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
    wanted = set(codes)
    return _chains(Region.objects.filter(code__in=wanted)) if wanted else {}


def chains_within(prefix: str) -> Chains:
    """The same for every place whose code begins so."""
    return _chains(Region.objects.filter(within((prefix,), "code")))


def _chains(regions: models.QuerySet[Region]) -> Chains:
    found = {}
    for row in regions.order_by().values_list(*_UPWARD).iterator():
        steps = zip(row[1::2], row[::2], strict=True)
        found[row[0]] = [
            (level, code) for level, code in steps if level and Level.PROVINCE <= level <= Level.TOWNSHIP
        ]
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
    keys, counts = ("region_id", *model.KEY), model.COUNTS
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in (*keys, *counts)]
    prepare = [field.get_db_prep_save for field in fields[: len(keys)]]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), [quote(field.column) for field in fields]
    added = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in columns[len(keys) :])
    values = [
        [
            *(prepared(value, connection) for prepared, value in zip(prepare, key[1:], strict=True)),
            # Plain numbers, which any database takes as they are: this is on the way of every submit.
            *(row.get(name, 0) for name in counts),
        ]
        for key, row in rows.items()
    ]
    marks = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(values), BATCH):
            batch = values[start : start + BATCH]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([marks] * len(batch))} "  # noqa: S608
                f"ON CONFLICT ({', '.join(columns[: len(keys)])}) DO UPDATE SET {added}",
                [value for row in batch for value in row],
            )
