"""What keeps a published edition, with its sections, clauses and items, as it was published."""

from collections.abc import Iterator

from organization.row_locks import Guard, Rule

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


def _rules() -> Iterator[Rule]:
    for table, published in _PUBLISHED.items():
        old, new = published.format(row="OLD"), published.format(row="NEW")
        is_edition = table == "standards_edition"
        # An edition is published by an UPDATE of its row, so only the old row counts there.
        if not is_edition:
            yield Rule(f"{table}_frozen_insert", table, "INSERT", new)
        yield Rule(f"{table}_frozen_update", table, "UPDATE", old if is_edition else f"{old} OR {new}")
        yield Rule(f"{table}_frozen_delete", table, "DELETE", old)


GUARD = Guard("a published edition is frozen", tuple(_rules()))
