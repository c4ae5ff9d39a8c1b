"""A center's self-check, the county's inspection and the city's spot check side by side, item by item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections.checklist import checklist
from inspections.models import Inspection, Round
from inspections.wording import frozen_words
from organization.models import User
from organization.templatetags.portal import grade_name

from .sheets import Field, Sheet

HEADS = {
    Round.Kind.SELF_CHECK: gettext_lazy("乡镇自查"),
    Round.Kind.COUNTY: gettext_lazy("县级检查"),
    Round.Kind.SPOT_CHECK: gettext_lazy("上级抽查"),
    Round.Kind.REINSPECTION: gettext_lazy("复查"),
}
STATES = {
    "met": gettext_lazy("合格"),
    "partly": gettext_lazy("部分合格"),
    "not_met": gettext_lazy("不合格"),
    "na": gettext_lazy("不适用"),
}


@dataclass(frozen=True)
class Column:
    """One inspection; `gap` is its score less that of the column before, None where either has none."""

    inspection: Inspection
    head: Any
    score: Decimal | None
    grade: str
    gap: Decimal | None


@dataclass(frozen=True)
class Row:
    """One item: its frozen answer in each column, and what the last has more than the first."""

    code: str
    title: str
    reference: str
    cells: tuple[Mapping[str, Any], ...]
    gap: Decimal | None
    differs: bool


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Comparison:
    """`items` and `differences` count all items, whatever `sections` are narrowed to."""

    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    items: int
    differences: int


def compare(user: User, inspection: Inspection, *, only_differences: bool = False) -> Comparison:
    """What the person may see of the inspections that belong together with this submitted one.

    They are of one center and one edition: the county's; the self-check that its round asked for, else the
    last one before it; and the last spot check after it, each no further away than the county's next.
    """
    family = _family(user, inspection)
    rows = Inspection.objects.filter(pk__in=[row.pk for row in family]).only("snapshot", "corrected")
    frozen = {row.pk: row.content for row in rows}
    columns = tuple(_columns(family, frozen))
    # One edition and one kind of center: the same items in the same order.
    items = zip(*(_items(column, frozen) for column in columns), strict=True)
    shown = [(cells[0]["section_title"], _row(cells)) for cells in items]
    kept: dict[str, list[Row]] = {}
    for title, row in shown:
        if row.differs or not only_differences:
            kept.setdefault(title, []).append(row)
    return Comparison(
        columns,
        tuple(Section(title, tuple(own)) for title, own in kept.items()),
        len(shown),
        sum(row.differs for _title, row in shown),
    )


def _family(user: User, inspection: Inspection) -> list[Inspection]:
    seen = Inspection.objects.visible_to(user).submitted().whole()
    seen = seen.filter(center_id=inspection.center_id, edition_id=inspection.edition_id)
    rows = list(seen.select_related("round").defer("snapshot", "corrected").order_by("submitted_at", "pk"))
    place = next((at for at, row in enumerate(rows) if row.pk == inspection.pk), None)
    if place is None:
        return [inspection]
    anchor = _anchor(rows, place)
    if anchor is None:
        return [rows[place]]
    before = list(_until_county(reversed(rows[:anchor])))
    after = list(_until_county(iter(rows[anchor + 1 :])))
    county = rows[anchor]
    asked = [row for row in rows if row.round.precedes_id == county.round_id]
    own = next((row for row in asked + before if row.round.kind == Round.Kind.SELF_CHECK), None)
    spot = next((row for row in reversed(after) if row.round.kind == Round.Kind.SPOT_CHECK), None)
    return [row for row in (own, county, spot) if row is not None]


def _anchor(rows: Sequence[Inspection], place: int) -> int | None:
    """Where the county's inspection stands to which the one at `place` belongs."""
    row = rows[place]
    county = [at for at, one in enumerate(rows) if one.round.kind == Round.Kind.COUNTY]
    if row.round.kind == Round.Kind.SPOT_CHECK:
        return max((at for at in county if at < place), default=None)
    if row.round.kind == Round.Kind.SELF_CHECK:
        asked = (at for at in county if rows[at].round_id == row.round.precedes_id)
        return next(asked, min((at for at in county if at > place), default=None))
    return place


def _until_county(rows: Iterator[Inspection]) -> Iterator[Inspection]:
    for row in rows:
        if row.round.kind == Round.Kind.COUNTY:
            return
        yield row


def has_company(user: User, inspection: Inspection) -> bool:
    """Say whether there is anything to compare it with."""
    return len(_family(user, inspection)) > 1


def _columns(family: Sequence[Inspection], frozen: Mapping[UUID, Any]) -> Iterator[Column]:
    before: Decimal | None = None
    for row in family:
        said = frozen[row.pk]
        score = None if said["score"] is None else Decimal(said["score"])
        gap = None if score is None or before is None else score - before
        yield Column(row, HEADS[Round.Kind(row.round.kind)], score, said["grade"], gap)
        before = score


def _items(column: Column, frozen: Mapping[UUID, Any]) -> list[Mapping[str, Any]]:
    row = column.inspection
    known = checklist(row.edition_id, row.kind).by_code
    return [
        item | {"head": column.head, "answer": frozen_words(known[item["code"]], row.kind, item)}
        for item in frozen[row.pk]["items"]
    ]


def _row(items: Sequence[Mapping[str, Any]]) -> Row:
    cells = tuple(items)
    first, last = cells[0], cells[-1]
    scored = len(cells) > 1 and not first["na"] and not last["na"]
    gap = Decimal(last["achieved"]) - Decimal(first["achieved"]) if scored else None
    told = {(cell["status"], cell["answer"]) for cell in cells}
    return Row(first["code"], first["title"], first["reference"], cells, gap, len(told) > 1)


def sheet(comparison: Comparison, *, title: str, notes: Sequence[str]) -> Sheet:
    """The comparison as a table, with the rows that it holds and no others."""
    fields = [
        Field(_("部分"), 22),
        Field(_("条款"), 16),
        Field(_("检查项"), 34),
        Field(_("分值"), 8, "points"),
    ]
    for column in comparison.columns:
        head = str(column.head)
        fields += [Field(f"{head}{_('：')}{_('结果')}", 12), Field(f"{head}{_('：')}{_('情况')}", 30)]
        fields.append(Field(f"{head}{_('：')}{_('得分')}", 10, "points"))
    fields.append(Field(_("相差"), 8, "change"))
    return Sheet(
        name=_("逐项对照"),
        title=title,
        notes=(
            *notes,
            *(
                f"{column.head}{_('：')}{column.score} {grade_name(column.grade)}"
                for column in comparison.columns
            ),
        ),
        fields=fields,
        rows=_sheet_rows(comparison),
        pinned=3,
    )


def _sheet_rows(comparison: Comparison) -> Iterator[Sequence[Any]]:
    for section in comparison.sections:
        for row in section.rows:
            cells: list[Any] = []
            for cell in row.cells:
                earned = None if cell["na"] else Decimal(cell["achieved"])
                cells += [str(STATES[cell["status"]]), cell["answer"], earned]
            points = Decimal(row.cells[0]["points"])
            yield (section.title, row.reference, row.title, points, *cells, row.gap)
