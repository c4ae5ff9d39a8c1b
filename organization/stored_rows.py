"""One row by its key, as every request asks for its session and its user, by a statement made once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.expressions import Col

from . import prepared

Row = TypeVar("Row", bound=models.Model)
Other = TypeVar("Other", bound=models.Model)
Convert = Callable[[Any], Any]


def by_key(model: type[Row], key: Any, *, held: bool = False) -> Row:
    """The row as the ORM returns it, without building its query anew; raises the model's `DoesNotExist`.

    `held` locks it until the transaction ends; who only refers to the row, as findings do, does not wait.
    """
    reading = _reading(model, connection.vendor)
    locking = held and connection.features.has_select_for_no_key_update
    ending = f"WHERE {reading.key} = %s{' FOR NO KEY UPDATE' if locking else ''}"
    for row in prepared.rows(f"{reading.beginning} {ending}", [key]):
        return reading.row(row)
    raise model.DoesNotExist


def by_key_with(model: type[Row], key: Any, other: type[Other], joined: str) -> tuple[Row, Other | None]:
    """The row as above, and the one of `other` that `joined`, a LEFT JOIN of ours, brings with it, if any."""
    first, second = (_reading(one, connection.vendor) for one in (model, other))
    for row in prepared.rows(_joined_reading(first, second, joined), [key]):
        own, more = row[: len(first.names)], row[len(first.names) :]
        return first.row(own), None if more[0] is None else second.row(more)
    raise model.DoesNotExist


def rows_where(model: type[Row], ending: str, params: Sequence[Any]) -> list[Row]:
    """Whole rows, as the ORM returns them; `ending` is what follows the name of the table, none of it given
    by anybody but us."""
    reading = _reading(model, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"{reading.beginning} {ending}", params)
        return [reading.row(row) for row in cursor.fetchall()]


# One for each model, so that the statements made of it are looked up by the object that it is.
@dataclass(frozen=True, eq=False)
class _Reading(Generic[Row]):
    """How a statement begins that reads whole rows of a model, and how it names the table, its key and its
    columns, the first of which is the key; the names of the fields, and what turns the database's values into
    theirs."""

    model: type[Row]
    beginning: str
    table: str
    key: str
    columns: str
    names: list[str]
    converters: list[tuple[int, Convert]]

    def row(self, values: Sequence[Any]) -> Row:
        converted = list(values)
        for place, convert in self.converters:
            converted[place] = convert(converted[place])
        return self.model.from_db(connection.alias, self.names, converted)


@cache
def _reading(model: type[Row], vendor: str) -> _Reading[Row]:
    meta, quote = model._meta, connection.ops.quote_name
    fields, table = meta.concrete_fields, quote(meta.db_table)
    converters = [
        (place, _bound(convert, column))
        for place, field in enumerate(fields)
        for column in [Col(meta.db_table, field)]
        for convert in connection.ops.get_db_converters(column) + column.get_db_converters(connection)
    ]
    columns = ", ".join(f"{table}.{quote(field.column)}" for field in fields)
    return _Reading(
        model=model,
        # Names of our own tables and columns.
        beginning=f"SELECT {columns} FROM {table}",  # noqa: S608
        table=table,
        key=f"{table}.{quote(meta.pk.column)}",
        columns=columns,
        names=[field.attname for field in fields],
        converters=converters,
    )


@cache
def _joined_reading(first: _Reading[Any], second: _Reading[Any], joined: str) -> str:
    return (
        f"SELECT {first.columns}, {second.columns} FROM {first.table} {joined} "  # noqa: S608
        f"WHERE {first.key} = %s"
    )


def _bound(convert: Callable[..., Any], column: Col) -> Convert:
    return lambda value: convert(value, column, connection)
