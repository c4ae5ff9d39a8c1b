"""References that PostgreSQL checks once for a statement, in place of foreign keys for each row.

A foreign key runs a query for each row and column when the transaction ends; of a form's 70 answers and
their log, which all name one inspection and one person, that was half of what the database had to do. These
triggers promise the same: what a row names exists, and stays while a row names it. Two things differ: they
refuse at once, not when the transaction ends; and a transaction that writes in REPEATABLE READ, as none of
ours does, could remove what another one has named since it began. SQLite keeps its keys.
Only names of our own are put into the texts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_FOREIGN_KEYS = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conrelid = '{table}'::regclass AND conkey = ARRAY[(
    SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = '{column}'
)]
"""
# Rows that are named are locked as by a foreign key, so that nobody takes them away before the commit. They
# are looked for by an array, of which PostgreSQL expects few members: of the rows that it hands to a trigger
# it expects thousands, for which it would rather read a table of thousands whole, at every save.
_MISSING = (
    "CARDINALITY(given.{column}) > (SELECT COUNT(*) FROM ("
    "SELECT 1 FROM {target} named WHERE named.{key} = ANY (given.{column}) {lock}) found)"
)
_GIVEN = "ARRAY_AGG(DISTINCT {column}) FILTER (WHERE {column} IS NOT NULL) AS {column}"


@dataclass(frozen=True)
class Reference:
    """A column that names a row of `target` by its `key`.

    `lasting` is a condition on the row `named` that has to hold as well, and under which another guard keeps
    that row for ever: it is not locked, and here only TRUNCATE is refused. `changes`: rows may name another
    one later; of every other column a guard of the table sees to it that they do not.
    """

    column: str
    target: str
    key: str = "id"
    lasting: str = ""
    changes: bool = False

    def missing(self) -> str:
        """Say of the keys in `given` that one of them is not there."""
        lock = f"AND {self.lasting}" if self.lasting else "FOR KEY SHARE"
        return _MISSING.format(column=self.column, target=self.target, key=self.key, lock=lock)


@dataclass(frozen=True)
class References:
    """What the columns of one table name; the two methods fit `RunPython` and do nothing on SQLite."""

    table: str
    columns: tuple[Reference, ...]

    def check_by_statement(self, apps: Any, schema_editor: Any) -> None:
        """Install the triggers, and remove the foreign keys."""
        if schema_editor.connection.vendor != "postgresql":
            return
        for statement in (*self._dropping(), *self._written(), *self._kept()):
            schema_editor.execute(statement, params=None)
        for reference in self.columns:
            for name in self._foreign_keys(schema_editor, reference):
                schema_editor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {name}", params=None)

    def check_by_row(self, apps: Any, schema_editor: Any) -> None:
        """Go back to foreign keys."""
        if schema_editor.connection.vendor != "postgresql":
            return
        for statement in self._dropping():
            schema_editor.execute(statement, params=None)
        for one in self.columns:
            schema_editor.execute(
                f"ALTER TABLE {self.table} ADD CONSTRAINT {self.table}_{one.column}_fk FOREIGN KEY "
                f"({one.column}) REFERENCES {one.target} ({one.key}) DEFERRABLE INITIALLY DEFERRED",
                params=None,
            )

    def _foreign_keys(self, schema_editor: Any, reference: Reference) -> list[str]:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_FOREIGN_KEYS.format(table=self.table, column=reference.column))
            return [name for (name,) in cursor.fetchall()]

    def _dropping(self) -> Iterator[str]:
        kept = [f"{self.table}_{one.column}_{kind}" for one in self.columns for kind in ("kept", "emptied")]
        for name in (f"{self.table}_names_insert", f"{self.table}_names_update", *kept):
            yield f"DROP FUNCTION IF EXISTS {name}() CASCADE"

    def _written(self) -> Iterator[str]:
        """Triggers of the table itself, over the rows that a statement has written."""
        changing = tuple(one for one in self.columns if one.changes)
        for event, columns in (("INSERT", self.columns), ("UPDATE", changing)):
            if columns:
                name = f"{self.table}_names_{event.lower()}"
                given = ", ".join(_GIVEN.format(column=one.column) for one in columns)
                missing = " OR ".join(one.missing() for one in columns)
                body = f"SELECT {given} INTO given FROM written; "  # noqa: S608
                body += f"IF {missing} THEN {_refusal('names what is not there')} END IF;"
                yield _function(name, body, declared="DECLARE given record; ")
                yield (
                    f"CREATE TRIGGER {name} AFTER {event} ON {self.table} REFERENCING NEW TABLE AS written "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                )

    def _kept(self) -> Iterator[str]:
        """Triggers of what is named: it neither goes nor changes its key."""
        for one in self.columns:
            name = f"{self.table}_{one.column}_emptied"
            named = f"EXISTS (SELECT 1 FROM {self.table} WHERE {one.column} IS NOT NULL)"  # noqa: S608
            yield _function(name, f"IF {named} THEN {_refusal('is still named')} END IF;")
            # After, when a TRUNCATE that empties both tables has emptied both.
            yield (
                f"CREATE TRIGGER {name} AFTER TRUNCATE ON {one.target} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
            if one.lasting:
                continue
            name = f"{self.table}_{one.column}_kept"
            named = f"EXISTS (SELECT 1 FROM {self.table} WHERE {one.column} = OLD.{one.key})"  # noqa: S608
            yield _function(name, f"IF {named} THEN {_refusal('is still named')} END IF;")
            gone = f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            moved = f"FOR EACH ROW WHEN (OLD.{one.key} <> NEW.{one.key}) EXECUTE FUNCTION {name}()"
            yield f"CREATE TRIGGER {name}_delete AFTER DELETE ON {one.target} {gone}"
            yield f"CREATE TRIGGER {name}_update AFTER UPDATE OF {one.key} ON {one.target} {moved}"


def _refusal(said: str) -> str:
    return f"RAISE EXCEPTION '% {said}', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';"


def _function(name: str, body: str, *, declared: str = "") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"{declared}BEGIN {body} RETURN NULL; END $$"
    )
