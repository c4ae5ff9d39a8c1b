"""A township's result in a round as a report on paper: scores, sections, lost points, what would help."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .document import (
    Bar,
    BarChart,
    Block,
    Column,
    DocumentRefused,
    Part,
    Passage,
    ScoreReport,
    Table,
)
from .scrutiny import settled
from .wording import bare, chinese_date, points_words

CENTERS = (
    Column("序号", 12, "center"),
    Column("服务中心（点）", 60),
    Column("检查日期", 32, "center"),
    Column("得分", 18, "center"),
    Column("等次", 18, "center"),
    Column("问题（项）", 16, "center"),
)
SECTIONS = (
    Column("检查内容", 66),
    Column("分值", 30, "center"),
    Column("得分", 30, "center"),
    Column("扣分", 30, "center"),
)
LOST = (
    Column("序号", 12, "center"),
    Column("条款", 24, "center"),
    Column("存在问题", 54),
    Column("扣分", 14, "center"),
    Column("整改要求", 52),
)


@dataclass(frozen=True)
class SectionScore:
    """A section's points and its score of 100; None where nothing in it was scored."""

    title: str
    points: Decimal
    achieved: Decimal
    lost: Decimal
    score: Decimal | None


@dataclass(frozen=True)
class LostPoints:
    """An item that fell short."""

    clause: str
    finding: str
    requirement: str
    lost: Decimal


@dataclass(frozen=True)
class CenterScore:
    """One center: `change` since its last inspection, `repairs` that lead to `next_grade`."""

    name: str
    inspected_on: date
    score: Decimal | None
    grade: str
    sections: tuple[SectionScore, ...]
    lost: tuple[LostPoints, ...]
    change: Decimal | None = None
    next_grade: str = ""
    next_score: Decimal | None = None
    repairs: int = 0


@dataclass(frozen=True)
class TownshipScores:
    """A township's submitted inspections in a round, its own center first."""

    township: str
    round: str
    standard_title: str
    standard_number: str
    centers: tuple[CenterScore, ...]


def compose_score_report(
    *, issuer: str, facts: TownshipScores, dated: date, demonstration: bool = False, preview: bool = False
) -> ScoreReport:
    """Return the report; raises DocumentRefused: nothing_submitted, empty, forbidden_word."""
    if not facts.centers:
        raise DocumentRefused("nothing_submitted")
    parts = [Part("一、总体得分", tuple(_overall(facts))), Part("二、分项得分", tuple(_by_section(facts)))]
    further = (("扣分项目", tuple(_lost(facts))), ("提升方向", tuple(_next(facts))))
    for place, (title, passages) in zip("三四", ((t, p) for t, p in further if p), strict=False):
        parts.append(Part(f"{place}、{title}", passages))
    return settled(
        ScoreReport(
            issuer=issuer,
            title=(facts.township, "便民服务中心（点）", "检查得分报告"),
            opening=(_opening(facts),),
            parts=tuple(parts),
            signature=issuer,
            dated=chinese_date(dated),
            seal="unsealed",
            demonstration=demonstration,
            preview=preview,
        )
    )


def _opening(facts: TownshipScores) -> str:
    number = f"（{facts.standard_number}）" if facts.standard_number else ""
    return (
        f"在{facts.round}中，依据《{facts.standard_title}》{number}，对{facts.township}"
        f"{len(facts.centers)}个便民服务中心（点）进行了检查。得分按照本次检查采用的评分办法计算，"
        "供对照整改。"
    )


def _overall(facts: TownshipScores) -> Iterable[Passage]:
    rows = tuple(
        (str(n), c.name, chinese_date(c.inspected_on), _figure(c.score), c.grade or "—", str(len(c.lost)))
        for n, c in enumerate(facts.centers, start=1)
    )
    changes = [f"{c.name}比上次{_moved(c.change)}" for c in facts.centers if c.change is not None]
    text = f"{'，'.join(changes)}。" if changes else ""
    yield Passage("", text, blocks=(Table(CENTERS, rows),))


def _moved(change: Decimal) -> str:
    if not change:
        return "持平"
    return f"{'提高' if change > 0 else '下降'}{points_words(abs(change))}分"


def _by_section(facts: TownshipScores) -> Iterable[Passage]:
    """The first center with chart and table; the others, which may be many, with the table alone."""
    for place, center in enumerate(facts.centers):
        rows = tuple(
            (bare(s.title), points_words(s.points), points_words(s.achieved), points_words(s.lost))
            for s in center.sections
        )
        blocks: tuple[Block, ...] = (Table(SECTIONS, rows, center.name),)
        bars = tuple(
            Bar(_name(s.title), float(s.score), _figure(s.score))
            for s in center.sections
            if s.score is not None
        )
        if bars and not place:
            mark = None if center.score is None else float(center.score)
            words = f"总分{_figure(center.score)}"
            blocks = (BarChart(f"{center.name}各部分得分率（%）", bars, 100.0, mark, words), *blocks)
        yield Passage("", blocks=blocks)


def _name(title: str) -> str:
    return title.partition("、")[2].removesuffix("要求") or title


def _lost(facts: TownshipScores) -> Iterable[Passage]:
    rows: list[tuple[str, ...]] = []
    for center in facts.centers:
        if center.lost:
            total = sum((item.lost for item in center.lost), Decimal(0))
            rows.append((f"{center.name}（{len(center.lost)}项，共扣{points_words(total)}分）",))
        for number, item in enumerate(sorted(center.lost, key=lambda item: -item.lost), start=1):
            lost = points_words(item.lost) if item.lost else "—"
            rows.append((str(number), item.clause, bare(item.finding), lost, bare(item.requirement)))
    if rows:
        yield Passage("", blocks=(Table(LOST, tuple(rows)),))


def _next(facts: TownshipScores) -> Iterable[Passage]:
    for center in facts.centers:
        if center.next_grade and center.next_score is not None:
            yield Passage(
                "",
                f"{center.name}完成估计最省力的{center.repairs}项整改后，得分可达{center.next_score:f}分，"
                f"等次为{center.next_grade}。",
            )


def _figure(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"
