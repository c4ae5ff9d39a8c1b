"""Triggers that keep a published edition, with its sections, clauses and items, as it was published.

`freeze` and `thaw` fit `RunPython`. On SQLite a migration that changes one of these tables makes
it anew, which loses its triggers and cannot rename it under those of the others: such a migration
runs `thaw` before and `freeze` after (see `0002_freeze_published`).
"""

from __future__ import annotations

from typing import Any

MESSAGE = "a published edition is frozen"
_EDITION = "SELECT 1 FROM standards_edition e WHERE e.published_at IS NOT NULL AND e.id ="
# For each table, whether a row (`{row}` is NEW or OLD) belongs to a published edition.
_PUBLISHED = {
    "standards_edition": "{row}.published_at IS NOT NULL",
    "standards_section": f"EXISTS ({_EDITION} {{row}}.edition_id)",
    "standards_clause": (
        f"EXISTS ({_EDITION} (SELECT s.edition_id FROM standards_section s WHERE s.id = {{row}}.section_id))"
    ),
    "standards_item": f"EXISTS ({_EDITION} {{row}}.edition_id)",
}


def _rules() -> list[tuple[str, str, str, str]]:
    """Name, table, event and condition of each trigger; an edition is published by an UPDATE of its row."""
    rules = []
    for table, published in _PUBLISHED.items():
        old, new = published.format(row="OLD"), published.format(row="NEW")
        is_edition = table == "standards_edition"
        if not is_edition:
            rules.append((f"{table}_frozen_insert", table, "INSERT", new))
        rules.append((f"{table}_frozen_update", table, "UPDATE", old if is_edition else f"{old} OR {new}"))
        rules.append((f"{table}_frozen_delete", table, "DELETE", old))
    return rules


def freeze(apps: Any, schema_editor: Any) -> None:
    """Install the triggers, in place of any that are there."""
    thaw(apps, schema_editor)
    for statement in _creation(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def thaw(apps: Any, schema_editor: Any) -> None:
    """Remove the triggers."""
    for statement in _removal(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def _creation(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for name, table, event, condition in _rules()
        ]
    bodies = []
    for name, table, event, condition in _rules():
        # PostgreSQL allows no subquery in WHEN, so that each table has a function of its own.
        given = "OLD" if event == "DELETE" else "NEW"
        bodies.append(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{MESSAGE}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {given}; END $$"
        )
        bodies.append(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    return bodies


def _removal(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name, *_ in _rules()]
    statements = []
    for name, table, *_ in _rules():
        statements += [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"]
    return statements
