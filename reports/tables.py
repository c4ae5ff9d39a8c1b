"""What the tables for download hold: a round's scores, the index of an archive."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db.models import Count, Min, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from inspections.models import Finding, Inspection, Round
from inspections.workflow import SUBMITTED
from organization.models import ServiceCenter, User
from organization.templatetags.portal import grade_name
from standards.models import Edition, Item

from . import overview, sheets
from .models import Job, OfficialDocument
from .sheets import Field, Sheet, Through, unwatched

CHUNK = 500
MOST_TOWNSHIPS = 16_000  # in one sheet, which has 16,384 columns


def policy_note(edition: Edition | None = None) -> str:
    """What every table with points says of them: they are this product's, not the document's.

    Without an edition, for tables over several of them, no document is named.
    """
    if edition is None:
        return _("分值、权重和等次是本平台的默认设置，不是标准文件的规定。")
    named = f"《{edition.title}》" + (f"（{edition.document_number}）" if edition.document_number else "")
    return _("分值、权重和等次是本平台的默认设置，不是%(document)s的规定。") % {"document": named}


def write_scores(path: Path | str, *, round: Round, user: User, through: Through = unwatched) -> None:
    """Ranking of the townships, scores of the centers, and points lost by item and township."""
    standings = overview.standings(user, round)
    townships = sorted((s for s in standings if s.submitted), key=lambda s: s.region.code)
    # A nation has more townships than a sheet has columns.
    starts = range(0, len(townships), MOST_TOWNSHIPS) or [0]
    several = [_ranking(round, standings), _centers(round, user)]
    several += [_by_item(round, user, townships, start) for start in starts]
    passed = (replace(sheet, rows=through(sheet.rows, _each(len(sheet.fields)))) for sheet in several)
    sheets.write(path, passed, author=round.region.name)


def count_scores(*, round: Round, user: User) -> int:
    """About how many rows the sheets have together, those of items by township counted by their width."""
    rows = Inspection.objects.filter(overview.overseen(user), round=round)
    counted = rows.aggregate(centers=Count("pk"), townships=Count(overview.TOWNSHIP, distinct=True))
    items = Item.objects.filter(clause__section__edition=round.edition_id).count()
    return sum(counted.values()) + items * _each(counted["townships"])


def _each(columns: int) -> int:
    """For how many rows one counts, by its width."""
    return max(1, columns // 10)


def _ranking(round: Round, standings: Sequence[overview.Standing]) -> Sheet:
    return Sheet(
        name=_("各乡镇"),
        title=_("%(round)s 各乡镇得分") % {"round": round.name},
        notes=(
            _("名次只供内部工作参考，不公布、不通报；情况通报按行政区划顺序列出各乡镇的平均分。"),
            policy_note(round.edition),
        ),
        fields=(
            Field(_("名次"), 8, "number"), Field(_("乡镇"), 24), Field(_("区划代码"), 16),
            Field(_("平均分"), 10, "points"), Field(_("已检查中心"), 12, "number"),
            Field(_("中心总数"), 10, "number"), Field(_("未销号问题"), 12, "number"),
        ),
        rows=(
            (s.rank, s.region.name, s.region.code, s.average, s.submitted, s.total, s.findings)
            for s in standings
        ),
        pinned=2,
    )  # fmt: skip


def _centers(round: Round, user: User) -> Sheet:
    return Sheet(
        name=_("各中心"),
        title=_("%(round)s 各中心得分") % {"round": round.name},
        notes=(policy_note(round.edition),),
        fields=(
            Field(_("中心"), 36), Field(_("乡镇"), 18), Field(_("类型"), 14), Field(_("状态"), 10),
            Field(_("组长"), 12), Field(_("提交时间"), 18, "moment"), Field(_("得分"), 10, "points"),
            Field(_("等次"), 10), Field(_("问题数"), 10, "number"), Field(_("更正前得分"), 12, "points"),
        ),
        rows=_center_rows(round, user),
    )  # fmt: skip


def _center_rows(round: Round, user: User) -> Iterator[Sequence[Any]]:
    # Counted for each by itself: a join would multiply the rows by their findings before they are sorted.
    counted = Finding.objects.standing().filter(inspection=OuterRef("pk")).order_by().values("inspection")
    rows = (
        Inspection.objects.filter(overview.overseen(user), round=round)
        .with_first_score()
        .annotate(finding_count=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0))
        .order_by("region_id", "center_id")
        .values_list(
            "center__name", "kind", "region__name", "region__parent__name", "state", "lead__name",
            "submitted_at", "score", "grade", "finding_count", "first_score",
        )
    )  # fmt: skip
    kinds, states = labels(ServiceCenter.Kind.choices), labels(Inspection.State.choices)
    for center, kind, region, above, state, lead, at, score, grade, count, first in rows.iterator(CHUNK):
        township = region if kind == ServiceCenter.Kind.TOWNSHIP else above
        count = count if state == SUBMITTED else None
        graded = grade_name(grade)
        yield center, township, kinds[kind], states[state], lead, at, score, graded, count, first


def labels(choices: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The words for a field's values in the language of now, looked up once for many rows."""
    return {value: str(label) for value, label in choices}


def _by_item(round: Round, user: User, townships: Sequence[overview.Standing], start: int) -> Sheet:
    """Items as rows, townships as columns; a cell is the points lost there, as a mean over its centers."""
    shown = slice(start, start + MOST_TOWNSHIPS)
    return Sheet(
        name=_("检查项×乡镇"),
        title=_("%(round)s 各乡镇失分") % {"round": round.name},
        notes=(
            _("每格是该乡镇已检查中心在这一项上平均失去的分数；没有失分的检查项不列。"),
            policy_note(round.edition),
        ),
        fields=(
            Field(_("条款"), 16),
            Field(_("检查项"), 34),
            Field(_("平均"), 9, "points"),
            *(Field(s.region.name, 10, "points") for s in townships[shown]),
        ),
        rows=_item_rows(round, user, townships, shown),
        pinned=2,
        scale=True,
    )


def _item_rows(
    round: Round, user: User, townships: Sequence[overview.Standing], shown: slice
) -> Iterator[Sequence[Any]]:
    """One item after the other, so that no more than one item's townships are held."""
    rows = (
        Finding.objects.filter(overview.overseen(user), round=round)
        .order_by("item_id")
        .values_list("item_id", overview.TOWNSHIP)
        .annotate(sum=Sum("lost"), some=Min("pk"))
    )
    for _item, found in groupby(rows.iterator(CHUNK), key=itemgetter(0)):
        lost = {township: (sum, some) for _item, township, sum, some in found}
        one = Finding.objects.filter(pk=min(some for _sum, some in lost.values()))
        clause, title = one.values_list("clause", "item__title").get()
        cells = [_mean(lost.get(s.region.prefix), s.submitted) for s in townships]
        yield clause, title, sum(cells, Decimal(0)) / len(cells), *cells[shown]


def _mean(found: tuple[Decimal, int] | None, centers: int) -> Decimal:
    return found[0] / centers if found else Decimal(0)


def index_of(path: Path | str, job: Job, rows: Iterable[tuple[OfficialDocument, str, str]]) -> None:
    """The index of an archive: what is in it under which name, and what is not, with the reason."""
    sheet = Sheet(
        name=_("目录"),
        title=_("%(round)s 文书目录") % {"round": job.round.name},
        fields=(
            Field(_("序号"), 6, "number"), Field(_("文号"), 24), Field(_("文种"), 12), Field(_("标题"), 48),
            Field(_("主送机关"), 24), Field(_("中心"), 32), Field(_("成文日期"), 12, "date"),
            Field(_("状态"), 10), Field(_("文件名"), 52), Field("SHA-256", 70), Field(_("未收入的原因"), 40),
        ),
        rows=(_entry(number, *row) for number, row in enumerate(rows, start=1)),
        pinned=2,
    )  # fmt: skip
    sheets.write(path, [sheet], author=job.region.name)


def _entry(number: int, document: OfficialDocument, name: str, why: str) -> tuple[Any, ...]:
    center = document.inspection.center.name if document.inspection else ""
    return (
        number, document.number_text, document.get_kind_display(), document.title, document.addressee,
        center, document.dated_on, document.get_state_display(), name, document.sha256, why,
    )  # fmt: skip
