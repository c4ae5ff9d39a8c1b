"""Findings as tables for download: a list of them, and a round's ledger (整改台账)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from inspections.models import Finding, Round
from organization.codes import Level
from organization.models import User
from organization.whereabouts import place_of

from . import overview, sheets
from .follow_up import follow_up
from .models import OfficialDocument
from .sheets import Field, Sheet, Through, unwatched
from .tables import CHUNK, labels, policy_note

NOWHERE: Mapping[str, str] = MappingProxyType({})
ROUND = 2  # place of the round among the fields of a finding, which a round's own ledger leaves out
FINDING_FIELDS: tuple[tuple[Any, int, sheets.Form], ...] = (
    (gettext_lazy("乡镇"), 14, "text"),
    (gettext_lazy("中心"), 30, "text"),
    (pgettext_lazy("column", "检查轮次"), 24, "text"),
    (gettext_lazy("条款"), 16, "text"),
    (gettext_lazy("检查项"), 24, "text"),
    (gettext_lazy("存在问题"), 44, "text"),
    (gettext_lazy("扣分"), 8, "points"),
    (gettext_lazy("整改要求"), 44, "text"),
    (gettext_lazy("整改方式"), 10, "text"),
    (gettext_lazy("时限（工作日）"), 12, "number"),
    (gettext_lazy("发现时间"), 17, "moment"),
    (gettext_lazy("状态"), 10, "text"),
    (gettext_lazy("文号"), 22, "text"),
    (gettext_lazy("成文日期"), 12, "date"),
)
# By when, as the list says it; a round's own ledger has the day among what follows.
DUE_FIELDS: tuple[tuple[Any, int, sheets.Form], ...] = (
    (gettext_lazy("整改期限"), 12, "date"),
    (gettext_lazy("期限备注"), 10, "text"),
)
# The first is filled in by hand: the portal does not know it.
FOLLOWED_FIELDS: tuple[tuple[Any, int, sheets.Form], ...] = (
    (gettext_lazy("责任领导"), 12, "text"),
    (gettext_lazy("责任人"), 12, "text"),
    (gettext_lazy("整改措施"), 30, "text"),
    (gettext_lazy("整改结果"), 12, "text"),
    (gettext_lazy("完成日期"), 12, "date"),
    (gettext_lazy("整改期限"), 12, "date"),
    (gettext_lazy("复查人"), 12, "text"),
    (gettext_lazy("复查日期"), 12, "date"),
    (gettext_lazy("复查结论"), 16, "text"),
    (gettext_lazy("销号日期"), 12, "date"),
)
# What these are made from. Not whole rows: of a hundred thousand that would take half as long again.
COLUMNS = (
    "pk", "inspection_id", "region_id", "region__level", "region__name", "region__parent__name",
    "center__name", "round__name", "clause", "item__title", "finding", "lost", "requirement", "mode",
    "working_days", "found_at", "state", "due_on", "due_is_provisional", "closed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The regions, by their codes, of one file of a table that is divided; empty for the whole."""

    first: str = ""
    last: str = ""

    def of(self, rows: Any) -> Any:
        return rows.filter(region__code__gte=self.first, region__code__lte=self.last) if self.last else rows


WHOLE = Part()


def write_findings(
    path: Path | str, rows: Any, *, places: Mapping[str, str] = NOWHERE, through: Through = unwatched
) -> None:
    """The findings of a list as it is filtered.

    With `places` (of `whereabouts`) each row says first where its township is.
    """
    sheets.write(path, [_findings(rows, places, through)])


def write_findings_csv(
    path: Path | str, rows: Any, *, places: Mapping[str, str] = NOWHERE, through: Through = unwatched
) -> None:
    sheets.write_csv(path, _findings(rows, places, through))


def _findings(rows: Any, places: Mapping[str, str], through: Through) -> Sheet:
    fields = [Field(str(head), width, form) for head, width, form in FINDING_FIELDS + DUE_FIELDS]
    if places:
        fields.insert(0, Field(_("所属市县"), 24))
    return Sheet(
        name=_("问题"),
        title=_("检查发现的问题"),
        notes=(policy_note(),),
        fields=tuple(fields),
        rows=through(_finding_rows(rows, places), 1),
        pinned=3 if places else 2,
    )


def _finding_rows(rows: Any, places: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    provisional = _("暂定")
    for chunk in _chunks(rows):
        for row, cells in _told(chunk):
            told = (*cells, row.due_on, provisional if row.due_is_provisional else "")
            yield (place_of(places, row.region_id), *told) if places else told


def write_ledger(
    path: Path | str, *, round: Round, user: User, part: Part = WHOLE, through: Through = unwatched
) -> None:
    """整改台账: the round's findings with what became of each: reported, judged, closed."""
    rows = Finding.objects.filter(overview.overseen(user), round=round)
    found = part.of(rows).order_by("region_id", "center_id", "item_id")
    fields = [Field(_("序号"), 6, "number")]
    kept = (field for place, field in enumerate(FINDING_FIELDS) if place != ROUND)
    fields += [Field(str(head), width, form) for head, width, form in kept]
    fields += [Field(str(head), width, form) for head, width, form in FOLLOWED_FIELDS]
    sheet = Sheet(
        name=_("整改台账"),
        title=_("%(round)s 整改台账") % {"round": round.name},
        notes=(
            _(
                "对账销号：整改一项、复查一项、销号一项。整改情况取自最近一次报送，复查情况取自审核记录；"
                "责任领导由责任单位填写。"
            ),
            policy_note(round.edition),
        ),
        fields=fields,
        rows=through(_ledger_rows(found), 1),
        pinned=3,
    )
    sheets.write(path, [sheet], author=round.region.name)


def _ledger_rows(rows: Any) -> Iterator[Sequence[Any]]:
    # Each file of a divided ledger counts its own: what is written while it is made moves no other's numbers.
    numbers = count(1)
    for chunk in _chunks(rows):
        followed = follow_up(chunk)
        for row, cells in _told(chunk):
            township, center, _round, *rest = cells
            told = followed[row.pk]
            yield (
                next(numbers), township, center, *rest,
                "", told.person, told.measure, told.result, told.done_on, row.due_on, told.reviewer,
                told.reviewed_on, told.verdict, told.closed_on,
            )  # fmt: skip


def _chunks(rows: Any) -> Iterator[list[Any]]:
    found = rows.values_list(*COLUMNS, named=True).iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _told(chunk: Sequence[Any]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The findings, and of each the cells of `FINDING_FIELDS`, with the document that names it."""
    inspections = {row.inspection_id for row in chunk}
    found = OfficialDocument.objects.demands().issued().filter(inspection__in=inspections)
    found = found.only("inspection_id", "number_code", "year", "number", "dated_on")
    demands = {row.inspection_id: (row.number_text, row.dated_on) for row in found}
    modes, states = labels(Finding.Mode.choices), labels(Finding.State.choices)
    for row in chunk:
        is_village = row.region__level == Level.VILLAGE
        township = (is_village and row.region__parent__name) or row.region__name
        yield row, (
            township, row.center__name, row.round__name, row.clause, row.item__title, row.finding, row.lost,
            row.requirement, modes[row.mode], row.working_days, row.found_at, states[row.state],
            *demands.get(row.inspection_id, ("", None)),
        )  # fmt: skip
