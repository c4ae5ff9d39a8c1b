"""The figures of a region and of the regions below it in one or two rounds, from the summaries alone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from inspections.models import Finding, FindingTally, Inspection, Round, RoundTally
from inspections.querysets import held_in
from inspections.workflow import OPEN, WITH_TOWNSHIP
from organization.codes import Level
from organization.models import Region, ServiceCenter
from organization.querysets import below
from standards.models import Item

from .figures import Figures
from .models import CenterResult, ItemSummary, ScoreSummary, SectionSummary
from .outcomes import NO_SCORE
from .summary_rows import sums
from .summing import parts

ROUNDS_SHOWN = 60
TREND_SHOWN = 12
# No key of a row has more.
KEY_DIGITS = 18
Key = tuple[Any, int]


@dataclass(frozen=True)
class Place:
    """A region below, or a center in a township: its name, and what leads to its own page."""

    key: Any
    name: str
    region: Region | None = None
    inspection: Inspection | None = None


@dataclass(frozen=True)
class View:
    """Everything that a region's page shows of `round`, beside `against` where there is one.

    `counted` are the regions whose rows in the summaries add up to this one.
    """

    region: Region
    counted: list[str]
    round: Round
    against: Round | None
    kind: str
    own: Figures
    own_against: Figures
    places: list[Place]
    figures: dict[Any, Figures]
    figures_against: dict[Any, Figures]
    items: list[Item]
    trend: list[tuple[Round, int, int]]
    # Whether `against` is the round before, not one that somebody picked.
    follows: bool = True

    @property
    def lists_centers(self) -> bool:
        """Whether the places below are centers, not regions."""
        return bool(self.region.level >= Level.TOWNSHIP)

    @property
    def alone(self) -> bool:
        """Whether there is one place below, which has no rival and whose figures are those of the whole."""
        return len(self.places) == 1

    @property
    def round_name(self) -> str:
        return called(self.round, self.region)

    @property
    def kind_name(self) -> str:
        return str(ServiceCenter.Kind(self.kind).label) if self.kind else ""

    @property
    def against_name(self) -> str:
        return called(self.against, self.region) if self.against else ""


def counted_in(region: Region) -> Q:
    """Match the summary rows that add up to this region: its own, or the provinces' for the nation."""
    return Q(region__level=Level.PROVINCE) if region.level == Level.NATION else Q(region=region)


def rounds_in(*regions: Region, wanted: Iterable[str] = ()) -> list[Round]:
    """The newest rounds with inspections in these regions, and at the end those `wanted` that are older.

    Those held in the whole of one of them come before those of places inside it: a nation's counties hold
    thousands, each with a handful of its centers.
    """
    rounds = _rounds_in(*regions)
    found = list(rounds.whole_first([region.prefix for region in regions])[:ROUNDS_SHOWN])
    # The trend of a county's round leads to each of that county's.
    asked = {int(key) for key in wanted if key.isdecimal() and len(key) <= KEY_DIGITS}
    if older := asked - {row.pk for row in found}:
        found += rounds.filter(pk__in=older).order_by("-starts_on", "-pk")
    return found


def _rounds_in(*regions: Region) -> Any:
    places = reduce(or_, (counted_in(region) for region in regions))
    inside = RoundTally.objects.filter(places, round=OuterRef("pk"), inspections__gt=0)
    rounds = Round.objects.filter(Exists(inside)).exclude(kind=Round.Kind.REINSPECTION)
    return rounds.select_related("edition", "region")


def is_inside(round: Round, region: Region) -> bool:
    """Whether a round with inspections in this region was held in a place inside it, not in the whole."""
    return bool(round.region.level > region.level)


def called(round: Round, region: Region) -> str:
    """A round's name on the page of a region; that of a place inside says where: each county has its own,
    most called the same."""
    return f"{round.region} · {round.name}" if is_inside(round, region) else round.name


def chosen(rounds: list[Round], wanted: str) -> Round | None:
    """The round asked for, else the newest that is no self-check, else the newest."""
    asked = next((row for row in rounds if str(row.pk) == wanted), None)
    held = (row for row in rounds if row.kind != Round.Kind.SELF_CHECK)
    return asked or next(held, None) or next(iter(rounds), None)


def compared(rounds: list[Round], round: Round, wanted: str, previous: Round | None) -> Round | None:
    """The round to compare with: the one asked for (`none` for none), else the `previous` one."""
    if wanted == "none":
        return None
    return next((row for row in rounds if row.pk != round.pk and str(row.pk) == wanted), previous)


def before(region: Region, rounds: list[Round], round: Round) -> Round | None:
    """The round before of its kind, of the same place where there is one, and never of other places inside
    this region: they have other centers.
    """
    if is_inside(round, region):
        # The list has no room for each county's.
        alike = _rounds_in(region).filter(region=round.region_id, kind=round.kind).exclude(pk=round.pk)
        earlier = alike.filter(starts_on__lte=round.starts_on).order_by("-starts_on", "-pk")
        return next(iter(earlier[:1]), None)
    others = [row for row in rounds if row.pk != round.pk]
    whole = [row for row in others if row.kind == round.kind and not is_inside(row, region)]
    found = [row for row in whole if row.starts_on <= round.starts_on]
    return next((row for row in found if row.region_id == round.region_id), None) or next(iter(found), None)


def view(region: Region, round: Round, against: Round | None, kind: str, today: date) -> View:
    """Read everything; the number of queries depends on no size."""
    keys = [row.pk for row in (round, against) if row]
    children = list(Region.objects.filter(below(region)).order_by("code"))
    ends = region.level >= Level.TOWNSHIP
    codes = [] if ends else [child.code for child in children]
    # By their codes: how many of all regions are provinces, a database only guesses.
    own_rows = codes if region.level == Level.NATION else [region.code]
    read = _read({*codes, *own_rows}, keys, kind, today)
    if ends:
        places, found = _centers(region, keys, kind, today)
        read |= found
    else:
        places = [Place(child.code, child.name, region=child) for child in children]

    def own(key: int) -> Figures:
        if region.level != Level.NATION:
            return read.get((region.code, key), Figures())
        total = Figures()
        for place in places:
            total.add(read.get((place.key, key), Figures()))
        return total

    def of(key: int | None) -> dict[Any, Figures]:
        return {place.key: read.get((place.key, key), Figures()) for place in places}

    return View(
        region, own_rows, round, against, kind,
        own(round.pk), own(against.pk) if against else Figures(), places,
        of(round.pk), of(against.pk if against else None), _items(round),
        _trend(region, own_rows, round, kind),
    )  # fmt: skip


def _items(round: Round) -> list[Item]:
    return list(Item.objects.filter(edition=round.edition_id).select_related("clause__section"))


def counted(codes: Collection[str], rounds: list[int], kind: str, today: date) -> dict[Key, Figures]:
    """Inspections, scores and open findings of each region and round, without sections and items."""
    wanted = _wanted(codes, rounds, kind)
    found: dict[Key, Figures] = {}
    rows = RoundTally.objects.filter(wanted).order_by().values_list("region_id", "round_id", "inspections")
    for place, round, count in rows:
        _of(found, place, round).inspections += count
    late = Sum("with_township", filter=Q(due_on__lt=today), default=0)
    tallies = FindingTally.objects.filter(wanted).order_by().values("region_id", "round_id")
    for row in tallies.annotate(opened=Sum("open"), late=late):
        figures = _of(found, row["region_id"], row["round_id"])
        figures.open, figures.overdue = row["opened"], row["late"]
    names = ("region_id", *ScoreSummary.KEY, *ScoreSummary.COUNTS)
    for row in ScoreSummary.objects.filter(wanted).order_by().values_list(*names):
        by = dict(zip(ScoreSummary.COUNTS, row[5:], strict=True))
        _of(found, row[0], row[1]).count(ScoreSummary, row[2:5], by)
    return found


def _wanted(codes: Collection[str], rounds: list[int], kind: str) -> Q:
    return Q(region__in=codes, round__in=rounds) & (Q(kind=kind) if kind else Q())


def _of(found: dict[Key, Figures], place: str, round: int) -> Figures:
    # Asked thousands of times: no new one is made for each.
    figures = found.get((place, round))
    if figures is None:
        figures = found[place, round] = Figures()
    return figures


def _read(codes: Collection[str], rounds: list[int], kind: str, today: date) -> dict[Key, Figures]:
    found = counted(codes, rounds, kind, today)
    for place, round, code, centers, total in sums(SectionSummary, codes, rounds, kind):
        _of(found, place, round).sections[code] = [centers, total]
    for place, round, item, *fell in sums(ItemSummary, codes, rounds, kind):
        _of(found, place, round).items[item] = tuple(fell)
    return found


def _centers(
    region: Region, rounds: list[int], kind: str, today: date
) -> tuple[list[Place], dict[Key, Figures]]:
    """A township's centers, from their own rows: there are some dozens of them."""
    low, high = region.prefix.ljust(12, "0"), region.prefix.ljust(12, "9")
    inside = Q(region__gte=low, region__lte=high, round__in=rounds) & (Q(kind=kind) if kind else Q())
    rows = Inspection.objects.filter(inside).select_related("center").order_by("region_id", "pk")
    results = CenterResult.objects.filter(inside).in_bulk()
    findings = Finding.objects.filter(
        region__gte=low, region__lte=high, round__in=rounds, state__in=OPEN
    ).order_by()
    late = Count("pk", filter=Q(state__in=WITH_TOWNSHIP, due_on__lt=today))
    counted = {
        row["inspection_id"]: row
        for row in findings.values("inspection_id").annotate(opened=Count("pk"), late=late)
    }
    places: dict[int, Place] = {}
    found: dict[Key, Figures] = {}
    for row in rows.defer("snapshot", "corrected"):
        figures = found.setdefault((row.center_id, row.round_id), Figures())
        figures.inspections = 1
        if row.pk in results:
            result = results[row.pk]
            for table, key, by in parts(result.round_id, result.kind, result.outcome):
                figures.count(table, key[1:], by)
        if row.pk in counted:
            figures.open, figures.overdue = counted[row.pk]["opened"], counted[row.pk]["late"]
        if row.round_id == rounds[0] or row.center_id not in places:
            places[row.center_id] = Place(row.center_id, row.center.name, inspection=row)
    return list(places.values()), found


def _trend(region: Region, counted: list[str], round: Round, kind: str) -> list[tuple[Round, int, int]]:
    """The last rounds of this kind that can be set beside this one, oldest first, with their scored centers
    and the sum of the scores: of the whole region if this one is, else of the place inside it.

    Other places have other centers: an average of theirs in between would be no rise and no fall.
    """
    rows = ScoreSummary.objects.filter(region__in=counted, band__gt=NO_SCORE, round__kind=round.kind)
    alike = Q(round__region=round.region_id)
    rows = rows.filter(alike if is_inside(round, region) else held_in([region.prefix], "round__"))
    rows = rows.filter(kind=kind) if kind else rows
    summed = rows.order_by().values("round").annotate(n=Sum("centers"), total=Sum("score_sum"))
    newest = list(summed.filter(n__gt=0).order_by("-round__starts_on", "-round")[:TREND_SHOWN])
    held = Round.objects.select_related("edition", "region").in_bulk([row["round"] for row in newest])
    return [(held[row["round"]], row["n"], row["total"]) for row in reversed(newest)]


def ranks(averages: Iterable[tuple[Any, Decimal | None]]) -> dict[Any, int]:
    """The rank of each by its average, best first; the same average shares one, none has none."""
    ordered = sorted(((key, value) for key, value in averages if value is not None), key=lambda one: -one[1])
    first: dict[Decimal, int] = {}
    for place, (_key, value) in enumerate(ordered, start=1):
        first.setdefault(value, place)
    return {key: first[value] for key, value in ordered}
