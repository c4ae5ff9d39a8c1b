"""Answers as a form gives them: read, checked, and refused with the field named."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from inspections.answers import Checked, Given, check, read_given
from standards.faults import Faults
from tests.small_standards import every_kind

ITEMS = {item.code: item for item in every_kind().items()}


def posted(code: str, *pairs: tuple[str, str]) -> Given:
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(f"i1-{name}", value)
    return read_given(data, "i1", ITEMS[code].measure)


def kept(code: str, given: Given, kind: str = "township") -> Checked:
    return check(given, ITEMS[code], kind)


def faults(code: str, given: Given, kind: str = "township") -> dict[str, str]:
    with pytest.raises(Faults) as caught:
        kept(code, given, kind)
    return {fault.path: fault.expected for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("code", "pairs", "value", "status"),
    [
        ("yes", [("value", "met")], True, "met"),
        ("yes", [("value", "not_met")], False, "not_met"),
        ("choice", [("value", "partly")], "partly", "partly"),
        ("area", [("value", "75.50")], "75.5", "partly"),
        ("area", [("value", "１５０")], "150", "met"),
        ("zones", [("value", "wait"), ("value", "guide")], ["guide", "wait"], "partly"),
        ("zones", [("none", "1")], [], "not_met"),
        ("windows", [("value_0", "4"), ("value_1", "3")], {"total": 4, "compliant": 3}, "partly"),
        ("windows", [("value_0", "0"), ("value_1", "0")], {"total": 0, "compliant": 0}, "not_met"),
        ("posts", [("value", "2")], 2, "partly"),
        ("posts", [("value", "0")], 0, "met"),
    ],
)
def test_value_of_each_kind_is_read_and_kept(code: str, pairs: Any, value: object, status: str) -> None:
    checked = kept(code, posted(code, *pairs))
    assert (checked.value, checked.status) == (value, status)
    assert type(checked.value) is type(value)


@pytest.mark.parametrize("code", ITEMS)
def test_nothing_chosen_is_unanswered(code: str) -> None:
    assert posted(code) == Given()
    assert kept(code, posted(code, ("note", " 待查 "))) == Checked(None, False, "", "待查", "unanswered")


@pytest.mark.parametrize("code", ITEMS)
@pytest.mark.parametrize("name", ["na", "value"])
def test_not_applicable_needs_a_reason(code: str, name: str) -> None:
    """Both ways of saying so: a box beside a number, and one of several buttons."""
    given = posted(code, (name, "na"), ("reason", " 没有这项业务 "))
    assert kept(code, given) == Checked(None, True, "没有这项业务", "", "na")
    assert faults(code, posted(code, (name, "na"), ("reason", " "))) == {"reason": "text_empty"}


def test_not_applicable_takes_precedence_over_a_value_left_in_the_form() -> None:
    given = posted("area", ("value", "150"), ("na", "1"), ("reason", "租用"))
    assert given == Given(None, True, "租用")


def test_reason_without_not_applicable_is_left_out() -> None:
    assert kept("yes", posted("yes", ("value", "met"), ("reason", "旧"))).reason == ""


def test_not_applicable_is_refused_where_the_standard_forbids_it() -> None:
    from tests.small_standards import plain_item, standard

    (item,) = standard(plain_item(na_allowed=False)).items()
    with pytest.raises(Faults) as caught:
        check(Given(na=True, reason="无"), item, "township")
    assert [fault.expected for fault in caught.value.faults] == ["na_not_allowed"]


@pytest.mark.parametrize(
    ("code", "given", "expected"),
    [
        ("yes", Given("maybe"), {"value": "flag"}),
        ("choice", Given("good"), {"value": "one_of"}),
        ("area", Given("-1"), {"value": "number_least"}),
        ("area", Given("NaN"), {"value": "number"}),
        ("area", Given("Infinity"), {"value": "number"}),
        ("area", Given("1e999"), {"value": "number"}),
        ("area", Given("1,5"), {"value": "number"}),
        ("area", Given("9" * 41), {"value": "number"}),
        ("zones", Given(["nowhere"]), {"value[0]": "element"}),
        ("zones", Given(["wait", "wait"]), {"value[1]": "repeated"}),
        ("windows", Given({"total": "3", "compliant": "4"}), {"value.compliant": "compliant"}),
        ("windows", Given({"total": "3", "compliant": ""}), {"value.compliant": "count"}),
        (
            "windows",
            Given({"total": "x", "compliant": "-1"}),
            {"value.total": "count", "value.compliant": "count"},
        ),
        ("posts", Given("1.5"), {"value": "count"}),
        ("posts", Given("1000000"), {"value": "count"}),
        ("yes", Given(True, note="x" * 1001), {"note": "text_length"}),
        ("yes", Given(True, note="a\x00b"), {"note": "text_characters"}),
        ("yes", Given(True, note="a\ud800b"), {"note": "text_characters"}),
        ("yes", Given(na=True, reason="x" * 201), {"reason": "text_length"}),
        ("yes", Given(na=True, reason="x" * 501), {"reason": "text_length"}),
        ("yes", Given(na=True, reason="a\x00b"), {"reason": "text_characters"}),
        ("area", Given("x", note="y" * 2000), {"value": "number", "note": "text_length"}),
    ],
)
def test_answer_that_does_not_fit_is_refused_by_field(
    code: str, given: Given, expected: dict[str, str]
) -> None:
    assert faults(code, given) == expected


def test_element_of_the_other_kind_of_center_is_refused() -> None:
    assert kept("zones", Given(["guide", "wait", "office"])).status == "met"
    assert faults("zones", Given(["office"]), "village") == {"value[0]": "element"}
    assert kept("zones", Given(["guide", "wait"]), "village").status == "met"


def test_note_keeps_its_lines_and_takes_tabs_as_spaces() -> None:
    given = posted("yes", ("value", "met"), ("note", "第一行\r\n第二行\t末"))
    assert kept("yes", given).note == "第一行\n第二行 末"


def test_bytes_that_are_no_text_are_refused() -> None:
    """Django reads what is not UTF-8 as replacement characters; such a note says nothing any more."""
    data = QueryDict(b"i1-value=met&i1-note=%ff%fe%e4%b8")
    given = read_given(data, "i1", ITEMS["yes"].measure)
    assert faults("yes", given) == {"note": "text_characters"}
    assert faults("yes", Given(na=True, reason="\ufffd")) == {"reason": "text_characters"}


def test_number_below_zero_is_taken_where_the_standard_has_such_limits() -> None:
    from tests.small_standards import plain_item, standard

    cold = {"kind": "number", "unit": "℃", "minimum": Decimal(-20), "maximum": Decimal(-5)}
    (item,) = standard(plain_item(measure=cold)).items()
    assert check(Given("-18"), item, "township").status == "met"
