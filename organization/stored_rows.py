"""One row by its key, as every request asks for its session and its user, by a statement made once."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import Col

from . import prepared

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any]


def by_key(model: type[Row], key: Any, *, held: bool = False) -> Row:
    """The row as the ORM returns it, without building its query anew; raises the model's `DoesNotExist`.

    `held` locks it until the transaction ends; who only refers to the row, as findings do, does not wait.
    """
    ending = f"WHERE {connection.ops.quote_name(model._meta.pk.column)} = %s"
    if held and connection.features.has_select_for_no_key_update:
        ending += " FOR NO KEY UPDATE"
    found = _rows(model, ending, [key], prepared.rows)
    if not found:
        raise model.DoesNotExist
    return found[0]


def rows_where(model: type[Row], ending: str, params: Sequence[Any]) -> list[Row]:
    """Whole rows, as the ORM returns them; `ending` is what follows the name of the table, none of it given
    by anybody but us."""
    return _rows(model, ending, params, _as_it_is)


def _as_it_is(statement: str, params: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[Any] = cursor.fetchall()
    return found


def _rows(model: type[Row], ending: str, params: Sequence[Any], run: Callable[..., list[Any]]) -> list[Row]:
    beginning, names, converters = _reading(model, connection.vendor)
    found = []
    for values in run(f"{beginning} {ending}", params):
        row = list(values)
        for place, convert in converters:
            row[place] = convert(row[place])
        found.append(model.from_db(connection.alias, names, row))
    return found


@cache
def _reading(model: type[models.Model], vendor: str) -> tuple[str, list[str], list[tuple[int, Convert]]]:
    """How a statement begins, the names of its columns, and what turns the database's values into fields'."""
    meta, quote = model._meta, connection.ops.quote_name
    fields = meta.concrete_fields
    columns = ", ".join(quote(field.column) for field in fields)
    # Names of our own tables and columns.
    beginning = f"SELECT {columns} FROM {quote(meta.db_table)}"  # noqa: S608
    converters = [
        (place, _bound(convert, column))
        for place, field in enumerate(fields)
        for column in [Col(meta.db_table, field)]
        for convert in connection.ops.get_db_converters(column) + column.get_db_converters(connection)
    ]
    return beginning, [field.attname for field in fields], converters


def _bound(convert: Callable[..., Any], column: Col) -> Convert:
    return lambda value: convert(value, column, connection)
