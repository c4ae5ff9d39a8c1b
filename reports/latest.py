"""The latest known state: every open center by its last score in whatever round; self-checks are left out."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from inspections.models import Round
from organization.codes import CODE_LENGTH, Level
from organization.models import Region
from organization.templatetags.portal import day, grade_name

from .cells import Cell, Column, Table, bar
from .models import CenterResult, LatestSummary
from .outcomes import points
from .overview import mean
from .regional import View

Sums = tuple[int, int]  # centers with a score, and the sum of their scores


@dataclass(frozen=True)
class Latest:
    """The region's own sums, those of the regions below, and in a township each center's last result."""

    own: Sums
    below: dict[str, Sums]
    results: list[CenterResult]

    @property
    def average(self) -> Decimal | None:
        return average(self.own)


def average(sums: Sums) -> Decimal | None:
    return mean(points(sums[1]), sums[0]) if sums[0] else None


def read(shown: View) -> Latest:
    """The sums as they stand now; the number of queries depends on no size."""
    region, ends = shown.region, shown.region.level >= Level.TOWNSHIP
    places = [] if ends else [place.key for place in shown.places]
    kind = Q(kind=shown.kind) if shown.kind else Q()
    rows = LatestSummary.objects.filter(kind, region__in=[region.code, *places]).order_by()
    summed = rows.values_list("region").annotate(n=Sum("centers"), total=Sum("score_sum"))
    found = {code: (n, total) for code, n, total in summed}
    below = {code: found.get(code, (0, 0)) for code in places}
    own = found.get(region.code, (0, 0))
    if region.level == Level.NATION:
        own = (sum(n for n, _total in below.values()), sum(total for _n, total in below.values()))
    return Latest(own, below, _results(region, kind) if ends else [])


def _results(region: Region, kind: Q) -> list[CenterResult]:
    """The last result of each open center that is in the township now; there are some dozens of them."""
    low, high = region.prefix.ljust(CODE_LENGTH, "0"), region.prefix.ljust(CODE_LENGTH, "9")
    rows = CenterResult.objects.filter(
        kind, center__region__gte=low, center__region__lte=high, center__closed_on=None
    ).exclude(round__kind=Round.Kind.SELF_CHECK)
    rows = rows.select_related("center", "round").defer("sections", "items")
    last = {row.center_id: row for row in rows.order_by("submitted_at", "pk")}
    return sorted(last.values(), key=lambda row: row.center.region_id)


def table(shown: View, latest: Latest) -> Table:
    title = _("各中心的最近得分")
    if shown.region.level >= Level.TOWNSHIP:
        columns = [
            Column(_("中心"), width=30), Column(_("得分"), "points"), Column(_("等次")),
            Column(_("提交"), "date"), Column(_("轮次"), width=30),
        ]  # fmt: skip
        return Table("latest", title, columns, [_result(row) for row in latest.results])
    columns = [
        Column(_("地区"), width=30), Column(_("有得分的中心"), "number", 14), Column(_("平均分"), "points"),
    ]  # fmt: skip
    named = [(place.name, latest.below[place.key]) for place in shown.places]
    if not shown.alone:
        named.insert(0, (_("全部"), latest.own))
    rows = [[Cell(name), Cell(sums[0]), bar(average(sums))] for name, sums in named]
    return Table("latest", title, columns, rows, look="short")


def _result(row: CenterResult) -> list[Cell]:
    submitted = localdate(row.submitted_at)
    return [
        Cell(row.center.name, url=reverse("reports:score", args=[row.inspection_id])),
        bar(None if row.score is None else points(row.score)),
        Cell(grade_name(row.grade), words=grade_name(row.grade) or "—"),
        Cell(submitted, words=day(submitted)),
        Cell(row.round.name),
    ]
