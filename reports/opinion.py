"""What a re-inspection found of each finding of a notice: 复查意见书, with photos before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .document import (
    Annex,
    Column,
    DocumentRefused,
    Number,
    Opinion,
    Pair,
    Pairs,
    Part,
    Passage,
    Photo,
    Proof,
    Seal,
    SealImage,
    Table,
)
from .drafting import OURS, Office, Wording, contact_words, copies_words, proof_annex
from .evidence import PhotoFacts, photo
from .scrutiny import settled
from .wording import Deadline, addressee, bare, chinese_date, due_words, first_person, second_person

Outcome = Literal["done", "closed", "partly", "not_done", "not_checked"]
OUTCOMES: dict[Outcome, str] = {
    "done": "已完成",
    "closed": "此前已销号",
    "partly": "部分完成",
    "not_done": "未完成",
    "not_checked": "未复查",
}
TITLE, PHOTOS = "复查意见书", "整改前后对比照片"
MOST_PAIRS = 60
COLUMNS = (
    Column("序号", 12, "center"),
    Column("存在问题", 50),
    Column("整改要求", 44),
    Column("复查情况", 30),
    Column("复查结论", 20, "center"),
)


@dataclass(frozen=True)
class ResultFacts:
    """One finding of the notice and what was found of it: `now` in the inspector's words."""

    finding: str
    requirement: str
    outcome: Outcome
    now: str
    before: PhotoFacts | None = None
    after: PhotoFacts | None = None


@dataclass(frozen=True)
class ReinspectionFacts:
    """A re-inspection, and the notice whose findings it looked at again.

    `withdrawn` of them turned out to be none meanwhile, and are not among the results.
    """

    center: str
    township: str
    notice_title: str
    notice_number: str
    reinspected_on: date
    results: tuple[ResultFacts, ...]
    withdrawn: int = 0


def compose_opinion(
    *,
    office: Office,
    facts: ReinspectionFacts,
    number: Number,
    dated: date,
    report_by: Deadline,
    addressed_to: str = "",
    wording: Wording = OURS,
    seal: Seal = "sealed",
    seal_image: SealImage | None = None,
    post: str = "",
    proof: Proof = "none",
    photos: bool = True,
    demonstration: bool = False,
    preview: bool = False,
) -> Opinion:
    """Return the opinion; `report_by` is when what is left is due.

    Raises DocumentRefused: no_findings, empty, forbidden_word.
    """
    if not facts.results:
        raise DocumentRefused("no_findings")
    you, we = second_person(facts.township), first_person(office.name)
    to, day = addressed_to or addressee(facts.township), chinese_date(dated)
    pictures = _pictures(facts) if photos else None
    slip = proof_annex(proof, TITLE, number, to, office)
    closing = [Part("", (Passage("", bare(wording.closing) + "。"),))] if wording.closing else []
    return settled(
        Opinion(
            issuer=office.name,
            mark=office.name,
            number=number,
            title=(TITLE,),
            addressee=to,
            opening=_opening(facts, you, we, wording),
            parts=(
                Part("", (Passage("", blocks=(_table(facts),)),)),
                Part("", tuple(_verdict(facts, report_by, you, we, wording))),
                *closing,
            ),
            attachments=tuple(annex.title for annex in (pictures, slip) if annex),
            annexes=(pictures,) if pictures else (),
            signature=office.name,
            dated=day,
            seal=seal,
            seal_image=seal_image,
            post=post,
            note=contact_words(office),
            copy_to=copies_words(office),
            printed_by=office.printed_by or office.name,
            printed_on=day,
            proof=slip,
            demonstration=demonstration,
            preview=preview,
        )
    )


def _count(facts: ReinspectionFacts, *outcomes: Outcome) -> int:
    return sum(result.outcome in outcomes for result in facts.results)


def _opening(facts: ReinspectionFacts, you: str, we: str, wording: Wording) -> tuple[str, ...]:
    rest = facts.center.removeprefix(facts.township)
    said = [
        f"{words}{_count(facts, outcome)}项" for outcome, words in OUTCOMES.items() if _count(facts, outcome)
    ]
    basis = f"{bare(wording.basis)}，" if wording.basis else ""
    whole = f"{len(facts.results) + facts.withdrawn}项"
    if facts.withdrawn:
        whole += f"，其中{facts.withdrawn}项经核实已撤销，其余{len(facts.results)}项"
    return (
        f"{basis}{we}于{chinese_date(facts.reinspected_on)}对{you}{rest}落实《{facts.notice_title}》"
        f"（{facts.notice_number}）的情况进行了复查。通知所列问题{whole}，"
        f"经复查，{'、'.join(said)}，具体如下：",
    )


def _table(facts: ReinspectionFacts) -> Table:
    rows = tuple(
        (str(n), bare(r.finding), bare(r.requirement), bare(r.now) or "—", OUTCOMES[r.outcome])
        for n, r in enumerate(facts.results, start=1)
    )
    return Table(COLUMNS, rows)


def _verdict(
    facts: ReinspectionFacts, report_by: Deadline, you: str, we: str, wording: Wording
) -> Iterable[Passage]:
    done, closed = _count(facts, "done"), _count(facts, "closed")
    left = len(facts.results) - done - closed
    if not left:
        yield Passage(
            "",
            f"复查意见：{_all_done(done, closed)}。请{you}巩固整改成果，防止问题反弹。",
        )
        return
    rest = "其余" if closed else "通知所列"
    begun = f"对已完成整改的{done}项问题，同意销号；其余" if done else rest
    yield Passage(
        "",
        f"复查意见：{begun}{left}项问题尚未整改到位，请{you}继续整改，{due_words(report_by)}"
        f"将整改情况和佐证材料书面报送{we}。",
    )
    if wording.consequence:
        yield Passage("", f"{bare(wording.consequence)}。")


def _all_done(done: int, closed: int) -> str:
    if not closed:
        return f"通知所列{done}项问题均已整改到位，同意销号"
    if not done:
        return f"通知所列{closed}项问题此前均已销号"
    return f"本次复查的{done}项问题均已整改到位，同意销号；另有{closed}项此前已销号"


def _pictures(facts: ReinspectionFacts) -> Annex | None:
    """Return the pairs of photos, None where no finding has any."""
    pairs = tuple(
        Pair(f"问题{n}　{bare(r.finding)}", _side(r.before), _side(r.after))
        for n, r in enumerate(facts.results, start=1)
        if r.before or r.after
    )
    if not pairs:
        return None
    more = f"另有{len(pairs) - MOST_PAIRS}组照片未印出，留存备查。" if len(pairs) > MOST_PAIRS else ""
    note = f"注：左为整改前，右为复查时所摄，拍摄时间以拍摄设备的记录为准。{more}"
    said = (f"服务中心（点）：{facts.center}", f"复查日期：{chinese_date(facts.reinspected_on)}")
    return Annex(PHOTOS, said, (Pairs(pairs[:MOST_PAIRS]),), note)


def _side(facts: PhotoFacts | None) -> Photo | None:
    return photo(facts, "") if facts else None
