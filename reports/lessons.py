"""What a county learns from a round: what takes how long, what is in time, what comes back, who looks how.

All figures are of findings that stand, in the regions whose prefixes are given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from inspections.calendars import working_calendar
from inspections.deadlines import ONE_DAY, WorkingCalendar
from inspections.models import Answer, AnswerEvent, Finding, FindingEvent, PhotoTwin, Round
from inspections.workflow import SUBMITTED
from organization.codes import CODE_LENGTH
from organization.models import Region, User
from organization.querysets import NOTHING, within
from standards.measures import MET

from .overview import TOWNSHIP

ITEMS_SHOWN = 15
TWINS_SHOWN = 50
# Below these an inspector's figures say more about chance than about the inspector.
LEAST_ANSWERS, LEAST_INSPECTIONS = 200, 3
CLOSING = ("close", "pass")
LONGEST_VISIT = 4 * 3600  # seconds; a form that was left open for longer tells nothing of the pace


@dataclass(frozen=True)
class Span:
    """One step in working days: how many findings took it, the median, and the slowest with its key."""

    count: int
    median: float | None = None
    slowest: int | None = None
    finding: int | None = None


@dataclass(frozen=True)
class Spans:
    """A township's: from notice to receipt, from receipt to first report, from notice to close-out."""

    name: str
    acknowledge: Span
    repair: Span
    close: Span


@dataclass(frozen=True)
class Repeat:
    """How many findings of a round had been found before at the same center, of how many."""

    name: str
    again: int
    all: int


@dataclass(frozen=True)
class Look:
    """How one inspector looked: findings in a hundred answers, and what all found of the same items.

    `seconds` is the median time for an item, None with too few visits that can be timed.
    """

    name: str
    answers: int
    found: float
    expected: float
    seconds: int | None


class Days:
    """Counts working days between two days, whatever their number, over one calendar."""

    def __init__(self, days: Iterable[date]) -> None:
        known = sorted(days)
        self.first = known[0] if known else timezone.localdate()
        last = known[-1] if known else self.first
        calendar = working_calendar(self.first.year, last.year)
        self.provisional = not set(range(self.first.year, last.year + 1)) <= calendar.years
        self._upto = _counted(self.first, last, calendar)

    def between(self, begin: date, end: date) -> int:
        """Working days after `begin` up to and with `end`; 0 where it is not later."""
        return max(0, self._upto[(end - self.first).days] - self._upto[(begin - self.first).days])


def _counted(first: date, last: date, calendar: WorkingCalendar) -> list[int]:
    days = (first + ONE_DAY * n for n in range((last - first).days + 1))
    return list(accumulate(int(calendar.is_working(day)) for day in days))


def spans(places: Sequence[str], round: Round) -> tuple[list[Spans], bool]:
    """How long each township took, the whole first; and whether a year without arrangement is among them."""
    rows = list(_steps(places, round))
    days = Days(day for row in rows for day in row[2:] if day)
    names = names_of({row[1] for row in rows})
    groups: dict[str, list[Any]] = {code: [] for code in sorted(names, key=str)}
    for row in rows:
        groups[row[1]].append(row)
    found = [_spans(names[code], own, days) for code, own in groups.items()]
    return ([_spans("", rows, days), *found] if rows else []), days.provisional


def _steps(
    places: Sequence[str], round: Round
) -> Iterable[tuple[int, str, date | None, date | None, date | None, date | None]]:
    """Each finding with its township and the days of its last notice, receipt, first report and end."""
    moves = FindingEvent.objects.filter(
        within(places, "finding__region__code"), finding__round=round
    ).exclude(finding__state=Finding.State.WITHDRAWN)
    rows = (
        moves.order_by()
        .values_list("finding_id", "finding__region_id")
        .annotate(
            notified=Max("at", filter=Q(move="notify")),
            acknowledged=Max("at", filter=Q(move="acknowledge")),
            reported=Min("at", filter=Q(move="report")),
            closed=Max("at", filter=Q(move__in=CLOSING, finding__state=Finding.State.CLOSED)),
        )
    )
    for pk, region, *moments in rows:
        yield (pk, region[:9], *(timezone.localdate(at) if at else None for at in moments))  # type: ignore[misc]


def _spans(name: str, rows: Sequence[Any], days: Days) -> Spans:
    return Spans(name, *(_span(rows, begin, end, days) for begin, end in ((2, 3), (3, 4), (2, 5))))


def _span(rows: Sequence[Any], begin: int, end: int, days: Days) -> Span:
    took = [
        (days.between(row[begin], row[end]), row[0])
        for row in rows
        if row[begin] and row[end] and row[begin] <= row[end]
    ]
    if not took:
        return Span(0)
    slowest, finding = max(took, key=lambda one: (one[0], -one[1]))
    return Span(len(took), float(median(one[0] for one in took)), slowest, finding)


# ---- what comes back


def repeats_by_township(places: Sequence[str], round: Round) -> list[Repeat]:
    rows = _repeats(places, round, TOWNSHIP)
    names = names_of({row[0] for row in rows})
    return [Repeat(names[code], again, count) for code, again, count in sorted(rows)]


def repeats_by_item(places: Sequence[str], round: Round) -> list[Repeat]:
    rows = [row for row in _repeats(places, round, "item__code", "item__title") if row[2]]
    rows.sort(key=lambda row: (-row[2], row[0]))
    return [Repeat(title, again, count) for _code, title, again, count in rows[:ITEMS_SHOWN]]


def _repeats(places: Sequence[str], round: Round, *by: Any) -> list[tuple[Any, ...]]:
    """Counts of findings that the same center had in a round that began earlier, and of all, by group."""
    before = Finding.objects.standing().filter(
        center=OuterRef("center"), item__code=OuterRef("item__code"), round__starts_on__lt=round.starts_on
    )
    rows = Finding.objects.standing().filter(within(places, "region__code"), round=round).order_by()
    rows = rows.annotate(before=Exists(before)).values_list(*by)
    return list(rows.annotate(again=Count("pk", filter=Q(before=True)), n=Count("pk")))


# ---- photos


def twins(user: User, places: Sequence[str], round: Round) -> list[PhotoTwin]:
    """Pairs of photos that look the same, at least one of them of the round, the nearest first.

    Both are of regions that the person sees.
    """
    about = NOTHING
    for side in ("photo", "other"):
        of_round = Q(**{f"{side}__inspection__round": round})
        about |= of_round & within(places, f"{side}__inspection__region__code")
    joined = [
        f"{side}__{path}"
        for side in ("photo", "other")
        for path in ("item", "inspection__center", "inspection__round")
    ]
    heavy = [
        f"{side}__inspection__{name}" for side in ("photo", "other") for name in ("snapshot", "corrected")
    ]
    rows = PhotoTwin.objects.visible_to(user).filter(about).select_related(*joined)
    return list(rows.defer(*heavy)[:TWINS_SHOWN])


# ---- how it was looked at


def looks(places: Sequence[str], round: Round) -> list[Look]:
    """The inspectors with enough answers, by name; none where fewer than two of them have.

    What one found is held against what all found of the same items at the same kind of center, since
    some items fall short more often than others and nobody chooses what they are given.
    """
    if round.kind == Round.Kind.SELF_CHECK:
        return []
    scope = within(places, "inspection__region__code")
    about = Q(scope, inspection__round=round, inspection__state=SUBMITTED)
    rows = list(
        Answer.objects.filter(about)
        .exclude(status__in=("na", "unanswered"))
        .order_by()
        .values_list("updated_by_id", "updated_by__name", "item_id", "inspection__kind")
        .annotate(n=Count("item_id"), bad=Count("item_id", filter=~Q(status=MET)))
    )
    everyone: dict[tuple[int, str], tuple[int, int]] = {}
    for _pk, _name, item, kind, n, bad in rows:
        before = everyone.get((item, kind), (0, 0))
        everyone[item, kind] = (before[0] + n, before[1] + bad)
    people: dict[tuple[str, int], tuple[int, int, float]] = {}
    for pk, name, item, kind, n, bad in rows:
        of_all, bad_of_all = everyone[item, kind]
        told = people.get((name, pk), (0, 0, 0.0))
        people[name, pk] = (told[0] + n, told[1] + bad, told[2] + n * bad_of_all / of_all)
    enough = {person: told for person, told in people.items() if told[0] >= LEAST_ANSWERS}
    if len(enough) < 2:
        return []
    paces = _paces(about)
    return [
        Look(name, n, 100 * bad / n, 100 * expected / n, paces.get(pk))
        for (name, pk), (n, bad, expected) in sorted(enough.items())
    ]


def _paces(about: Q) -> dict[int, int]:
    """Seconds for an item, the median over each person's visits that can be timed, by the person's key."""
    visits = (
        AnswerEvent.objects.filter(about)
        .order_by()
        .annotate(person=Coalesce(F("captured_by"), F("by")))
        .values_list("person", "inspection_id")
        .annotate(first=Min("captured_at"), last=Max("captured_at"), n=Count("item_id", distinct=True))
    )
    found: dict[int, list[float]] = {}
    for person, _inspection, first, last, n in visits:
        seconds = (last - first).total_seconds()
        if n > 1 and 0 < seconds <= LONGEST_VISIT:
            found.setdefault(person, []).append(seconds / (n - 1))
    return {
        person: round_half_up(median(own)) for person, own in found.items() if len(own) >= LEAST_INSPECTIONS
    }


def round_half_up(value: float) -> int:
    return int(value + 0.5)


def names_of(prefixes: Iterable[str]) -> dict[str, str]:
    codes = [code.ljust(CODE_LENGTH, "0") for code in prefixes]
    rows = Region.objects.filter(code__in=codes).values_list("code", "name")
    return {code[:9]: name for code, name in rows}
