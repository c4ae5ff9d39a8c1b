"""The tables of a region's page: what is shown is what is downloaded."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from organization.codes import Level
from organization.models import Region
from organization.templatetags.portal import day, grade_name, score
from standards.content import reference
from standards.models import Item

from . import item_history, latest
from .cells import Cell, Column, Table, bar, change, climbed, heated, number, scored, share
from .item_history import History, edition_changes, edition_words
from .latest import Latest
from .outcomes import BAND, points
from .overview import mean
from .regional import Place, View, called, ranks

WORST_SHOWN = 10
HEATED_SHOWN = 20


def tables(shown: View, standing: Latest, query: dict[str, str], all_items: bool) -> list[Table]:
    """Every table of the page in its order."""
    items = by_share(shown) if all_items else by_share(shown)[:HEATED_SHOWN]
    past = item_history.read(shown, items)
    made = [grades(shown), distribution(shown), ranking(shown, query), sections(shown)]
    made += [worst(shown, past, items[:WORST_SHOWN]), heat_map(shown, items), trend(shown, query)]
    return [*made, item_history.table(shown, past, items), latest.table(shown, standing)]


def grade_order(shown: View) -> list[str]:
    """The grades that were given, best first: by the average of what they stand for."""
    found = {*shown.own.grades, *shown.own_against.grades}
    known = [row["name"] for row in shown.round.edition.policy.get("grades", [])]
    return sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name))


def grades(shown: View) -> Table:
    columns = [
        Column(_("等次")),
        Column(pgettext("count", "中心"), "number"),
        Column(_("占比（%）"), "points"),
    ]
    if shown.against:
        columns.append(Column(_("对比轮次占比（%）"), "points", 18))
    rows = []
    for name in grade_order(shown):
        row = [
            Cell(grade_name(name) or _("无等次")),
            Cell(shown.own.grades[name]),
            share(shown.own.grades[name], shown.own.done),
        ]
        if shown.against:
            row.append(share(shown.own_against.grades[name], shown.own_against.done))
        rows.append(row)
    return Table("grades", _("等次分布"), columns, rows, look="short")


def distribution(shown: View) -> Table:
    columns = [
        Column(_("得分"), width=14),
        Column(pgettext("count", "中心"), "number"),
        Column(_("占比（%）"), "points"),
    ]
    rows = [
        [Cell(band_words(band)), Cell(count), share(count, shown.own.scored)]
        for band, count in sorted(shown.own.bands.items(), reverse=True)
        if count
    ]
    return Table("distribution", _("得分分布"), columns, rows, look="short")


def band_words(band: int) -> str:
    low = band * BAND
    return f"{low}–100" if low + BAND == 100 else f"{low}–{low + BAND - 1}.99"


def ranking(shown: View, query: dict[str, str]) -> Table:
    columns = [
        Column(_("中心") if shown.lists_centers else _("地区"), width=30),
        *([] if shown.alone else [Column(_("名次"), "number", 8)]),
        Column(_("得分") if shown.lists_centers else _("平均分"), "points"),
    ]  # fmt: skip
    if shown.against:
        columns.append(Column(_("比上一轮") if shown.follows else _("相差"), "change", 14))
    if shown.against and not shown.alone:
        columns.append(Column(_("名次变化"), "risen"))
    columns += [
        Column(_("已检查"), "number"), Column(_("应检查"), "number"),
        Column(_("未销号"), "number"), Column(_("已逾期"), "number"),
    ]  # fmt: skip
    now = ranks((key, figures.average) for key, figures in shown.figures.items())
    ordered = sorted(shown.places, key=lambda place: (now.get(place.key, len(now) + 1), str(place.key)))
    risen = _risen(shown)
    rows = [_ranked(shown, place, query, now.get(place.key), risen.get(place.key)) for place in ordered]
    title = _("各中心") if shown.lists_centers else _("各地区")
    return Table("ranking", title, columns, rows, _about_ranks(shown))


def _about_ranks(shown: View) -> str:
    notes = []
    if not shown.alone and shown.region.level == Level.COUNTY:
        notes.append(_("名次只供内部工作参考，不公布、不通报；情况通报按行政区划顺序列出各乡镇的平均分。"))
    elif not shown.alone:
        # A circular is a county's, about its townships.
        notes.append(_("名次只供内部工作参考，不公布、不通报。"))
    if shown.against and shown.alone:
        notes.append(_("两轮检查的中心不一定相同。"))
    elif shown.against:
        notes.append(_("两轮检查的中心不一定相同；名次变化只在两轮都有得分的之间计算。"))
    return " ".join(notes)


def _risen(shown: View) -> dict[Any, int]:
    """Places risen in rank by their keys: among those alone that have a score in both rounds.

    One below whom nobody has been inspected yet would otherwise seem to have risen.
    """
    now = {key: one.average for key, one in shown.figures.items() if one.average is not None}
    then = {key: one.average for key, one in shown.figures_against.items() if one.average is not None}
    both = now.keys() & then.keys()
    above, below = (ranks((key, found[key]) for key in both) for found in (then, now))
    return {key: above[key] - below[key] for key in both}


def _ranked(
    shown: View, place: Place, query: dict[str, str], rank: int | None, risen: int | None
) -> list[Cell]:
    figures, other = shown.figures[place.key], shown.figures_against[place.key]
    ranked = [] if shown.alone else [number(rank)]
    row = [Cell(place.name, url=address(place, query)), *ranked, bar(figures.average)]
    if shown.against:
        row.append(change(figures.average, other.average))
    if shown.against and not shown.alone:
        row.append(climbed(risen))
    return [
        *row, Cell(figures.done), Cell(figures.inspections),
        Cell(figures.open, url=_findings(shown, place, "open") if figures.open else ""),
        Cell(figures.overdue, tone="bad" if figures.overdue else ""),
    ]  # fmt: skip


def _findings(shown: View, place: Place, state: str) -> str:
    if place.region is None:
        return ""
    wanted = urlencode({"round": shown.round.pk, "state": state, "region": place.region.prefix})
    return f"{reverse('reports:finding-list')}?{wanted}"


def address(place: Place, query: dict[str, str]) -> str:
    """Where the row leads: to the page of a region, or to the score of a center's inspection."""
    if place.region is not None:
        wanted = urlencode(query)
        return reverse("reports:region", args=[place.region.code]) + (f"?{wanted}" if wanted else "")
    inspection = place.inspection
    if inspection is None or inspection.state != inspection.State.SUBMITTED:
        return ""
    return reverse("reports:score", args=[inspection.pk])


def sections(shown: View) -> Table:
    columns = [Column(_("分项"), width=30), Column(_("全部"), "points")]
    if shown.against:
        columns += [Column(_("对比轮次"), "points"), Column(_("相差"), "change")]
    columns += [Column(place.name, "points") for place in side_by_side(shown)]
    rows = []
    for section in sections_of(shown):
        row = [Cell(section.title, is_source=True), bar(shown.own.section(section.code))]
        if shown.against:
            other = shown.own_against.section(section.code)
            row += [scored(other), change(shown.own.section(section.code), other)]
        beside = (shown.figures[place.key].section(section.code) for place in side_by_side(shown))
        rows.append(row + [scored(value) for value in beside])
    return Table("sections", _("分项得分"), columns, rows, look="pinned heated")


def side_by_side(shown: View) -> list[Place]:
    """The places that have columns of their own: a single one would repeat the whole."""
    return [] if shown.alone else shown.places


def sections_of(shown: View) -> list[Any]:
    """The sections of the round's standard that have items, in its order."""
    found = {item.clause.section.code: item.clause.section for item in shown.items}
    return list(found.values())


def worst(shown: View, past: History, items: Sequence[Item]) -> Table:
    columns = [
        Column(_("检查项"), width=36), Column(_("条款"), width=16),
        Column(_("有问题的中心"), "number", 14), Column(_("占比（%）"), "points"),
        Column(_("共扣分"), "points"),
    ]  # fmt: skip
    if shown.against:
        columns += [Column(_("对比轮次占比（%）"), "points", 18)]
    rows = []
    for item in items:
        lost = points(shown.own.lost(item))
        row = [
            Cell(item.title, url=_item_url(shown, item.pk), is_source=True),
            Cell(reference(item.clause.section, item.clause)),
            Cell(shown.own.short(item)), bar(shown.own.share(item)), Cell(lost, words=score(lost)),
        ]  # fmt: skip
        rows.append(
            [*row, item_history.cell(past, shown, shown.against, item, scored)] if shown.against else row
        )
    return Table("worst", _("问题最普遍的检查项"), columns, rows, look="cards")


def by_share(shown: View) -> list[Any]:
    """The items that fell short anywhere, most often first."""
    short = [item for item in shown.items if shown.own.short(item)]
    return sorted(short, key=lambda item: (-(shown.own.share(item) or 0), item.position))


def _item_url(shown: View, item: int) -> str:
    wanted = {"round": shown.round.pk, "item": item, "region": shown.region.prefix}
    return f"{reverse('reports:finding-list')}?{urlencode(wanted)}"


def heat_map(shown: View, items: Sequence[Item]) -> Table:
    columns = [Column(_("检查项"), width=36), Column(_("全部（%）"), "points")]
    columns += [Column(place.name, "points") for place in side_by_side(shown)]
    rows = [
        [
            Cell(item.title, is_source=True), heated(shown.own.share(item)),
            *(heated(shown.figures[place.key].share(item)) for place in side_by_side(shown)),
        ]
        for item in items
    ]  # fmt: skip
    note = _("每格是有问题的中心占适用中心的百分比，颜色越深越多；“—”为还没有检查或都不适用。")
    several = _("检查项×中心") if shown.lists_centers else _("检查项×地区")
    title = _("各检查项") if shown.alone else several
    return Table("items", title, columns, rows, note, look="pinned heated")


def trend(shown: View, query: dict[str, str]) -> Table:
    columns = [
        Column(_("轮次"), width=30), Column(_("开始"), "date"), Column(pgettext("count", "中心"), "number"),
        Column(_("平均分"), "points"), Column(_("比上一轮"), "change"),
    ]  # fmt: skip
    changes = edition_changes([round for round, _n, _sum in shown.trend])
    if changes:
        columns.append(Column(_("标准"), width=24))
    rows, last = [], None
    for round, count, total in shown.trend:
        average = mean(points(total), count)
        link = "?" + urlencode({**query, "round": round.pk, "against": ""})
        begun = Cell(round.starts_on, words=day(round.starts_on))
        name = Cell(called(round, shown.region), url=link)
        row = [name, begun, Cell(count), bar(average), change(average, last)]
        rows.append([*row, Cell(edition_words(round.edition))] if changes else row)
        last = average
    note = " ".join([*changes, _("标准不同，平均分不能直接相比。")]) if changes else ""
    return Table("trend", _("历次变化"), columns, rows, note)


# ---- the regions above


def trail(region: Region, sees: Callable[[str], bool], query: dict[str, str]) -> list[tuple[str, str]]:
    """Names and addresses of the regions above that the person sees, outermost first."""
    found, above = [], region.parent
    while above is not None:
        if sees(above.code):
            found.append((above.name, address(Place(above.code, above.name, region=above), query)))
        above = above.parent
    return found[::-1]
