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
    PostgreSQL's alone: it passes by the triggers of rows. `at_once` says the condition of all rows of a
    statement together, `{given}`, as they were and as they are written: then PostgreSQL asks it once, which
    for many rows costs what one of them costs.
    """

    name: str
    table: str
    event: str
    condition: str
    at_once: str = ""


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
            refuse = f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'"
            yield (
                f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {_refused(rule)} THEN {refuse}; END IF; RETURN {_given_back(rule)}; END $$"
            )
            yield f"CREATE TRIGGER {rule.name} {_moment(rule)} EXECUTE FUNCTION {rule.name}()"


def _refused(rule: Rule) -> str:
    if not rule.at_once:
        return rule.condition
    given = " UNION ALL ".join(f"SELECT * FROM {table}" for table in _tables(rule).values())  # noqa: S608
    return rule.at_once.format(given=f"({given}) given")


def _given_back(rule: Rule) -> str:
    if rule.at_once or rule.event == "TRUNCATE":
        return "NULL"
    return "OLD" if rule.event == "DELETE" else "NEW"


def _moment(rule: Rule) -> str:
    if rule.at_once:
        tables = " ".join(f"{which} TABLE AS {table}" for which, table in _tables(rule).items())
        return f"AFTER {rule.event} ON {rule.table} REFERENCING {tables} FOR EACH STATEMENT"
    each = "STATEMENT" if rule.event == "TRUNCATE" else "ROW"
    return f"BEFORE {rule.event} ON {rule.table} FOR EACH {each}"


def _tables(rule: Rule) -> dict[str, str]:
    """The rows of a statement, before and after, as PostgreSQL hands them to a trigger."""
    before, after = {"OLD": "rows_before"}, {"NEW": "rows_after"}
    return {"INSERT": after, "DELETE": before, "UPDATE": before | after}[rule.event]
