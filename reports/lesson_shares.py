"""Which findings were put right in time: their shares by township, item and round."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from inspections.models import Finding, FindingEvent, Round
from organization.querysets import within

from .lessons import ITEMS_SHOWN, names_of
from .overview import TOWNSHIP

ROUNDS_COMPARED = 8


class Decided(NamedTuple):
    """A finding with a day: whether it was first reported in time, later (or still not), or still runs."""

    round: int
    township: str
    item: int
    title: str
    in_time: bool
    late: bool
    running: bool


@dataclass(frozen=True)
class Share:
    """Of the findings with a day: first reported in time; later, or still not; and those still running."""

    name: str
    in_time: int
    late: int
    running: int
    key: Any = None

    @property
    def percent(self) -> int | None:
        """Of those whose time is decided, rounded half up; None while there are none."""
        decided = self.in_time + self.late
        return (200 * self.in_time + decided) // (2 * decided) if decided else None


def decided(places: Sequence[str], round: Round, rounds: Sequence[Round]) -> list[Decided]:
    """The findings with a day, of the round and of the last rounds, read once for every table."""
    # What is found put right on the spot needs no report.
    reports = FindingEvent.objects.filter(finding=OuterRef("pk"), move__in=("report", "pass"))
    keys = {round.pk, *(row.pk for row in rounds[:ROUNDS_COMPARED])}
    rows = (
        Finding.objects.standing()
        .filter(within(places, "region__code"), round__in=keys, due_on__isnull=False)
        .order_by()
        .values_list("round_id", TOWNSHIP, "item_id", "item__title", "due_on")
        .annotate(first=Subquery(reports.order_by("at").values("at")[:1]))
    )
    today = timezone.localdate()
    return [Decided(*key, *_standing(due, first, today)) for *key, due, first in rows]


def _standing(due: date, first: datetime | None, today: date) -> tuple[bool, bool, bool]:
    if first is None:
        return False, due < today, due >= today
    in_time = timezone.localdate(first) <= due
    return in_time, not in_time, False


def shares_by_township(rows: Iterable[Decided], round: Round) -> list[Share]:
    found = _shares((row for row in rows if row.round == round.pk), lambda row: row.township)
    names = names_of(found)
    return [Share(names[code], *counts, code) for code, counts in sorted(found.items())]


def shares_by_item(rows: Iterable[Decided], round: Round) -> list[Share]:
    """Those with the most late ones first."""
    found = _shares((row for row in rows if row.round == round.pk), lambda row: (row.item, row.title))
    shares = [Share(title, *counts, item) for (item, title), counts in found.items()]
    return sorted(shares, key=lambda s: (-s.late, -s.in_time, s.key))[:ITEMS_SHOWN]


def shares_by_round(rows: Iterable[Decided], rounds: Sequence[Round]) -> list[Share]:
    """The last rounds, newest first."""
    found = _shares(rows, lambda row: row.round)
    last = [round for round in rounds[:ROUNDS_COMPARED] if round.pk in found]
    return [Share(round.name, *found[round.pk], round.pk) for round in last]


def _shares(rows: Iterable[Decided], by: Callable[[Decided], Any]) -> dict[Any, tuple[int, int, int]]:
    """How many were in time, late and are running, by group."""
    found: dict[Any, tuple[int, int, int]] = {}
    for row in rows:
        in_time, late, running = found.get(by(row), (0, 0, 0))
        found[by(row)] = (in_time + row.in_time, late + row.late, running + row.running)
    return found
