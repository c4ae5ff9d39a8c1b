"""From the facts of an inspection to the words of its notice, as a clerk would write them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal

from organization.phones import masked

from .document import (
    Annex,
    DocumentRefused,
    FeedbackAnnex,
    FindingRow,
    FindingsAnnex,
    Notice,
    Number,
    Part,
    Passage,
    Proof,
    ProofAnnex,
    Seal,
    SealImage,
)
from .evidence import PhotoFacts, evidence_annex
from .scrutiny import settled
from .wording import (
    Deadline,
    addressee,
    bare,
    chinese_date,
    deadline_text,
    due_words,
    first_person,
    numeral,
    points_words,
    second_person,
    section_words,
    title_pieces,
)

ITEMS_IN_BODY = 20  # with more findings the body sums each section up and leaves them to annex 1
EXAMPLES = 3
ANNEXES = ("问题清单", "整改情况反馈表")
PROOFS = {"receipt": "回执", "service": "送达回证"}
ORDER = "整改通知书"
NoticeKind = Literal["notice", "letter", "order"]


@dataclass(frozen=True)
class Office:
    """The issuing body. `mark` is the red head as printed; `code` the 机关代字 of its numbers."""

    name: str
    mark: str
    code: str
    contact: str = ""
    phone: str = ""
    copy_to: str = ""
    printed_by: str = ""


@dataclass(frozen=True)
class FindingFacts:
    """One finding: `section` as titled in the standard, `clause` as the document numbers it."""

    section: str
    clause: str
    finding: str
    requirement: str
    lost: Decimal
    deadline: Deadline
    photos: tuple[PhotoFacts, ...] = ()


@dataclass(frozen=True)
class Wording:
    """The sentences that an office may word itself, placeholders filled in; empty ones are ours.

    `basis` begins the opening, `report` asks for the written feedback, `consequence` follows the
    request to prepare for re-inspection, `closing` is a paragraph of its own at the end.
    """

    basis: str = ""
    report: str = ""
    consequence: str = ""
    closing: str = ""


OURS = Wording()


@dataclass(frozen=True)
class InspectionFacts:
    """What was inspected, when, by which requirements, and with what result.

    `score` has the places that its standard rounds to.
    """

    center: str
    township: str
    inspected_on: date
    standard_title: str
    standard_number: str
    score: Decimal | None
    grade: str
    findings: tuple[FindingFacts, ...]
    plan_number: str = ""


def compose_notice(
    *,
    office: Office,
    facts: InspectionFacts,
    number: Number,
    dated: date,
    report_by: Deadline,
    kind: NoticeKind = "notice",
    addressed_to: str = "",
    wording: Wording = OURS,
    seal: Seal = "sealed",
    seal_image: SealImage | None = None,
    post: str = "",
    proof: Proof = "none",
    photos: bool = True,
    demonstration: bool = False,
    preview: bool = False,
) -> Notice:
    """Return the notice about an inspection's findings; `report_by` is when the feedback is due.

    It goes to `addressed_to`, or where that is empty to the body that answers for the township.
    Photos of the findings, where there are any, are an annex. Raises DocumentRefused: no_findings
    when there is nothing to rectify, empty when a text is missing, forbidden_word when a text
    handed in has a word that no notice may have.
    """
    if not facts.findings:
        raise DocumentRefused("no_findings")
    sections = _sections(facts.findings)
    rows = tuple(_rows(sections))
    you, we = second_person(facts.township), first_person(office.name)
    day, to = chinese_date(dated), addressed_to or addressee(facts.township)
    title = (ORDER,) if kind == "order" else title_pieces(facts.township, facts.center)
    evidence = _evidence(facts, sections) if photos else None
    slip = proof_annex(proof, "".join(title), number, to, office)
    return settled(
        Notice(
            kind=kind,
            issuer=office.name,
            mark=office.mark if kind == "notice" else office.name,
            number=number,
            title=title,
            addressee=to,
            opening=_opening(facts, you, we, kind, wording),
            parts=_parts(kind, sections, facts.findings, report_by, you, we, wording),
            attachments=_attachments(kind, evidence, slip),
            signature=office.name,
            dated=day,
            seal=seal,
            seal_image=seal_image,
            post=post,
            note=contact_words(office),
            copy_to=copies_words(office),
            printed_by=office.printed_by or office.name,
            printed_on=day,
            findings=_findings_annex(facts, rows),
            feedback=FeedbackAnnex(ANNEXES[1], facts.center, number.text, _found(rows)),
            annexes=(evidence,) if evidence else (),
            proof=slip,
            demonstration=demonstration,
            preview=preview,
        )
    )


def _attachments(kind: NoticeKind, evidence: Annex | None, slip: ProofAnnex | None) -> tuple[str, ...]:
    """Return the annexes' titles in their order; the form has its findings in its own table."""
    first = ANNEXES[1:] if kind == "order" else ANNEXES
    return (*first, *(annex.title for annex in (evidence, slip) if annex))


def _evidence(facts: InspectionFacts, sections: "Sections") -> Annex | None:
    findings = [finding for _, group in sections for finding in group]
    said = (f"被检查单位：{facts.center}", f"检查日期：{chinese_date(facts.inspected_on)}")
    return evidence_annex(((n, f.finding, f.photos) for n, f in enumerate(findings, start=1)), said)


def proof_annex(kind: Proof, title: str, number: Number, to: str, office: Office) -> ProofAnnex | None:
    """Return the receipt slip or the proof of service of a document, None where neither is wanted."""
    if kind == "none":
        return None
    return ProofAnnex(kind, PROOFS[kind], title, number.text, to, office.name)


def _by_section(findings: Iterable[FindingFacts]) -> list[FindingFacts]:
    """Return the findings with those of one section together, sections in order of appearance."""
    place: dict[str, int] = {}
    for finding in findings:
        place.setdefault(finding.section, len(place))
    return sorted(findings, key=lambda finding: place[finding.section])


Sections = Sequence[tuple[str, list[FindingFacts]]]


def _sections(findings: Iterable[FindingFacts]) -> Sections:
    return [
        (section_words(title), list(rows))
        for title, rows in groupby(_by_section(findings), key=lambda finding: finding.section)
    ]


def _rows(sections: Sections) -> Iterable[FindingRow]:
    number = 0
    for name, findings in sections:
        for finding in findings:
            number += 1
            yield FindingRow(
                number=number,
                section=name,
                clause=finding.clause,
                finding=bare(finding.finding),
                lost=points_words(finding.lost) if finding.lost else "—",
                requirement=bare(finding.requirement),
                deadline=deadline_text(finding.deadline),
            )


def _basis(facts: InspectionFacts) -> str:
    number = f"（{facts.standard_number}）" if facts.standard_number else ""
    return f"《{facts.standard_title}》{number}"


def _opening(
    facts: InspectionFacts, you: str, we: str, kind: NoticeKind, wording: Wording
) -> tuple[str, ...]:
    rest = facts.center.removeprefix(facts.township)
    plan = f"和检查计划（{facts.plan_number}）" if facts.plan_number else ""
    score = ""
    if facts.score is not None:
        grade = f"，等次为{facts.grade}" if facts.grade else ""
        score = f"按照本次检查采用的评分办法，得分{facts.score:f}分{grade}。"
    basis = bare(wording.basis) or f"为提升基层政务服务水平，根据{_basis(facts)}{plan}"
    leads_on = "具体如下：" if kind == "order" else "现将有关情况和整改要求通知如下："
    return (
        f"{basis}，{we}于{chinese_date(facts.inspected_on)}"
        f"对{you}{rest}进行了检查。{score}检查发现问题{len(facts.findings)}项，{leads_on}",
    )


def _parts(
    kind: NoticeKind,
    sections: Sections,
    findings: Sequence[FindingFacts],
    report_by: Deadline,
    you: str,
    we: str,
    wording: Wording,
) -> tuple[Part, ...]:
    closing = (Part("", (Passage("", bare(wording.closing) + "。"),)),) if wording.closing.strip() else ()
    if kind == "order":
        return (Part("", tuple(_orders(findings, report_by, you, we, wording))), *closing)
    return (
        Part("一、存在问题", tuple(_problems(sections))),
        Part("二、整改要求", tuple(_demands(findings, report_by, you, we, wording))),
        *closing,
    )


def _orders(
    findings: Sequence[FindingFacts], report_by: Deadline, you: str, we: str, wording: Wording
) -> Iterable[Passage]:
    """The sentences below the form's table."""
    yield Passage("", f"请{you}明确责任领导和具体责任人，对照上列问题逐项整改。" + _by_when(findings, "上表"))
    yield Passage(
        "",
        _report(report_by, we, wording, "") + _consequence(we, wording),
    )


def _report(report_by: Deadline, we: str, wording: Wording, annex: str) -> str:
    form = f"《整改情况反馈表》{annex}"
    ours = f"请{due_words(report_by)}将{form}连同整改前后照片等佐证材料，加盖公章后书面报送{we}"
    return f"{bare(wording.report) or ours}。"


def _consequence(we: str, wording: Wording) -> str:
    ours = "整改到位的，予以销号；逾期未整改或者整改不到位的，将予以通报，并视情约谈有关负责人"
    return f"{we}将适时组织复查。{bare(wording.consequence) or ours}。"


def _problems(sections: Sections) -> Iterable[Passage]:
    in_full = sum(len(findings) for _, findings in sections) <= ITEMS_IN_BODY
    for place, (name, findings) in enumerate(sections, start=1):
        heading = f"（{numeral(place)}）{name}"
        if in_full:
            yield Passage(heading, items=tuple(_items(findings)))
        else:
            yield Passage(heading + "。", text=_summary(findings))


def _items(findings: list[FindingFacts]) -> Iterable[str]:
    for place, finding in enumerate(findings, start=1):
        facts = [finding.clause] if finding.clause else []
        if finding.lost:
            facts.append(f"扣{points_words(finding.lost)}分")
        # The clause has round brackets of its own, so the outer pair is of the other kind.
        tail = f"〔{'，'.join(facts)}〕" if facts else ""
        yield f"{place}.{bare(finding.finding)}{tail}。"


def _summary(findings: list[FindingFacts]) -> str:
    lost = sum((finding.lost for finding in findings), Decimal(0))
    heaviest = sorted(findings, key=lambda finding: -finding.lost)[:EXAMPLES]
    named = "；".join(bare(finding.finding) for finding in heaviest)
    more = "等" if len(findings) > len(heaviest) else ""
    return f"存在问题{len(findings)}项，共扣{points_words(lost)}分，主要是：{named}{more}，详见附件1。"


def _demands(
    findings: Sequence[FindingFacts], report_by: Deadline, you: str, we: str, wording: Wording
) -> Iterable[Passage]:
    yield Passage(
        "（一）落实整改责任。",
        f"{you}要高度重视检查发现的问题，明确责任领导和具体责任人，对照《问题清单》（附件1）"
        "逐项制定措施，整改一项、销号一项。",
    )
    yield Passage("（二）严格整改时限。", _by_when(findings, "附件1"))
    yield Passage("（三）及时报送情况。", _report(report_by, we, wording, "（附件2）"))
    yield Passage("（四）做好复查准备。", _consequence(we, wording))


def _by_when(findings: Sequence[FindingFacts], listed_in: str) -> str:
    at_once = [f for f in findings if f.deadline.mode == "at_once"]
    fixed = [f.deadline for f in findings if f.deadline.mode == "fixed_term"]
    sustained = [f for f in findings if f.deadline.mode == "sustained"]
    clauses = []
    if at_once:
        clauses.append(f"对能够立即整改的{len(at_once)}项问题，要立行立改")
    if fixed:
        same = len(set(fixed)) == 1
        when = f"要{due_words(fixed[0])}完成整改" if same else f"要按照{listed_in}所列时限完成整改"
        clauses.append(f"对需要限期整改的{len(fixed)}项问题，{when}")
    if sustained:
        clauses.append(f"对需要长期坚持的{len(sustained)}项问题，要健全长效机制，持续抓好落实")
    text = "；".join(clauses) + "。"
    if any(deadline.provisional for deadline in fixed):
        text += "标明“暂定”的时限，待国家公布该年度节假日安排后确定。"
    return text


def contact_words(office: Office) -> str:
    """Return the remark (附注) that names whom to ask."""
    said = []
    if office.contact:
        said.append(f"联系人：{office.contact}")
    if office.phone:
        said.append(f"联系电话：{masked(office.phone)}")
    return f"（{'；'.join(said)}）" if said else ""


def copies_words(office: Office) -> str:
    """Return whom copies go to, as the imprint block has it."""
    return office.copy_to.rstrip("。；; ") + "。" if office.copy_to.strip() else ""


def _found(rows: Iterable[FindingRow]) -> tuple[tuple[int, str], ...]:
    return tuple((row.number, row.finding) for row in rows)


def _findings_annex(facts: InspectionFacts, rows: tuple[FindingRow, ...]) -> FindingsAnnex:
    said = [f"被检查单位：{facts.center}", f"检查日期：{chinese_date(facts.inspected_on)}"]
    if facts.score is not None:
        said.append(f"得分：{facts.score:f}分" + (f"（{facts.grade}）" if facts.grade else ""))
    note = f"注：“条款”指{_basis(facts)}的条款序号；扣分、得分和等次按照本次检查采用的评分办法计算。"
    return FindingsAnnex(ANNEXES[0], tuple(said), note, rows)
