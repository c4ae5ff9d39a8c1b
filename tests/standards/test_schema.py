"""The strict reading of a standard: every fault is named with its path, and all of them at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from standards.content import reference, to_plain
from standards.faults import Faults
from standards.schema import parse_standard
from tests.small_standards import (
    ALL_KINDS,
    AREA,
    CHOICE,
    YES_NO,
    ZONES,
    every_kind,
    plain_item,
    plain_standard,
    standard,
)


def faults_of(data: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Faults) as caught:
        parse_standard(data)
    return [(fault.path, fault.found, fault.expected) for fault in caught.value.faults]


def spoiled(path: str, value: Any, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plain standard in which one place holds another value, or, for `...`, is gone."""
    data = data or plain_standard()
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = data
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


ITEM = "sections/0/clauses/0/items/0"
AT = "sections[0].clauses[0].items[0]"


def test_standard_is_read() -> None:
    data = standard(plain_item("area", AREA, "2.5", veto=True, hint="量取"))
    assert (data.standard, data.edition, data.issued_on) == ("small", "2026", date(2026, 1, 5))
    assert [grade.name for grade in data.policy.grades] == ["优秀", "良好", "合格", "不合格"]
    (item,) = data.items("village")
    assert (item.points, item.veto, item.na_allowed, item.hint) == (Decimal("2.5"), True, True, "量取")
    assert item.rectify.working_days == 15


def test_standard_round_trips_through_plain_data() -> None:
    assert parse_standard(to_plain(every_kind())) == every_kind()


def test_optional_parts_have_defaults() -> None:
    data = plain_standard()
    del data["notes"], data["policy"]["rounding"], data["sections"][0]["clauses"][0]["heading"]
    read = parse_standard(data)
    assert (read.notes, read.policy.rounding_places) == ((), 2)
    assert read.sections[0].clauses[0].heading == ""


def test_lookups_follow_the_kind_and_the_document() -> None:
    data = standard(
        plain_item("b"), plain_item("a", applies_to=["village"]), plain_item("c", applies_to=["township"])
    )
    assert [item.code for item in data.items()] == ["b", "a", "c"]
    assert [item.code for item in data.items("township")] == ["b", "c"]
    assert [item.code for item in data.items("village")] == ["b", "a"]
    assert data.points("village") == 8
    placed = data.item("a")
    assert (placed.section.code, placed.clause.code, placed.item.code) == ("one", "1.1", "a")
    assert placed.reference == "一、（一）1"
    with pytest.raises(KeyError):
        data.item("d")


@pytest.mark.parametrize(
    ("title", "heading", "text", "expected"),
    [
        ("一、建设场地要求", "(二)内部功能", "2、中心内", "一、（二）2"),
        ("二、服务设施要求", "", "3、各服务中心", "二、3"),
        ("四、制度建设要求", "", "(一)乡镇服务中心", "四、（一）"),
        ("十二、附则", "（十一）其他", "10．其他", "十二、（十一）10"),
        ("总则", "", "本标准", "1.1"),
    ],
)
def test_reference_follows_the_documents_own_numbers(
    title: str, heading: str, text: str, expected: str
) -> None:
    data = plain_standard()
    data["sections"][0]["title"] = title
    data["sections"][0]["clauses"][0] |= {"heading": heading, "text": text}
    section = parse_standard(data).sections[0]
    assert reference(section, section.clauses[0]) == expected


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("format", 2, ("format", "2", "format")),
        ("format", True, ("format", "true", "format")),
        ("format", ..., ("format", "", "required")),
        ("standard", "a b", ("standard", '"a b"', "code")),
        ("standard", "a" * 61, ("standard", f'"{"a" * 60}…"', "text_length")),
        ("edition", Decimal(2026), ("edition", "2026", "code")),
        ("title", "  ", ("title", '"  "', "text_empty")),
        ("title", "长" * 201, ("title", f'"{"长" * 60}…"', "text_length")),
        ("title", "响铃\a", ("title", '"响铃\\u0007"', "text_characters")),
        ("title", None, ("title", "null", "text")),
        ("issued_on", "2026-02-30", ("issued_on", '"2026-02-30"', "date")),
        ("issued_on", "5 January", ("issued_on", '"5 January"', "date")),
        ("notes", "一条", ("notes", '"一条"', "list")),
        ("notes/0", Decimal(1), ("notes[0]", "1", "text")),
        ("policy", [], ("policy", "[]", "mapping")),
        ("policy/grades", [], ("policy.grades", "[]", "list_length")),
        ("policy/grades/1/min", Decimal(90), ("policy.grades[1].min", "90", "grade_order")),
        ("policy/grades/0/min", Decimal(101), ("policy.grades[0].min", "101", "number_range")),
        ("policy/grades/3/min", Decimal(1), ("policy.grades", "[…]", "grade_zero")),
        ("policy/grades/1/name", "优秀", ("policy.grades[1].name", '"优秀"', "duplicate_code")),
        ("policy/veto_grade", "差", ("policy.veto_grade", '"差"', "one_of")),
        ("policy/rounding/places", Decimal("1.5"), ("policy.rounding.places", "1.5", "whole")),
        ("policy/rounding/places", Decimal(9), ("policy.rounding.places", "9", "number_range")),
        ("sections", {}, ("sections", "{}", "list")),
        ("sections", [], ("sections", "[]", "list_length")),
        ("sections/0/clauses", [], ("sections[0].clauses", "[]", "list_length")),
        ("sections/0/clauses/0/text", ..., ("sections[0].clauses[0].text", "", "required")),
        (
            "sections/0/clauses/0/text",
            "长" * 4001,
            ("sections[0].clauses[0].text", f'"{"长" * 60}…"', "text_length"),
        ),
        (f"{ITEM}/code", "区域", (f"{AT}.code", '"区域"', "code")),
        (f"{ITEM}/code", "a" * 65, (f"{AT}.code", f'"{"a" * 60}…"', "code")),
        (f"{ITEM}/applies_to", [], (f"{AT}.applies_to", "[]", "list_length")),
        (f"{ITEM}/applies_to", "township", (f"{AT}.applies_to", '"township"', "list")),
        (f"{ITEM}/applies_to", ["village", "village"], (f"{AT}.applies_to[1]", '"village"', "repeated")),
        (f"{ITEM}/points", Decimal(-1), (f"{AT}.points", "-1", "number_range")),
        (f"{ITEM}/points", Decimal("NaN"), (f"{AT}.points", "NaN", "number")),
        (f"{ITEM}/points", Decimal("Infinity"), (f"{AT}.points", "Infinity", "number")),
        (f"{ITEM}/points", 1.5, (f"{AT}.points", "1.5", "number")),
        (f"{ITEM}/points", "4", (f"{AT}.points", '"4"', "number")),
        (f"{ITEM}/points", True, (f"{AT}.points", "true", "number")),
        (f"{ITEM}/points", Decimal("0.125"), (f"{AT}.points", "0.125", "points_places")),
        (f"{ITEM}/veto", "no", (f"{AT}.veto", '"no"', "flag")),
        (f"{ITEM}/na_allowed", None, (f"{AT}.na_allowed", "null", "flag")),
        (f"{ITEM}/measure", ..., (f"{AT}.measure", "", "required")),
        (f"{ITEM}/measure", {"kind": "guess"}, (f"{AT}.measure.kind", '"guess"', "one_of")),
        (f"{ITEM}/methods", ["phone"], (f"{AT}.methods[0]", '"phone"', "one_of")),
        (f"{ITEM}/rectify", {"mode": "soon"}, (f"{AT}.rectify.mode", '"soon"', "one_of")),
        (f"{ITEM}/rectify", {"mode": "fixed_term"}, (f"{AT}.rectify.working_days", "", "required")),
        (
            f"{ITEM}/rectify",
            {"mode": "at_once", "working_days": Decimal(3)},
            (f"{AT}.rectify.working_days", "3", "working_days_only_fixed_term"),
        ),
        (
            f"{ITEM}/rectify",
            {"mode": "fixed_term", "working_days": Decimal(0)},
            (f"{AT}.rectify.working_days", "0", "number_range"),
        ),
        (f"{ITEM}/finding", "缺少{missing}", (f"{AT}.finding", '"缺少{missing}"', "placeholder")),
        (f"{ITEM}/finding", "缺少{", (f"{AT}.finding", '"缺少{"', "braces")),
        (f"{ITEM}/requirement", "", (f"{AT}.requirement", '""', "text_empty")),
        (f"{ITEM}/hint", "长" * 301, (f"{AT}.hint", f'"{"长" * 60}…"', "text_length")),
    ],
)
def test_standard_is_refused(path: str, value: Any, expected: tuple[str, str, str]) -> None:
    assert faults_of(spoiled(path, value)) == [expected]


@pytest.mark.parametrize("data", [None, [], "small", Decimal(3)])
def test_standard_that_is_no_mapping_is_refused(data: Any) -> None:
    assert [(path, expected) for path, _, expected in faults_of(data)] == [("", "mapping")]


def test_all_faults_are_named_at_once() -> None:
    data = plain_standard(plain_item("a", points=-1), plain_item("a", {"kind": "guess"}))
    data["titel"] = data.pop("title")
    assert faults_of(data) == [
        ("titel", '"titel"', "known_key"),
        ("title", "", "required"),
        ("sections[0].clauses[0].items[0].points", "-1", "number_range"),
        ("sections[0].clauses[0].items[1].measure.kind", '"guess"', "one_of"),
        ("sections[0].clauses[0].items[1].code", '"a"', "duplicate_code"),
    ]


def test_unknown_key_is_refused_with_the_word_that_was_meant() -> None:
    with pytest.raises(Faults) as caught:
        standard(plain_item(pionts=3))
    (fault,) = caught.value.faults
    assert (fault.path, fault.expected, fault.params["near"]) == (f"{AT}.pionts", "known_key", "points")


def test_codes_are_unique_in_the_whole_standard() -> None:
    data = plain_standard()
    data["sections"].append(data["sections"][0])
    assert [(path, expected) for path, _, expected in faults_of(data)] == [
        ("sections[1].code", "duplicate_code"),
        ("sections[1].clauses[0].code", "duplicate_code"),
        ("sections[1].clauses[0].items[0].code", "duplicate_code"),
    ]


def test_kind_without_items_is_refused() -> None:
    with pytest.raises(Faults) as caught:
        standard(plain_item(applies_to=["township"]))
    (fault,) = caught.value.faults
    assert (fault.path, fault.expected, fault.params) == ("sections", "items_for_kind", {"kind": "village"})


def test_kind_without_points_is_refused() -> None:
    items = [plain_item("a", points=0), plain_item("b", points=2, applies_to=["township"])]
    assert faults_of(plain_standard(*items)) == [("sections", "[…]", "points_for_kind")]


def test_placeholder_must_be_known_for_each_kind_of_the_item() -> None:
    measure = AREA | {"minimum": {"township": Decimal(150)}}
    item = plain_item("area", measure, finding="小于{minimum}")
    assert faults_of(plain_standard(item)) == [(f"{AT}.finding", '"小于{minimum}"', "placeholder")]
    assert standard(item | {"applies_to": ["township"]}, plain_item("b")).item("area")


@pytest.mark.parametrize("sentence", ["{value.real}", "{value!r}", "{value:>900000000}", "{}", "{0}"])
def test_placeholder_that_reaches_further_is_refused(sentence: str) -> None:
    found = faults_of(plain_standard(plain_item("area", AREA, finding=sentence)))
    assert [(path, expected) for path, _, expected in found] == [(f"{AT}.finding", "placeholder")]


def test_every_measure_kind_has_its_placeholders() -> None:
    sentences = {
        "area": "{value}{unit}{minimum}",
        "zones": "{missing}{missing_count}",
        "windows": "{total}{compliant}",
    }
    items = [plain_item(code, ALL_KINDS[code], finding=text) for code, text in sentences.items()]
    assert (
        len(standard(*items, plain_item("posts", ALL_KINDS["posts"], finding="{count}{unit}")).items()) == 4
    )


def test_elements_of_an_item_must_remain_for_its_kinds() -> None:
    zones = ZONES | {"elements": [ZONES["elements"][2]]}
    assert [e for _, _, e in faults_of(plain_standard(plain_item("zones", zones)))] == ["element_for_kind"]
    assert standard(plain_item("zones", zones, applies_to=["township"]), plain_item("b", CHOICE)).item(
        "zones"
    )


def test_points_may_be_as_fine_as_the_score() -> None:
    data = spoiled("policy/rounding/places", Decimal(3), plain_standard(plain_item("a", YES_NO, "0.125")))
    assert parse_standard(data).points("township") == Decimal("0.125")
