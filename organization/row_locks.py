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

    The condition is SQL over NEW and OLD that SQLite and PostgreSQL both understand.
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

    def thaw(self, apps: Any, schema_editor: Any) -> None:
        """Remove the triggers."""
        for rule in self.rules:
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {rule.name}", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}", params=None)
                schema_editor.execute(f"DROP FUNCTION IF EXISTS {rule.name}()", params=None)

    def _for_sqlite(self) -> Iterator[str]:
        for rule in self.rules:
            yield (
                f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table} WHEN {rule.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )

    def _for_postgresql(self) -> Iterator[str]:
        # PostgreSQL allows no subquery in WHEN, so that each rule has a function of its own.
        for rule in self.rules:
            given = "OLD" if rule.event == "DELETE" else "NEW"
            yield (
                f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {rule.condition} THEN RAISE EXCEPTION '{self.message}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {given}; END $$"
            )
            yield (
                f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {rule.name}()"
            )
