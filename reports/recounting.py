"""Recounts the summaries from the rows that they count, a province and a round at a time."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from inspections.entrance import key
from inspections.models import NO_DAY, FindingTally, Inspection, RoundTally
from inspections.workflow import SUBMITTED
from organization.codes import CODE_LENGTH, Level
from organization.models import Region
from organization.querysets import within

from .models import CenterResult, ItemSummary, LatestSummary, ScoreSummary, SectionSummary
from .recount_statements import POSTGRESQL, SQLITE, SUSPECTS, comparison

BY_ROUND = (RoundTally, FindingTally, ScoreSummary, SectionSummary, ItemSummary)
TABLES = (*BY_ROUND, LatestSummary)


@dataclass(frozen=True)
class Scope:
    """A province, and one round in it; without a round, what is counted over all rounds."""

    prefix: str
    round_id: int | None

    @property
    def tables(self) -> tuple[Any, ...]:
        return (LatestSummary,) if self.round_id is None else BY_ROUND

    def rows(self) -> Q:
        inside = within((self.prefix,), "region__code")
        return inside if self.round_id is None else inside & Q(round=self.round_id)

    @property
    def params(self) -> dict[str, Any]:
        """What the statements of a recount ask for."""
        low, high = self.prefix.ljust(CODE_LENGTH, "0"), self.prefix.ljust(CODE_LENGTH, "9")
        return {"low": low, "high": high, "round": self.round_id}


@dataclass(frozen=True)
class Difference:
    """A row of a summary that is not what a recount says; counts that are 0 on both sides are left out.

    `stored` has None for a row that is not there; `key` is the rest of the row's key by name.
    """

    table: Any
    region: str
    key: Mapping[str, Any]
    stored: Mapping[str, int]
    counted: Mapping[str, int]


def scopes() -> list[Scope]:
    """Every province with each of its rounds, those included of which only summaries are left."""
    found = []
    for province in Region.objects.filter(level=Level.PROVINCE).order_by("code"):
        inside = within((province.prefix,), "region__code")
        rounds = set()
        for model in (Inspection, *BY_ROUND):
            rounds |= set(model.objects.filter(inside).order_by().values_list("round", flat=True).distinct())
        found += [Scope(province.prefix, key) for key in sorted(rounds)]
        found.append(Scope(province.prefix, None))
    return found


@dataclass(frozen=True)
class Row:
    """A row of a summary: its region, the rest of its key, and its counts as stored and as they should be."""

    region: str
    key: tuple[Any, ...]
    stored: tuple[int, ...]
    counted: tuple[int, ...]

    def difference(self, table: Any) -> Difference:
        names = [
            name for name, was, now in zip(table.COUNTS, self.stored, self.counted, strict=True) if was != now
        ]
        return Difference(
            table,
            self.region,
            dict(zip(table.KEY, self.key, strict=True)),
            {name: self.stored[table.COUNTS.index(name)] for name in names},
            {name: self.counted[table.COUNTS.index(name)] for name in names},
        )


def recounted(scope: Scope, table: Any, instead: Collection[CenterResult] = ()) -> list[Row]:
    """The rows of a table in the scope that are not as they should be; one that is not there counts 0.

    `instead` are results that take the place of those in the database.
    """
    dialect = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    params = scope.params | {"no_day": NO_DAY.isoformat(), "instead": _as_json(instead)}
    with connection.cursor() as cursor:
        cursor.execute(comparison(table, dialect), params)
        rows = cursor.fetchall()
    ends = 1 + len(table.KEY)
    kept = [table._meta.get_field(name.removesuffix("_id")) for name in table.KEY]
    return [
        Row(
            row[0],
            # SQLite keeps days as text.
            tuple(
                field.target_field.to_python(value) if field.is_relation else field.to_python(value)
                for field, value in zip(kept, row[1:ends], strict=True)
            ),
            tuple(int(value) for value in row[ends::2]),
            tuple(int(value) for value in row[ends + 1 :: 2]),
        )
        for row in rows
    ]


def suspects(scope: Scope) -> list[UUID]:
    """The inspections whose results are to be held against their frozen content.

    PostgreSQL finds by itself those that differ; on SQLite, which serves a county, it is all of them.
    """
    if connection.vendor == "sqlite":
        rows = Inspection.objects.whole().filter(scope.rows(), state=SUBMITTED).order_by("pk")
        return list(rows.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(SUSPECTS, scope.params)
        return [pk for (pk,) in cursor.fetchall()]


def _as_json(results: Collection[CenterResult]) -> str:
    """As `recount_statements` reads them; keys as the database spells them."""
    return json.dumps(
        [
            {
                "inspection_id": key(row.pk),
                **{name: getattr(row, name) for name in ("region_id", "round_id", "kind", "score", "grade")},
                "sections": row.sections,
                "items": row.items,
            }
            for row in results
        ]
    )
