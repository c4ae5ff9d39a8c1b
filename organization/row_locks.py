"""Triggers by which the database itself refuses to change rows that are final.

A guard's `freeze` and `thaw` fit `RunPython`. On SQLite a migration that changes a guarded table
makes it anew, which loses its triggers: such a migration runs `thaw` before and `freeze` after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """Refuse `event` ("UPDATE", "DELETE", "INSERT", "UPDATE OF a, b") on `table` where `condition` holds.

    The condition is SQL over NEW and OLD that SQLite and PostgreSQL both understand. "TRUNCATE" is
    PostgreSQL's alone: it passes by the triggers of rows.
    """

    name: str
    table: str
    event: str
    condition: str


@dataclass(frozen=True)
class Guard:
    """A set of rules that are installed and removed together; `message` is the database's error."""

    message: str
    rules: tuple[Rule, ...]

    def freeze(self, apps: Any, schema_editor: Any) -> None:
        """Install the triggers, in place of any that are there."""
        self.thaw(apps, schema_editor)
        sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in self._for_sqlite() if sqlite else self._for_postgresql():
            schema_editor.execute(statement, params=None)

    def missing(self, connection: Any) -> list[str]:
        """Name the rules whose trigger is not there, or is switched off."""
        if connection.vendor == "sqlite":
            found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        else:
            # Of this schema's tables; O and A are those that fire for an ordinary session.
            found = (
                "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)"
            )
        with connection.cursor() as cursor:
            cursor.execute(found)
            there = {name for (name,) in cursor.fetchall()}
        return [rule.name for rule in self._rules(connection.vendor) if rule.name not in there]

    def _rules(self, vendor: str) -> list[Rule]:
        return [rule for rule in self.rules if vendor != "sqlite" or rule.event != "TRUNCATE"]

    def thaw(self, apps: Any, schema_editor: Any) -> None:
        """Remove the triggers."""
        for rule in self.rules:
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {rule.name}", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}", params=None)
                schema_editor.execute(f"DROP FUNCTION IF EXISTS {rule.name}()", params=None)

    def _for_sqlite(self) -> Iterator[str]:
        for rule in self._rules("sqlite"):
            yield (
                f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table} WHEN {rule.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )

    def _for_postgresql(self) -> Iterator[str]:
        # PostgreSQL allows no subquery in WHEN, so that each rule has a function of its own.
        for rule in self.rules:
            given = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(rule.event, "NEW")
            each = "STATEMENT" if rule.event == "TRUNCATE" else "ROW"
            yield (
                f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {rule.condition} THEN RAISE EXCEPTION '{self.message}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {given}; END $$"
            )
            yield (
                f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table} "
                f"FOR EACH {each} EXECUTE FUNCTION {rule.name}()"
            )
