"""The shipped standard against its source document, character by character, and its sentences."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from standards.content import Placed, StandardData
from standards.measures import Choice, Elements, Number, Occurrences, PerUnit, Units, YesNo, facts
from standards.reading import read_standard
from standards.writing import write_standard

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tests" / "data" / "shenfuban-2021-13.txt"
FILE = ROOT / "standards" / "data" / "shenfuban-2021-13.yaml"
KINDS = ["township", "village"]


@cache
def shipped() -> StandardData:
    return read_standard(FILE)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_clauses_are_the_source_word_for_word_and_in_order() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    body = source[source.index("一、建设场地要求") : source.rindex("2021年11月2日")]
    said = []
    for section in shipped().sections:
        said.append(section.title)
        heading = ""
        for clause in section.clauses:
            if clause.heading != heading:
                heading = clause.heading
                said.append(heading)
            said.append(clause.text)
    assert bare("".join(said)) == bare(body)


def test_head_of_the_standard_is_the_documents() -> None:
    data = shipped()
    source = SOURCE.read_text(encoding="utf-8")
    assert data.title in source
    assert f"{data.issued_on.year}年{data.issued_on.month}月{data.issued_on.day}日" in source
    assert (data.standard, data.edition, data.document_number) == (
        "shenfuban-2021-13",
        "2021",
        "审服办〔2021〕13号",
    )


def test_garbled_places_are_noted_and_not_scored() -> None:
    notes = "\n".join(shipped().notes)
    assert "审服办〔202113" in notes
    assert "字体统一为“标" in notes
    assert "默认设置，不是原文件的规定" in notes
    assert [item.code for item in shipped().items() if "字体" in item.title + item.finding] == []


def test_every_clause_has_items() -> None:
    empty = [clause.code for section in shipped().sections for clause in section.clauses if not clause.items]
    assert empty == []


def test_items_are_about_seventy_for_a_township_and_fewer_for_a_village() -> None:
    assert (len(shipped().items("township")), len(shipped().items("village"))) == (74, 50)


def test_points_by_section_for_a_township() -> None:
    points = {
        section.code: sum(i.points for c in section.clauses for i in c.items if "township" in i.applies_to)
        for section in shipped().sections
    }
    assert points == {"site": 20, "facilities": 20, "matters": 25, "systems": 20, "staff": 15}


def test_clauses_that_name_one_kind_of_center_apply_to_it_alone() -> None:
    """By the subject of each clause; 2.2 names none and follows 2.1, as the notes say."""
    kinds: dict[str, set[str]] = {}
    for placed in shipped().placed():
        kinds.setdefault(placed.clause.code, set()).update(placed.item.applies_to)
    only = {code: found for code, found in kinds.items() if len(found) == 1}
    assert only == {
        **{code: {"township"} for code in ["1.1.1", "1.1.3", "1.2.2", "2.1", "2.2", "5.1", "5.2", "5.3"]},
        "5.4": {"village"},
    }
    systems = {p.item.code for p in shipped().placed("village") if p.clause.code == "4.1"}
    assert "systems.rules" in systems
    assert not {"systems.single_window", "systems.time_limit"} & systems


@pytest.mark.parametrize(
    ("code", "kind", "facts_of_the_document"),
    [
        ("site.area", "township", {"minimum": "150"}),
        ("site.area", "village", {"minimum": "50"}),
        ("site.zones", "village", {"required_count": "6"}),
        ("site.notices", "township", {"required_count": "4"}),
        ("facilities.office_equipment", "township", {"required_count": "6"}),
        ("matters.government", "village", {"required_count": "14"}),
        ("systems.service_modes", "village", {"required_count": "6"}),
        ("staff.full_time", "township", {"minimum": "3"}),
        ("staff.village_staff", "village", {"minimum": "1"}),
    ],
)
def test_numbers_of_the_document(code: str, kind: str, facts_of_the_document: dict[str, str]) -> None:
    measure: Any = shipped().item(code).item.measure
    value = Decimal(0) if isinstance(measure, Number) else ()
    assert facts(measure, value, kind).items() >= facts_of_the_document.items()


def test_named_things_stand_in_their_clause() -> None:
    """An element is called what the clause calls it, but for two that shorten a phrase."""
    strangers = []
    for placed in shipped().placed():
        if isinstance(placed.item.measure, Elements):
            for element in placed.item.measure.elements:
                name = re.sub("(公示牌|区)$", "", element.title)
                if name not in placed.clause.text:
                    strangers.append((placed.item.code, element.title))
    assert strangers == [
        ("staff.village_duties", "帮办代办工作"),
        ("staff.village_duties", "审批服务协调工作"),
    ]


def failing(placed: Placed, kind: str) -> list[Any]:
    """Answers to an item that leave something wanting."""
    measure = placed.item.measure
    match measure:
        case YesNo():
            return [False]
        case Choice():
            return ["partly", "not_met"]
        case Number():
            return [Decimal(0), Decimal("0.5")]
        case Elements():
            codes = [element.code for element in measure.required(kind)]
            return [(), tuple(codes[1:]), tuple(codes[:1])]
        case PerUnit():
            return [Units(0, 0), Units(5, 2)]
        case Occurrences():
            return [1, 3]


def sentences() -> list[tuple[str, str]]:
    found = []
    for kind in KINDS:
        for placed in shipped().placed(kind):
            for value in failing(placed, kind):
                known = facts(placed.item.measure, value, kind)
                found.append((placed.item.code, placed.item.finding.format_map(known)))
                found.append((placed.item.code, placed.item.requirement.format_map(known)))
    return found


def test_sentences_are_a_clerks() -> None:
    """No words of law enforcement, no ASCII punctuation, no full stop, nothing left open."""
    never = re.compile("责令|处罚|复议|违反|违法|[{}]|[,;:!?()]|[。．]|、、|、的|、(?:$|，)|^、|，，|  ")
    assert len(sentences()) > 300
    assert [(code, text) for code, text in sentences() if never.search(text)] == []


def test_sentences_of_one_list_read_whole() -> None:
    zones = shipped().item("site.zones").item
    known = facts(zones.measure, ("waiting", "reception", "guidance", "back_office"), "township")
    assert zones.finding.format_map(known) == "功能设置不全，缺少咨询投诉区、自助服务区"
    assert zones.requirement.format_map(known) == "合理调整布局，增设咨询投诉区、自助服务区"


def test_no_item_is_a_veto_by_default() -> None:
    assert [item.code for item in shipped().items() if item.veto] == []


def test_exported_file_reads_back_equal() -> None:
    assert read_standard(write_standard(shipped()).encode(), "again.yaml") == shipped()
