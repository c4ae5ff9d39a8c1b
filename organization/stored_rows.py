"""One row by its key, as every request asks for its session and its user, by a statement made once."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import Col

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any]


def by_key(model: type[Row], key: Any) -> Row:
    """The row as the ORM returns it, without building its query anew; raises the model's `DoesNotExist`."""
    statement, names, converters = _reading(model, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        values = cursor.fetchone()
    if values is None:
        raise model.DoesNotExist
    row = list(values)
    for place, convert in converters:
        row[place] = convert(row[place])
    return model.from_db(connection.alias, names, row)


@cache
def _reading(model: type[models.Model], vendor: str) -> tuple[str, list[str], list[tuple[int, Convert]]]:
    """The statement, the names of its columns, and what turns the database's values into the fields'."""
    meta, quote = model._meta, connection.ops.quote_name
    fields = meta.concrete_fields
    columns = ", ".join(quote(field.column) for field in fields)
    # Names of our own tables and columns; the key is a parameter.
    statement = f"SELECT {columns} FROM {quote(meta.db_table)} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608
    converters = [
        (place, _bound(convert, column))
        for place, field in enumerate(fields)
        for column in [Col(meta.db_table, field)]
        for convert in connection.ops.get_db_converters(column) + column.get_db_converters(connection)
    ]
    return statement, [field.attname for field in fields], converters


def _bound(convert: Callable[..., Any], column: Col) -> Convert:
    return lambda value: convert(value, column, connection)
