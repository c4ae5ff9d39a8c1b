"""What the tables for download hold: a round's scores, its ledger, findings, the index of an archive."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections.models import Finding, Inspection, Round
from inspections.workflow import SUBMITTED, WITHDRAWN
from organization.codes import Level
from organization.models import User
from standards.models import Edition

from . import overview, sheets
from .follow_up import follow_up
from .models import Job, OfficialDocument
from .sheets import Field, Sheet
from .whereabouts import place_of

CHUNK = 500
NOWHERE: Mapping[str, str] = MappingProxyType({})


def policy_note(edition: Edition | None = None) -> str:
    """What every table with points says of them: they are this product's, not the document's.

    Without an edition, for tables over several of them, no document is named.
    """
    if edition is None:
        return _("分值、权重和等次是本平台的默认设置，不是标准文件的规定。")
    named = f"《{edition.title}》" + (f"（{edition.document_number}）" if edition.document_number else "")
    return _("分值、权重和等次是本平台的默认设置，不是%(document)s的规定。") % {"document": named}


def write_scores(path: Path | str, *, round: Round, user: User) -> None:
    """Ranking of the townships, scores of the centers, and points lost by item and township."""
    standings = overview.standings(user, round)
    sheets.write(
        path,
        [_ranking(round, standings), _centers(round, user), _by_item(round, user, standings)],
        author=round.region.name,
    )


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
    rows = (
        Inspection.objects.filter(overview.overseen(user), round=round)
        .select_related("center", "region__parent", "lead")
        .defer("snapshot", "corrected")
        .with_first_score()
        .annotate(finding_count=Count("findings", filter=~Q(findings__state=WITHDRAWN)))
        .order_by("region_id", "center_id")
    )
    for row in rows.iterator(chunk_size=CHUNK):
        township = row.region if row.kind == "township" else row.region.parent
        yield (
            row.center.name, township.name if township else "", row.get_kind_display(),
            row.get_state_display(), row.lead.name if row.lead else "", row.submitted_at, row.score,
            row.grade, row.finding_count if row.state == SUBMITTED else None, row.first_score,
        )  # fmt: skip


def _by_item(round: Round, user: User, standings: Sequence[overview.Standing]) -> Sheet:
    """Items as rows, townships as columns; a cell is the points lost there, as a mean over its centers."""
    townships = sorted((s for s in standings if s.submitted), key=lambda s: s.region.code)
    lost = _lost(round, user)
    items: dict[int, tuple[str, str]] = {}
    for (item, _township), (title, clause, _sum) in lost.items():
        items[item] = (clause, title)

    def rows() -> Iterator[Sequence[Any]]:
        for item, (clause, title) in sorted(items.items()):
            cells = [_mean(lost.get((item, s.region.prefix)), s.submitted) for s in townships]
            yield (clause, title, sum(cells, Decimal(0)) / len(cells), *cells)

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
            *(Field(s.region.name, 10, "points") for s in townships),
        ),
        rows=rows(),
        pinned=2,
        scale=True,
    )


def _lost(round: Round, user: User) -> dict[tuple[int, str], tuple[str, str, Decimal]]:
    """Points lost by item and township's prefix, with the item's title and clause."""
    rows = (
        Finding.objects.filter(overview.overseen(user), round=round)
        .order_by()
        .values_list("item_id", "item__title", "clause", overview.TOWNSHIP)
        .annotate(sum=Sum("lost"))
    )
    found: dict[tuple[int, str], tuple[str, str, Decimal]] = {}
    for item, title, clause, township, lost in rows:
        before = found.get((item, township), ("", "", Decimal(0)))[2]
        found[item, township] = (title, clause, before + lost)
    return found


def _mean(found: tuple[str, str, Decimal] | None, centers: int) -> Decimal:
    return found[2] / centers if found else Decimal(0)


ROUND = 2  # place of the round among the fields of a finding, which a round's own ledger leaves out
FINDING_FIELDS: tuple[tuple[Any, int, sheets.Form], ...] = (
    (gettext_lazy("乡镇"), 14, "text"),
    (gettext_lazy("中心"), 30, "text"),
    (gettext_lazy("检查轮次"), 24, "text"),
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


def write_findings(
    path: Path | str, rows: Any, *, said: Sequence[str] = (), places: Mapping[str, str] = NOWHERE
) -> None:
    """The findings of a list as it is filtered; `said` are lines above that say by what.

    With `places` (of `whereabouts`) each row says first where its township is.
    """
    sheets.write(path, [_findings(rows, said, places)])


def write_findings_csv(path: Path | str, rows: Any, *, places: Mapping[str, str] = NOWHERE) -> None:
    sheets.write_csv(path, _findings(rows, (), places))


def _findings(rows: Any, said: Sequence[str], places: Mapping[str, str]) -> Sheet:
    fields = [Field(str(head), width, form) for head, width, form in FINDING_FIELDS + DUE_FIELDS]
    if places:
        fields.insert(0, Field(_("所属市县"), 24))
    return Sheet(
        name=_("问题"),
        title=_("检查发现的问题"),
        notes=(*said, policy_note()),
        fields=tuple(fields),
        rows=(_placed(row, places) for row in _joined(rows)),
        pinned=3 if places else 2,
    )


def _placed(row: Any, places: Mapping[str, str]) -> tuple[Any, ...]:
    told = (*_finding(row), *_due(row))
    return (place_of(places, row.region_id), *told) if places else told


def write_ledger(path: Path | str, *, round: Round, user: User) -> None:
    """整改台账: the round's findings with what became of each: reported, judged, closed."""
    rows = Finding.objects.filter(overview.overseen(user), round=round)
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
        rows=_ledger_rows(rows.order_by("region_id", "center_id", "item_id")),
        pinned=3,
    )
    sheets.write(path, [sheet], author=round.region.name)


def _ledger_rows(rows: Any) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(_joined(rows), start=1):
        township, center, _round, *rest = _finding(row)
        yield (number, township, center, *rest, *_followed(row))


def _followed(row: Any) -> tuple[Any, ...]:
    told = row.followed
    return (
        "", told.person, told.measure, told.result, told.done_on, row.due_on, told.reviewer,
        told.reviewed_on, told.verdict, told.closed_on,
    )  # fmt: skip


def _joined(rows: Any) -> Iterator[Finding]:
    """The findings with their places, the document that names them and what became of them."""
    rows = rows.select_related("center", "round", "item", "region__parent", "inspection")
    rows = rows.defer("inspection__snapshot", "inspection__corrected")
    chunk: list[Finding] = []
    for row in rows.iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _numbered(chunk)
            chunk = []
    yield from _numbered(chunk)


def _numbered(rows: list[Finding]) -> list[Finding]:
    wanted = {row.inspection_id for row in rows}
    found = OfficialDocument.objects.demands().issued().filter(inspection__in=wanted).defer("document")
    demands = {document.inspection_id: document for document in found.select_related("body")}
    followed = follow_up(rows)
    for row in rows:
        row.followed = followed[row.pk]  # type: ignore[attr-defined]
        row.demand = demands.get(row.inspection_id)  # type: ignore[attr-defined]
    return rows


def _finding(row: Any) -> tuple[Any, ...]:
    region = row.region
    township = region.parent if region.level == Level.VILLAGE and region.parent else region
    return (
        township.name, row.center.name, row.round.name, row.clause, row.item.title, row.finding, row.lost,
        row.requirement, row.get_mode_display(), row.working_days, row.found_at, row.get_state_display(),
        row.demand.number_text if row.demand else "", row.demand.dated_on if row.demand else None,
    )  # fmt: skip


def _due(row: Any) -> tuple[Any, ...]:
    return row.due_on, _("暂定") if row.due_is_provisional else ""


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
