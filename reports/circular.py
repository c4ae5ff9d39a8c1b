"""What a round came to, as a circular (情况通报) to the townships, with chart and tables."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import Formatter

from .document import (
    Annex,
    Bar,
    BarChart,
    Circular,
    Column,
    DocumentRefused,
    Number,
    Part,
    Passage,
    Seal,
    SealImage,
    Table,
)
from .drafting import OURS, Office, Wording, contact_words, copies_words
from .scrutiny import settled
from .wording import bare, chinese_date, first_person, numeral, points_words, section_words

ANNEXES = ("各乡镇检查得分情况表", "问题集中的检查项目")
FULL_MARKS = 100.0
TOWNSHIPS = (
    Column("序号", 12, "center"),
    Column("乡镇", 42),
    Column("应检查（个）", 24, "center"),
    Column("已检查（个）", 24, "center"),
    Column("平均得分", 27, "center"),
    Column("问题（项）", 27, "center"),
)
ITEMS = (
    Column("序号", 12, "center"),
    Column("检查项目", 82),
    Column("条款", 34, "center"),
    Column("涉及中心（点）", 28, "center"),
)


@dataclass(frozen=True)
class TownshipFacts:
    """A township in a round; `average` is None where nothing is scored yet."""

    name: str
    centers: int
    inspected: int
    average: Decimal | None
    findings: int


@dataclass(frozen=True)
class SectionFacts:
    """A section of the standard: its findings, the centers they are at, and a few in words."""

    title: str
    findings: int
    centers: int
    examples: tuple[str, ...]


def common_problem(title: str, template: str, said: Iterable[str], centers: int) -> str:
    """Return what several centers have in common at an item, from its sentence and what was `said` of each.

    A sentence with places to fill tells one center's own figures, which are no county's: there the item is
    named, with how many centers it is at.
    """
    if any(name is not None for _, name, _, _ in Formatter().parse(template)):
        return f"{centers}个中心（点）在{title}方面不符合要求"
    return Counter(said).most_common(1)[0][0]


@dataclass(frozen=True)
class ItemFacts:
    """An item that fell short at several centers."""

    title: str
    clause: str
    centers: int


@dataclass(frozen=True)
class RoundFacts:
    """A round of a region: townships by division code, sections in the standard's order, items by centers."""

    name: str
    region: str
    starts_on: date
    ends_on: date
    standard_title: str
    standard_number: str
    plan_number: str
    average: Decimal | None
    grades: tuple[tuple[str, int], ...]
    townships: tuple[TownshipFacts, ...]
    sections: tuple[SectionFacts, ...]
    items: tuple[ItemFacts, ...]

    @property
    def centers(self) -> int:
        return sum(township.centers for township in self.townships)

    @property
    def inspected(self) -> int:
        return sum(township.inspected for township in self.townships)

    @property
    def findings(self) -> int:
        return sum(township.findings for township in self.townships)


def compose_circular(
    *,
    office: Office,
    facts: RoundFacts,
    number: Number,
    dated: date,
    addressed_to: str = "",
    wording: Wording = OURS,
    seal: Seal = "sealed",
    seal_image: SealImage | None = None,
    post: str = "",
    demonstration: bool = False,
    preview: bool = False,
) -> Circular:
    """Return the circular; raises DocumentRefused: nothing_submitted, empty, forbidden_word."""
    if not facts.inspected:
        raise DocumentRefused("nothing_submitted")
    we, day = first_person(office.name), chinese_date(dated)
    annexes = _annexes(facts)
    return settled(
        Circular(
            issuer=office.name,
            mark=office.mark,
            number=number,
            title=circular_title(facts.name),
            addressee=addressed_to or "各乡镇人民政府",
            opening=_opening(facts, we, wording),
            parts=(
                Part("一、总体情况", tuple(_overall(facts))),
                *([Part("二、主要问题", tuple(_problems(facts)))] if facts.sections else []),
                Part(f"{'三' if facts.sections else '二'}、工作要求", tuple(_demands(we, wording))),
                *([Part("", (Passage("", bare(wording.closing) + "。"),))] if wording.closing else []),
            ),
            attachments=tuple(annex.title for annex in annexes),
            annexes=annexes,
            signature=office.name,
            dated=day,
            seal=seal,
            seal_image=seal_image,
            post=post,
            note=contact_words(office),
            copy_to=copies_words(office),
            printed_by=office.printed_by or office.name,
            printed_on=day,
            demonstration=demonstration,
            preview=preview,
        )
    )


def circular_title(round_name: str) -> tuple[str, ...]:
    """Return 关于……情况的通报 in the pieces between which a line may end."""
    named = (piece for piece in re.split(r"(?<=年)|(?<=季度)|(?<=中心)|(?=检查|督导)", round_name) if piece)
    return ("关于", *named, "情况", "的通报")


def _opening(facts: RoundFacts, we: str, wording: Wording) -> tuple[str, ...]:
    number = f"（{facts.standard_number}）" if facts.standard_number else ""
    plan = f"和检查计划（{facts.plan_number}）" if facts.plan_number else ""
    basis = bare(wording.basis) or f"根据《{facts.standard_title}》{number}{plan}"
    return (
        f"{basis}，{_period(facts)}，{we}对{_whole(facts.region)}便民服务中心（点）进行了检查。"
        "现将有关情况通报如下：",
    )


def _whole(region: str) -> str:
    """Return a region as its own office speaks of it: 全县, 全市, 全区, else by name."""
    return f"全{region[-1]}" if region.endswith(("县", "市", "区", "旗", "省")) else region


def _period(facts: RoundFacts) -> str:
    first, last = facts.starts_on, facts.ends_on
    if first == last:
        return chinese_date(first)
    end = chinese_date(last)
    if first.year == last.year:
        end = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
    return f"{chinese_date(first)}至{end}"


def _overall(facts: RoundFacts) -> Iterable[Passage]:
    waiting = facts.centers - facts.inspected
    left = f"，尚有{waiting}个未完成检查" if waiting else ""
    yield Passage(
        "（一）检查覆盖情况。",
        f"本轮涉及{len(facts.townships)}个乡镇，应检查便民服务中心（点）{facts.centers}个，"
        f"已检查{facts.inspected}个{left}。",
    )
    if facts.average is not None:
        graded = "、".join(f"{name}{count}个" for name, count in facts.grades if count)
        yield Passage(
            "（二）得分情况。",
            f"按照本次检查采用的评分办法，平均得分{facts.average:f}分"
            + (f"，其中{graded}" if graded else "")
            + "。各乡镇平均得分见附件1。",
            blocks=(_chart(facts),),
        )
    place = "三" if facts.average is not None else "二"
    each = Decimal(facts.findings) / facts.inspected
    yield Passage(
        f"（{place}）问题情况。",
        f"共发现问题{facts.findings}项，平均每个中心（点）{points_words(each.quantize(Decimal('0.1')))}项。",
    )


def _chart(facts: RoundFacts) -> BarChart:
    assert facts.average is not None
    bars = tuple(
        Bar(t.name, float(t.average), f"{t.average:f}") for t in facts.townships if t.average is not None
    )
    return BarChart("各乡镇平均得分（分）", bars, FULL_MARKS, float(facts.average), f"平均{facts.average:f}")


def _problems(facts: RoundFacts) -> Iterable[Passage]:
    for place, section in enumerate(facts.sections, start=1):
        named = "；".join(bare(example) for example in section.examples)
        more = "等" if section.findings > len(section.examples) else ""
        yield Passage(
            f"（{numeral(place)}）{section_words(section.title)}。",
            f"发现问题{section.findings}项，涉及{section.centers}个中心（点），主要是：{named}{more}。",
        )


def _demands(we: str, wording: Wording) -> Iterable[Passage]:
    yield Passage(
        "（一）压实整改责任。",
        "各乡镇要对照整改通知和问题清单，明确责任领导和具体责任人，建立整改台账，整改一项、销号一项。",
    )
    yield Passage(
        "（二）严格整改时限。",
        "能够立即整改的，要立行立改；需要限期整改的，要在通知规定的时限内完成；"
        "需要长期坚持的，要健全长效机制，持续抓好落实。",
    )
    yield Passage(
        "（三）坚持举一反三。",
        "各乡镇要对照本通报指出的共性问题，组织辖区内便民服务中心（点）开展自查，防止同类问题重复发生。",
    )
    ours = "逾期未整改或者整改不到位的，将予以通报，并视情约谈有关负责人"
    yield Passage("（四）加强跟踪问效。", f"{we}将适时组织复查。{bare(wording.consequence) or ours}。")


def _annexes(facts: RoundFacts) -> tuple[Annex, ...]:
    said = (f"检查轮次：{facts.name}", f"检查时间：{_period(facts)}")
    rows = tuple(
        (str(n), t.name, str(t.centers), str(t.inspected), _score(t.average), str(t.findings))
        for n, t in enumerate(facts.townships, start=1)
    )
    total = ("", "合计", str(facts.centers), str(facts.inspected), _score(facts.average), str(facts.findings))
    note = "注：得分按照本次检查采用的评分办法计算，乡镇按行政区划代码的顺序排列，不排名次，“—”表示尚无得分。"
    annexes = [Annex(ANNEXES[0], said, (Table(TOWNSHIPS, (*rows, total)),), note)]
    if facts.items:
        items = tuple(
            (str(n), item.title, item.clause, str(item.centers))
            for n, item in enumerate(facts.items, start=1)
        )
        basis = f"注：“条款”指《{facts.standard_title}》的条款序号。"
        annexes.append(Annex(ANNEXES[1], said, (Table(ITEMS, items),), basis))
    return tuple(annexes)


def _score(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"
