"""Answers and thresholds in words."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from inspections.answers import Checked
from inspections.checklist import Entry
from inspections.wording import answer_words, frozen_words
from standards.describing import threshold_words, unit_words
from standards.measures import Limit, Number, YesNo
from tests.small_standards import every_kind, plain_item, standard

ITEMS = {item.code: item for item in every_kind().items()}


def words(code: str, value: Any, kind: str = "township", **more: Any) -> str:
    return answer_words(
        ITEMS[code], kind, Checked(value, **({"na": False, "reason": "", "note": "", "status": ""} | more))
    )


def entry_of(code: str) -> Entry:
    placed = next(one for one in every_kind().placed("township") if one.item.code == code)
    return Entry(1, 1, placed.item, placed.clause, placed.section, placed.reference)


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("yes", True, "合格"),
        ("yes", False, "不合格"),
        ("choice", "partly", "部分合格"),
        ("area", "132.50", "132.5 平方米"),
        ("zones", ["guide"], "有：引导区；缺：等候区、后台审批区"),
        ("zones", [], "缺：引导区、等候区、后台审批区"),
        ("zones", ["guide", "wait", "office"], "有：引导区、等候区、后台审批区"),
        ("windows", {"total": 3, "compliant": 2}, "共3个，符合2个"),
        ("posts", 2, "2次"),
        ("posts", 0, "0次"),
        ("yes", None, "未填写"),
    ],
)
def test_answer_of_each_kind_in_words(code: str, value: Any, expected: str) -> None:
    assert words(code, value) == expected


def test_element_of_the_other_kind_is_not_missing() -> None:
    assert words("zones", ["guide"], "village") == "有：引导区；缺：等候区"


def test_not_applicable_tells_its_reason() -> None:
    assert words("yes", None, na=True, reason="没有窗口") == "不适用：没有窗口"


def test_units_are_those_of_the_standard() -> None:
    matters = {"kind": "per_unit", "unit": "项"}
    people = {"kind": "occurrences", "unit": "人次", "deduct_each": Decimal(1)}
    bare = {"kind": "occurrences", "deduct_each": Decimal(1)}
    items = standard(plain_item("a", matters), plain_item("b", people), plain_item("c", bare)).items()
    values = ({"total": 57, "compliant": 44}, 3, 4)
    said = [
        answer_words(item, "township", Checked(value, False, "", "", ""))
        for item, value in zip(items, values, strict=True)
    ]
    assert said == ["共57项，符合44项", "3人次", "4次"]


def test_value_that_no_longer_fits_is_shown_as_it_is() -> None:
    assert words("choice", "splendid") == "splendid"


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (150, None, "不低于 150 平方米"),
        (None, 300, "不高于 300 平方米"),
        (150, 300, "150 至 300 平方米"),
        (None, None, ""),
    ],
)
def test_threshold_in_words(least: int | None, most: int | None, expected: str) -> None:
    limits = [Limit(None if n is None else Decimal(n), None) for n in (least, most)]
    measure = Number("平方米", *limits)
    assert threshold_words(measure, "township") == expected
    assert threshold_words(measure, "village") == ""
    assert threshold_words(YesNo(), "township") == ""


def test_units_are_english_where_they_are_known() -> None:
    with translation.override("en"):
        assert (unit_words("平方米"), unit_words("名", 1), unit_words("名", 3)) == ("m²", "person", "people")
        assert (unit_words("台"), unit_words("")) == ("台", "")
        limits = Number("平方米", Limit(Decimal(150), Decimal(50)), Limit(None, None))
        assert threshold_words(limits, "township") == "At least 150 m²"
    assert (unit_words("平方米"), unit_words("名", 1)) == ("平方米", "名")


def test_frozen_answer_is_read_in_the_readers_language() -> None:
    entry = entry_of("windows")
    frozen = {
        "answer": "共3个，符合2个", "value": {"total": 3, "compliant": 2}, "na": False, "reason": "",
        "measure": {"kind": "per_unit", "unit": "个"},
    }  # fmt: skip
    assert frozen_words(entry, "township", frozen) == "共3个，符合2个"
    with translation.override("en"):
        assert frozen_words(entry, "township", frozen) == "2 of 3 items in order"
        assert frozen_words(entry, "township", frozen | {"na": True, "reason": "x"}) == "Not applicable: x"
        # An item of another edition, measured otherwise then.
        for other in ({"measure": {"kind": "yes_no"}}, {"value": {"total": 1, "compliant": 2}}):
            assert frozen_words(entry, "township", frozen | other) == "共3个，符合2个"


def test_words_follow_the_readers_language() -> None:
    with translation.override("en"):
        assert words("windows", {"total": 3, "compliant": 2}) == "2 of 3 items in order"
