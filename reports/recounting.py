"""Recounts the summaries from the rows that they count, a province and a round at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Q

from inspections.models import NO_DAY, Finding, FindingTally, Inspection, Round, RoundTally
from inspections.workflow import OPEN, SUBMITTED, WITH_TOWNSHIP
from organization.codes import Level
from organization.counting import chains_within
from organization.models import Region
from organization.querysets import within

from .models import CenterResult, ItemSummary, LatestSummary, ScoreSummary, SectionSummary
from .summing import parts

BY_ROUND = (RoundTally, FindingTally, ScoreSummary, SectionSummary, ItemSummary)
TABLES = (*BY_ROUND, LatestSummary)
CHUNK = 2000

Rows = dict[tuple[Any, ...], dict[str, int]]


@dataclass(frozen=True)
class Scope:
    """A province, and one round in it; without a round, what is counted over all rounds."""

    prefix: str
    round_id: int | None

    @property
    def tables(self) -> tuple[Any, ...]:
        return (LatestSummary,) if self.round_id is None else BY_ROUND

    def rows(self, path: str = "region") -> Q:
        inside = within((self.prefix,), f"{path}__code")
        return inside if self.round_id is None else inside & Q(round=self.round_id)


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


class Recount:
    """The counts of one scope as they should be."""

    def __init__(
        self,
        scope: Scope,
        chains: Mapping[str, list[tuple[int, str]]],
        instead: Mapping[UUID, CenterResult],
    ) -> None:
        """`instead` are results, by inspection, that take the place of those in the database."""
        self.scope, self.chains, self.instead = scope, chains, instead
        self.tables: dict[Any, Rows] = {table: {} for table in scope.tables}

    def run(self) -> "Recount":
        if self.scope.round_id is None:
            self._latest()
        else:
            self._inspections(self.scope.round_id)
            self._findings(self.scope.round_id)
            self._results()
        return self

    def _add(self, table: Any, place: str, key: tuple[Any, ...], counts: Mapping[str, int]) -> None:
        rows = self.tables[table]
        for _level, code in self.chains[place]:
            row = rows.setdefault((code, *key), {})
            for name, number in counts.items():
                row[name] = row.get(name, 0) + number

    def _inspections(self, round_id: int) -> None:
        counted = Q(state=SUBMITTED) | Q(center__closed_on=None)
        rows = Inspection.objects.filter(self.scope.rows(), counted).order_by()
        for place, kind in rows.values_list("region_id", "kind").iterator(CHUNK):
            self._add(RoundTally, place, (round_id, kind), {"inspections": 1})

    def _findings(self, round_id: int) -> None:
        rows = Finding.objects.filter(self.scope.rows(), state__in=OPEN).order_by()
        wanted = rows.values_list("region_id", "inspection__kind", "due_on", "state")
        for place, kind, due_on, state in wanted.iterator(CHUNK):
            counts = {"open": 1, "with_township": int(state in WITH_TOWNSHIP)}
            self._add(FindingTally, place, (round_id, kind, due_on or NO_DAY), counts)

    def _results(self) -> None:
        rows = CenterResult.objects.filter(self.scope.rows()).order_by().iterator(CHUNK)
        kept = (row for row in rows if row.pk not in self.instead)
        for row in chain(kept, self.instead.values()):
            for table, key, counts in parts(row.round_id, row.kind, row.outcome):
                self._add(table, row.region_id, key, counts)

    def _latest(self) -> None:
        rows = CenterResult.objects.filter(self.scope.rows("center__region"), center__closed_on=None)
        rows = rows.exclude(round__kind=Round.Kind.SELF_CHECK).order_by("center_id", "-submitted_at", "-pk")
        last = None
        for center, place, kind, score in rows.values_list(
            "center_id", "center__region_id", "kind", "score"
        ).iterator(CHUNK):
            if center != last and score is not None:
                self._add(LatestSummary, place, (kind,), {"centers": 1, "score_sum": score})
            last = center


def stored(scope: Scope, table: Any) -> Rows:
    """The rows of a table in the scope as they are."""
    keys, counts = ("region_id", *table.KEY), table.COUNTS
    rows = table.objects.filter(scope.rows()).order_by().values_list(*keys, *counts)
    return {
        row[: len(keys)]: dict(zip(counts, row[len(keys) :], strict=True)) for row in rows.iterator(CHUNK)
    }


def differences(table: Any, have: Rows, should: Rows) -> Iterator[Difference]:
    """What differs between rows as they are and as they should be; a missing row counts as zeros."""
    for key in sorted(have.keys() | should.keys()):
        old, new = have.get(key, {}), should.get(key, {})
        names = [name for name in table.COUNTS if old.get(name, 0) != new.get(name, 0)]
        if names:
            yield Difference(
                table,
                key[0],
                dict(zip(table.KEY, key[1:], strict=True)),
                {name: old.get(name, 0) for name in names},
                {name: new.get(name, 0) for name in names},
            )


def chains_by_province(scopes: Iterable[Scope]) -> Iterator[tuple[Scope, dict[str, list[tuple[int, str]]]]]:
    """Each scope with the regions above every place in its province, read once a province."""
    prefix, chains = None, {}
    for scope in scopes:
        if scope.prefix != prefix:
            prefix, chains = scope.prefix, chains_within(scope.prefix)
        yield scope, chains
