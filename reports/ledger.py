"""The rectification ledger (整改台账) of a region in a round, as an A4 landscape table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from .document import Column, DocumentRefused, Ledger, Table
from .scrutiny import settled
from .wording import Deadline, bare, chinese_date, deadline_text

COLUMNS = (
    Column("序号", 11, "center"),
    Column("服务中心（点）", 28),
    Column("条款", 20, "center"),
    Column("存在问题", 36),
    Column("整改要求", 32),
    Column("整改时限", 22, "center"),
    Column("责任人", 14, "center"),
    Column("整改情况", 30),
    Column("复查结论", 16, "center"),
    Column("销号日期", 16, "center"),
)
LONGEST = 120  # characters of what was done: a row has to fit a page
MORE = "……（全文见平台）"


@dataclass(frozen=True)
class LedgerRow:
    """A finding as the ledger has it; what did not happen yet is empty."""

    township: str
    center: str
    clause: str
    finding: str
    requirement: str
    deadline: Deadline
    person: str = ""
    result: str = ""
    verdict: str = ""
    closed_on: date | None = None


def compose_ledger(
    *,
    issuer: str,
    region: str,
    round: str,
    rows: Sequence[LedgerRow],
    dated: date,
    demonstration: bool = False,
    preview: bool = False,
) -> Ledger:
    """Return the ledger of rows that stand together by township; raises DocumentRefused (no_findings)."""
    if not rows:
        raise DocumentRefused("no_findings")
    closed = sum(row.closed_on is not None for row in rows)
    return settled(
        Ledger(
            issuer=issuer,
            title=(region, "便民服务中心（点）", "整改台账"),
            facts=(
                f"检查轮次：{round}",
                f"填报单位：{issuer}",
                f"截至日期：{chinese_date(dated)}",
                f"问题{len(rows)}项，已销号{closed}项",
            ),
            table=Table(COLUMNS, tuple(_rows(rows))),
            note="注：责任人和整改情况取自乡镇最近一次报送，空白的尚未报送或尚未复查；整改一项、销号一项，复查合格后方可销号。",
            demonstration=demonstration,
            preview=preview,
        )
    )


def _rows(rows: Sequence[LedgerRow]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    number = 0
    for township, group in groupby(rows, key=lambda row: row.township):
        members = list(group)
        found.append((f"{township}（{len(members)}项）",))
        for row in members:
            number += 1
            found.append(_row(number, row))
    return found


def _row(number: int, row: LedgerRow) -> tuple[str, ...]:
    closed = chinese_date(row.closed_on) if row.closed_on else ""
    texts = (row.center, row.clause, bare(row.finding), bare(row.requirement), deadline_text(row.deadline))
    return (str(number), *texts, row.person, _shortened(bare(row.result)), row.verdict, closed)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - len(MORE)] + MORE
