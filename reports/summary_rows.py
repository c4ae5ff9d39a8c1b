"""Sums over the summaries, thousands of them for a wide region, without an object of the ORM for each."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from .models import ItemSummary, SectionSummary

_SUMS = """
SELECT region_id, round_id, {part}, {sums} FROM {table}
WHERE region_id IN ({regions}) AND round_id IN ({rounds}) {kind} GROUP BY region_id, round_id, {part}
"""


def sums(
    table: type[ItemSummary] | type[SectionSummary],
    codes: Collection[str],
    rounds: Collection[int],
    kind: str,
) -> list[tuple[Any, ...]]:
    """Region, round, item or section, and each count of these regions' rows; of both kinds of centers
    together where none is named."""
    if not codes or not rounds:
        return []
    statement = _SUMS.format(
        part=table.KEY[-1],
        # Whole numbers, where PostgreSQL would make a sum of large ones a decimal.
        sums=", ".join(f"CAST(SUM({name}) AS bigint)" for name in table.COUNTS),
        table=table._meta.db_table,
        regions=", ".join(["%s"] * len(codes)),
        rounds=", ".join(["%s"] * len(rounds)),
        kind="AND kind = %s" if kind else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*codes, *rounds, *([kind] if kind else [])])
        return cursor.fetchall()
