"""What a rehearsal came to: grades that change, the ranking, and what each item does, as tables.

The page, the CSV and the XLSX are made from the same rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Region
from organization.templatetags.portal import grade_name
from standards.content import StandardData
from standards.describing_changes import RELATIONS
from standards.editions import load_edition
from standards.models import Edition

from .actions.rehearsing import Editions, standard_of
from .models import Rehearsal, Rehearsed
from .replaying import Effect
from .sheets import Field, Sheet

CENT = Decimal("0.01")
PARTS = ("centers", "regions", "items", "grades")
CHUNK = 500


@dataclass(frozen=True)
class Line:
    """A row of a table; `about` is the inspection that it leads to."""

    cells: tuple[Any, ...]
    about: Any = None


@dataclass(frozen=True)
class Table:
    """`fields` as a sheet has them; the first column names the row."""

    key: str
    title: str
    note: str
    fields: tuple[Field, ...]

    def sheet(self, lines: Iterable[Line], title: str, notes: Sequence[str]) -> Sheet:
        return Sheet(
            name=self.title, title=title, notes=(self.note, *notes), fields=self.fields,
            rows=(line.cells for line in lines),
        )  # fmt: skip


def table(row: Rehearsal, part: str) -> Table:
    """The columns of one part."""
    return {"centers": _centers, "regions": _regions, "items": _items, "grades": _grades}[part](row)


def lines(row: Rehearsal, part: str, *, changed: bool) -> Any:
    """The rows of one part, of centers as a queryset; `changed` keeps those whose grade changes."""
    if part == "centers":
        return center_rows(row, changed=changed)
    return list({"regions": _region_lines, "items": _item_lines, "grades": _grade_lines}[part](row))


# ---- centers


def _centers(row: Rehearsal) -> Table:
    return Table(
        "centers",
        _("各中心"),
        _("“未问”是原来没有问、无从计算的检查项数；新得分只按其余各项计算，是暂算。"),
        (
            Field(_("中心"), 34), Field(_("轮次"), 24), Field(_("原得分"), 10, "points"),
            Field(_("原等次"), 10), Field(_("新得分"), 10, "points"), Field(_("新等次"), 10),
            Field(_("得分变化"), 10, "change"), Field(_("未问"), 8, "number"),
        ),
    )  # fmt: skip


def center_rows(row: Rehearsal, *, changed: bool) -> Any:
    """Results with the places that the lines name; largest loss first."""
    rows = row.results.select_related("inspection__center", "inspection__round")
    rows = rows.defer("inspection__snapshot", "inspection__corrected")
    if changed:
        rows = rows.exclude(old_grade=F("new_grade"))
    return rows.order_by(F("new_score") - F("old_score"), "inspection_id")


def center_lines(rows: Iterable[Rehearsed]) -> Iterator[Line]:
    for one in rows:
        moved = one.new_score - one.old_score if None not in (one.new_score, one.old_score) else None
        place = one.inspection
        yield Line(
            (
                place.center.name, place.round.name, one.old_score, grade_name(one.old_grade),
                one.new_score, grade_name(one.new_grade), moved, one.unknown,
            ),
            place.pk,
        )  # fmt: skip


# ---- ranking


def _regions(row: Rehearsal) -> Table:
    return Table(
        "regions",
        _("排名变化"),
        _("按下一级地区所有试算的检查的平均分排名，只供内部研究，不公布、不通报。"),
        (
            Field(_("地区"), 24), Field(_("检查数"), 8, "number"), Field(_("原平均分"), 10, "points"),
            Field(_("原名次"), 8, "number"), Field(_("新平均分"), 10, "points"),
            Field(_("新名次"), 8, "number"), Field(_("平均分变化"), 10, "change"),
            Field(_("名次变化"), 10, "risen"),
        ),
    )  # fmt: skip


def _region_lines(row: Rehearsal) -> Iterator[Line]:
    digits = DIGITS[Level(min(row.region.level + 1, Level.TOWNSHIP))]
    found = (
        row.results.filter(new_score__isnull=False, old_score__isnull=False)
        .annotate(place=Substr("region_id", 1, digits))
        .values("place")
        .annotate(n=Count("pk"), old=Avg("old_score"), new=Avg("new_score"))
        .order_by("place")
    )
    told = [(one["place"], one["n"], _cent(one["old"]), _cent(one["new"])) for one in found]
    names = Region.objects.in_bulk([place.ljust(CODE_LENGTH, "0") for place, *_rest in told])
    before, after = _ranks([old for *_p, old, _new in told]), _ranks([new for *_p, new in told])
    for place, n, old, new in sorted(told, key=lambda one: (-one[3], one[0])):
        region = names.get(place.ljust(CODE_LENGTH, "0"))
        moved = before[old] - after[new]
        yield Line((region.name if region else place, n, old, before[old], new, after[new], new - old, moved))


def _ranks(values: Sequence[Decimal]) -> dict[Decimal, int]:
    """Equal values share a rank."""
    ordered = sorted(values, reverse=True)
    return {value: ordered.index(value) + 1 for value in ordered}


def _cent(value: Any) -> Decimal:
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


# ---- items


def _items(row: Rehearsal) -> Table:
    return Table(
        "items",
        _("逐项原因"),
        _("“平均影响”是这一项使每次检查的得分平均增减多少分；“未问”是原来没有问、无从计算的检查数。"),
        (
            Field(_("原检查项"), 34), Field(_("新检查项"), 34), Field(_("变化"), 10),
            Field(_("受影响的检查"), 12, "number"), Field(_("平均影响"), 10, "change"),
            Field(_("未问的检查"), 12, "number"),
        ),
    )  # fmt: skip


def _item_lines(row: Rehearsal) -> Iterator[Line]:
    standard, sums = standard_of(row), {}
    editions = Editions(standard)
    for key, (touched, gain, unknown) in row.effects.items():
        edition, link = (int(part) for part in key.split(":"))
        sums[edition, link] = (touched, Fraction(gain), unknown)
    for (edition, number), (touched, gain, unknown) in sorted(
        sums.items(), key=lambda one: (-abs(one[1][1]), one[0])
    ):
        if not touched and not unknown:
            continue
        link = editions.links(edition)[number]
        mean = _rounded(gain / row.done) if row.done else Decimal(0)
        old, new = titles(load_edition(edition), link.old), titles(standard, link.new)
        yield Line((old, new, str(RELATIONS[link.relation]), touched, mean, unknown))


def titles(standard: StandardData, codes: Sequence[str]) -> str:
    return _("、").join(standard.item(code).item.title for code in codes)


def _rounded(value: Fraction) -> Decimal:
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return scaled.quantize(CENT, ROUND_HALF_UP)


# ---- grades


def grade_names(row: Rehearsal) -> list[str]:
    """The grades of the edition that is tried out, then those that only the real results have."""
    own = [grade["name"] for grade in row.standard["policy"]["grades"]]
    others = row.results.exclude(old_grade__in=own).values_list("old_grade", flat=True).distinct().order_by()
    return [*own, *others]


def _grades(row: Rehearsal) -> Table:
    return Table(
        "grades",
        _("等次变化"),
        _("行是原来的等次，列是试算的等次，格子里是检查数。"),
        (
            Field(_("原等次"), 12),
            *(Field(grade_name(grade) or _("无等次"), 10, "number") for grade in grade_names(row)),
            Field(_("合计"), 10, "number"),
        ),
    )


def _grade_lines(row: Rehearsal) -> Iterator[Line]:
    counted = row.results.order_by().values_list("old_grade", "new_grade").annotate(n=Count("pk"))
    found = {(old, new): n for old, new, n in counted}
    names = grade_names(row)
    for old in names:
        cells = [found.get((old, new), 0) for new in names]
        if any(cells):
            yield Line((grade_name(old) or _("无等次"), *cells, sum(cells)))


@dataclass(frozen=True)
class Totals:
    """The head of the page: averages before and after, and how many inspections change grade."""

    before: Decimal | None
    after: Decimal | None
    up: int
    down: int
    provisional: int


def totals(row: Rehearsal) -> Totals:
    names = grade_names(row)
    better = Q(pk__in=[])
    for place, grade in enumerate(names):
        better |= Q(new_grade=grade, old_grade__in=names[place + 1 :])
    found = row.results.aggregate(
        before=Avg("old_score"),
        after=Avg("new_score"),
        up=Count("pk", filter=better),
        changed=Count("pk", filter=~Q(old_grade=F("new_grade"))),
        provisional=Count("pk", filter=Q(unknown__gt=0)),
    )
    means = [None if found[name] is None else _cent(found[name]) for name in ("before", "after")]
    return Totals(means[0], means[1], found["up"], found["changed"] - found["up"], found["provisional"])


# ---- one center


@dataclass(frozen=True)
class Why:
    """One link in one inspection, with what its items lost before and lose now, in points of 100."""

    relation: str
    old: str
    new: str
    before: Decimal
    after: Decimal
    gain: Decimal
    unknown: bool


def why(standard: StandardData, old: Edition, links: Sequence[Any], effects: Iterable[Effect]) -> list[Why]:
    """What moves the score of one inspection, largest first; what could not be told last."""
    before = load_edition(old.pk)
    told = [
        Why(
            str(RELATIONS[links[effect.link].relation]),
            titles(before, links[effect.link].old),
            titles(standard, links[effect.link].new),
            _rounded(effect.before),
            _rounded(effect.after),
            _rounded(effect.gain),
            bool(effect.unknown),
        )
        for effect in effects
        if effect.gain or effect.unknown
    ]
    return sorted(told, key=lambda one: -abs(one.gain))
