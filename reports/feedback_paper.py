"""整改情况反馈表 filled from what the township wrote, to be signed and stamped: an A4 landscape table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from inspections.models import Evidence, Finding, Reply

from .document import Column, DocumentRefused, Ledger, Table
from .opinion import OUTCOMES
from .scrutiny import settled
from .wording import bare, chinese_date

COLUMNS = (
    Column("序号", 11, "center"),
    Column("存在问题", 44),
    Column("整改措施", 50),
    Column("整改结果", 18, "center"),
    Column("完成时间", 26, "center"),
    Column("佐证材料", 18, "center"),
    Column("未完成原因及下步计划", 40),
    Column("责任人", 18, "center"),
)
SIGNING = (
    ("填报单位（公章）：", "单位负责人（签字）："),
    ("填报人及联系电话：", "填报日期：　　　　年　　月　　日"),
)


@dataclass(frozen=True)
class FeedbackRow:
    """A finding and what was written about it last; empty where nothing was."""

    finding: str
    measure: str = ""
    result: str = ""
    done_on: date | None = None
    evidence: int = 0
    plan: str = ""
    responsible: str = ""


def rows_of(findings: Sequence[Finding], *, drafts: bool) -> list[FeedbackRow]:
    """The findings with the last report of each, or its draft after that; two queries for any number.

    `drafts` are the township's own until they are reported: without them only what was reported.
    """
    replies = Reply.objects.filter(finding__in=findings).order_by("pk")
    last = {reply.finding_id: reply for reply in replies if drafts or reply.reported_at}
    counted = Evidence.objects.kept().filter(finding__in=findings).order_by()
    counts = {
        (row["finding"], row["reply"]): row["n"]
        for row in counted.values("finding", "reply").annotate(n=Count("pk"))
    }
    if not drafts:
        counts = {pair: n for pair, n in counts.items() if pair[1]}
    return [_row(finding, last.get(finding.pk), counts) for finding in findings]


def _row(finding: Finding, reply: Reply | None, counts: dict[tuple[int, int | None], int]) -> FeedbackRow:
    if reply is None:
        return FeedbackRow(finding.finding, evidence=counts.get((finding.pk, None), 0))
    attached = reply.pk if reply.reported_at else None
    return FeedbackRow(
        finding=finding.finding,
        measure=reply.measure,
        # A draft may not say it yet.
        result=OUTCOMES.get(reply.result, ""),  # type: ignore[call-overload]
        done_on=reply.done_on,
        evidence=counts.get((finding.pk, attached), 0),
        plan=reply.plan,
        responsible=reply.responsible,
    )


def told_of(inspection: object) -> Q:
    """Match the findings of an inspection that its notice asked for."""
    return Q(inspection=inspection) & ~Q(state__in=(Finding.State.FOUND, Finding.State.WITHDRAWN))


def compose_feedback(
    *, center: str, number: str, round: str, rows: Sequence[FeedbackRow], demonstration: bool = False
) -> Ledger:
    """Return the form; raises DocumentRefused (no_findings). `number` is the notice's, empty without one."""
    if not rows:
        raise DocumentRefused("no_findings")
    table = Table(COLUMNS, tuple(_cells(number, row) for number, row in enumerate(rows, start=1)))
    return settled(
        Ledger(
            issuer=center,
            title=(center, "整改情况反馈表"),
            facts=(f"服务中心（点）：{center}", f"整改通知文号：{number}", f"检查轮次：{round}"),
            table=table,
            note="注：按平台中填写的内容生成，空白的尚未填写；佐证照片和材料在平台中随各项报送。",
            signing=SIGNING,
            demonstration=demonstration,
        )
    )


def _cells(number: int, row: FeedbackRow) -> tuple[str, ...]:
    done = chinese_date(row.done_on) if row.done_on else ""
    papers = f"{row.evidence}份" if row.evidence else ""
    texts = (bare(row.finding), bare(row.measure), row.result, done, papers, bare(row.plan), row.responsible)
    return (str(number), *texts)
