"""The home of those who watch a province or the nation: figures from the summaries, and what waits.

A county counts its rows, and may; a province has a thousand times as many. What no summary holds is counted
up to `listing.MOST`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Sum

from inspections.models import Finding, FindingTally, Inspection, Request, Round
from inspections.querysets import OVERSEERS
from inspections.workflow import FOUND
from organization.codes import Level
from organization.models import Region, User
from organization.querysets import below
from standards.content import reference
from standards.models import Item

from . import overview, regional
from .figures import Figures
from .listing import counted
from .models import ItemSummary, OfficialDocument
from .overview import Standing, Totals
from .workflow import WITHDRAWN


@dataclass(frozen=True)
class Watch:
    """Regions that are watched, those `listed` one by one, and those `summed`: they add up to the whole."""

    regions: Sequence[Region]
    listed: Sequence[Region]
    summed: frozenset[str]


def watched(user: User) -> list[Region]:
    """The person's regions that lie in no other of theirs, where any of them is a province or the nation."""
    held = {grant.region_id: grant.region for grant in user.grants if grant.role in OVERSEERS}
    outer = [
        region
        for region in held.values()
        if not any(above != region and region.code.startswith(above.prefix) for above in held.values())
    ]
    outer.sort(key=lambda region: (region.level, region.code))
    return outer if outer and outer[0].level <= Level.PROVINCE else []


def watch(regions: Sequence[Region]) -> Watch:
    """One region is listed by those just below it, several by themselves."""
    alone = regions[0] if len(regions) == 1 else None
    listed = list(Region.objects.filter(below(alone)).order_by("code")) if alone else regions
    whole = alone is not None and alone.level == Level.NATION
    return Watch(regions, listed, frozenset(region.code for region in (listed if whole else regions)))


def figures(user: User, over: Watch, round: Round, today: date) -> dict[str, Any]:
    """What the home shows of a round: totals, the regions by average, the items that fell short most."""
    codes = {*over.summed, *(region.code for region in over.listed)}
    read = regional.counted(codes, [round.pk], "", today)
    own = Figures()
    for code in over.summed:
        own.add(read.get((code, round.pk), Figures()))
    unassigned = counted(Inspection.objects.filter(overview.overseen(user), round=round, lead=None))
    return {
        "totals": Totals(own.inspections, own.done, unassigned, own.average, own.open, own.overdue),
        "standings": _standings(over, read, round),
        "worst": _worst(over, round),
        "awaiting": counted(*awaiting_notice(user, round)),
    }


def awaiting_notice(user: User, round: Round | None = None) -> list[Any]:
    """What `overview.awaiting_notice` gives, in two parts that indexes find: a finding stays as it was
    found until a notice goes out, and those beyond that lost their notice again."""
    rows = overview.awaiting_notice(user, round)
    found = Exists(Finding.objects.filter(state=FOUND, inspection=OuterRef("pk")))
    gone = OfficialDocument.objects.demands().filter(state=WITHDRAWN, inspection=OuterRef("pk"))
    if round:
        gone = gone.filter(round=round)
    return [rows.filter(found), rows.filter(~found, Exists(gone))]


def _standings(over: Watch, read: dict[regional.Key, Figures], round: Round) -> list[Standing]:
    """Those with centers in the round, best first."""
    rows = [
        (region, read[region.code, round.pk]) for region in over.listed if (region.code, round.pk) in read
    ]
    return overview.ranked(
        [Standing(region, one.inspections, one.done, one.average, one.open) for region, one in rows]
    )


def _worst(over: Watch, round: Round) -> list[dict[str, Any]]:
    rows = ItemSummary.objects.filter(region__in=over.summed, round=round).order_by()
    short: Counter[int] = Counter()
    for item, no, partly in rows.values_list("item").annotate(no=Sum("not_met"), partly=Sum("partly")):
        short[item] = no + partly
    first = sorted((-count, item) for item, count in short.items() if count)[: overview.WORST_SHOWN]
    items = Item.objects.select_related("clause__section").in_bulk([item for _count, item in first])
    return [
        {
            "item_id": pk,
            "item__title": items[pk].title,
            "clause": reference(items[pk].clause.section, items[pk].clause),
            "count": -count,
        }
        for count, pk in first
    ]


def waiting(user: User, over: Watch, today: date) -> dict[str, int]:
    """What waits in any round."""
    late = FindingTally.objects.filter(region__in=over.summed, due_on__lt=today, with_township__gt=0)
    outdated = [
        OfficialDocument.objects.outdated_by(about).filter(overview.overseen(user))
        for about in ("inspection", "round")
    ]
    return {
        "to_handle": counted(Finding.objects.to_review_by(user), Request.objects.to_decide_by(user)),
        "overdue": late.aggregate(sum=Sum("with_township", default=0))["sum"],
        "outdated": counted(*outdated),
    }
