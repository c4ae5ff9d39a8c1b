"""Every kind of measure: its values, its points at the edges, its status and its facts."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from standards.faults import Faults
from standards.measure_schema import parse_measure
from standards.measures import (
    Choice,
    Elements,
    Limit,
    Number,
    Occurrences,
    PerUnit,
    Quantity,
    Units,
    YesNo,
    achieved,
    facts,
    number_text,
    parse_value,
    placeholders,
    plain_value,
    status,
)
from tests.small_standards import AREA, CHOICE, EMPTY_POSTS, WINDOWS, YES_NO, ZONES


def faults_of(call: Any, *args: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Faults) as caught:
        call(*args)
    return [(fault.path, fault.found, fault.expected) for fault in caught.value.faults]


def limited(**changes: Any) -> dict[str, Any]:
    return {"kind": "number", "minimum": Decimal(3), **changes}


def banded(*bands: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "banded", "basis": "人口", "bands": list(bands), "partial": "proportional"}


BANDED = banded({"below": Decimal(50_000), "minimum": Decimal(200)}, {"minimum": Decimal(300)})

# ---- the measure itself


@pytest.mark.parametrize(
    ("plain", "measure"),
    [
        (YES_NO, YesNo()),
        (CHOICE, Choice()),
        ({"kind": "choice", "partly_ratio": Decimal("0.3")}, Choice(Decimal("0.3"))),
        ({"kind": "number"}, Number()),
        (limited(), Number(minimum=Limit(Decimal(3), Decimal(3)))),
        (limited(minimum={"village": Decimal(1)}), Number(minimum=Limit(None, Decimal(1)))),
        (WINDOWS, PerUnit("个")),
        (EMPTY_POSTS, Occurrences(Decimal("0.5"), "次")),
    ],
)
def test_measure_is_read(plain: dict[str, Any], measure: Any) -> None:
    assert parse_measure(plain) == measure


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("yes_no", [("measure", '"yes_no"', "mapping")]),
        ({}, [("measure.kind", "", "required")]),
        ({"kind": "yesno"}, [("measure.kind", '"yesno"', "one_of")]),
        ({"kind": ["yes_no"]}, [("measure.kind", "[…]", "one_of")]),
        ({"kind": "yes_no", "unit": "个"}, [("measure.unit", '"unit"', "known_key")]),
        (
            {"kind": "choice", "partly_ratio": Decimal("1.5")},
            [("measure.partly_ratio", "1.5", "number_range")],
        ),
        ({"kind": "choice", "partly_ratio": "half"}, [("measure.partly_ratio", '"half"', "number")]),
        (limited(minimum="150"), [("measure.minimum", '"150"', "number")]),
        (limited(minimum=Decimal("NaN")), [("measure.minimum", "NaN", "number")]),
        (limited(minimum=Decimal("Infinity")), [("measure.minimum", "Infinity", "number")]),
        (limited(minimum=Decimal("1e999999")), [("measure.minimum", "1E+999999", "number")]),
        (limited(minimum=True), [("measure.minimum", "true", "number")]),
        (limited(minimum={}), [("measure.minimum", "{}", "limit")]),
        (limited(minimum={"county": Decimal(1)}), [("measure.minimum.county", '"county"', "known_key")]),
        (limited(maximum=Decimal(2)), [("measure.maximum", "2", "maximum_below_minimum")]),
        (limited(partial="half"), [("measure.partial", '"half"', "one_of")]),
        (limited(minimum=Decimal(0), partial="proportional"), [("measure.minimum", "0", "minimum_positive")]),
        (
            {"kind": "number", "partial": "proportional"},
            [("measure.partial", '"proportional"', "proportional_without_minimum")],
        ),
        (
            banded({"minimum": Decimal(1)}, {"minimum": Decimal(2)}),
            [("measure.bands[0].below", "", "band_end")],
        ),
        (
            banded({"below": Decimal(5), "minimum": Decimal(1)}),
            [("measure.bands[0].below", "5", "band_last")],
        ),
        (
            banded(
                {"below": Decimal(5), "minimum": Decimal(1)},
                {"below": Decimal(5), "minimum": Decimal(2)},
                {"minimum": Decimal(3)},
            ),
            [("measure.bands[1].below", "5", "band_order")],
        ),
        (banded({"minimum": Decimal(0)}), [("measure.bands[0].minimum", "0", "minimum_positive")]),
        (banded(), [("measure.bands", "[]", "list_length")]),
        (
            {"kind": "banded", "bands": "few"},
            [("measure.basis", "", "required"), ("measure.bands", '"few"', "list")],
        ),
        ({"kind": "elements"}, [("measure.elements", "", "required")]),
        ({"kind": "elements", "elements": []}, [("measure.elements", "[]", "list_length")]),
        ({"kind": "occurrences"}, [("measure.deduct_each", "", "required")]),
        ({"kind": "occurrences", "deduct_each": Decimal(0)}, [("measure.deduct_each", "0", "above_zero")]),
        (
            {"kind": "occurrences", "deduct_each": Decimal(-1)},
            [("measure.deduct_each", "-1", "number_range")],
        ),
    ],
)
def test_measure_is_refused(plain: Any, expected: list[tuple[str, str, str]]) -> None:
    assert faults_of(parse_measure, plain) == expected


def test_elements_repeated_code_is_refused() -> None:
    twice = {"kind": "elements", "elements": [{"code": "a", "title": "甲"}, {"code": "a", "title": "乙"}]}
    assert faults_of(parse_measure, twice) == [("measure.elements[1].code", '"a"', "duplicate_code")]


def test_elements_none_left_for_a_kind_is_refused() -> None:
    only = {"kind": "elements", "elements": [{"code": "a", "title": "甲", "applies_to": ["township"]}]}
    assert faults_of(parse_measure, only) == [("measure.elements", "[…]", "element_for_kind")]
    assert isinstance(parse_measure(only, ("township",)), Elements)


# ---- values


@pytest.mark.parametrize(
    ("plain", "raw", "value"),
    [
        (YES_NO, True, True),
        (CHOICE, "partly", "partly"),
        (AREA, "152.50", Decimal("152.50")),
        (AREA, " １５２．５ ", Decimal("152.5")),
        (AREA, 152, Decimal(152)),
        (AREA, 152.5, Decimal("152.5")),
        (AREA, "-0", Decimal(0)),
        (AREA, "-3", Decimal(-3)),
        (ZONES, ["wait", "guide"], ("guide", "wait")),
        (ZONES, [], ()),
        (WINDOWS, {"total": 5, "compliant": "3"}, Units(5, 3)),
        (WINDOWS, {"total": 0, "compliant": 0}, Units(0, 0)),
        (EMPTY_POSTS, "2", 2),
        (EMPTY_POSTS, Decimal(0), 0),
        (BANDED, {"basis": "48000", "value": "210.5"}, Quantity(Decimal(48000), Decimal("210.5"))),
    ],
)
def test_value_is_read_and_written_back(plain: dict[str, Any], raw: Any, value: Any) -> None:
    measure = parse_measure(plain)
    typed = parse_value(measure, raw, "township")
    assert typed == value
    assert type(typed) is type(value)
    assert parse_value(measure, plain_value(measure, typed), "township") == value


@pytest.mark.parametrize(
    ("plain", "raw", "expected"),
    [
        (YES_NO, "true", [("value", '"true"', "flag")]),
        (YES_NO, 1, [("value", "1", "flag")]),
        (YES_NO, None, [("value", "null", "flag")]),
        (CHOICE, "good", [("value", '"good"', "one_of")]),
        (CHOICE, ["met"], [("value", "[…]", "one_of")]),
        (AREA, True, [("value", "true", "number")]),
        (AREA, "NaN", [("value", '"NaN"', "number")]),
        (AREA, float("nan"), [("value", "nan", "number")]),
        (AREA, float("inf"), [("value", "inf", "number")]),
        (AREA, Decimal("Infinity"), [("value", "Infinity", "number")]),
        (AREA, Decimal("1e999999"), [("value", "1E+999999", "number")]),
        (AREA, "1e3", [("value", '"1e3"', "number")]),
        (AREA, "1,500", [("value", '"1,500"', "number")]),
        (AREA, "1234567890123", [("value", '"1234567890123"', "number")]),
        (AREA, "0.1234567", [("value", '"0.1234567"', "number")]),
        (AREA, "", [("value", '""', "number")]),
        (AREA, [], [("value", "[]", "number")]),
        (ZONES, "guide", [("value", '"guide"', "list")]),
        (ZONES, ["guide", "guide"], [("value[1]", '"guide"', "repeated")]),
        (ZONES, ["gide", 7], [("value[0]", '"gide"', "element"), ("value[1]", "7", "element")]),
        (WINDOWS, 5, [("value", "5", "mapping")]),
        (WINDOWS, {"total": 5}, [("value.compliant", "", "required")]),
        (WINDOWS, {"total": 5, "compliant": 6}, [("value.compliant", "6", "compliant")]),
        (WINDOWS, {"total": -1, "compliant": 0}, [("value.total", "-1", "count")]),
        (WINDOWS, {"total": 1.5, "compliant": 0}, [("value.total", "1.5", "count")]),
        (WINDOWS, {"total": True, "compliant": 0}, [("value.total", "true", "count")]),
        (EMPTY_POSTS, -1, [("value", "-1", "count")]),
        (EMPTY_POSTS, Decimal("1.5"), [("value", "1.5", "count")]),
        (EMPTY_POSTS, "1000000", [("value", '"1000000"', "count")]),
    ],
)
def test_value_is_refused(plain: dict[str, Any], raw: Any, expected: list[tuple[str, str, str]]) -> None:
    assert faults_of(parse_value, parse_measure(plain), raw, "township") == expected


def test_value_of_ten_megabytes_is_refused_and_shown_short() -> None:
    for plain in (AREA, CHOICE, EMPTY_POSTS, YES_NO):
        ((_, found, _),) = faults_of(parse_value, parse_measure(plain), "9" * 10_000_000, "township")
        assert len(found) < 80


def test_element_of_the_other_kind_is_refused() -> None:
    zones = parse_measure(ZONES)
    assert parse_value(zones, ["office"], "township") == ("office",)
    assert faults_of(parse_value, zones, ["office"], "village") == [("value[0]", '"office"', "element")]


# ---- points and status


@pytest.mark.parametrize(
    ("plain", "kind", "value", "points", "state"),
    [
        (YES_NO, "township", True, Fraction(4), "met"),
        (YES_NO, "township", False, Fraction(0), "not_met"),
        (CHOICE, "village", "met", Fraction(4), "met"),
        (CHOICE, "village", "partly", Fraction(2), "partly"),
        (CHOICE, "village", "not_met", Fraction(0), "not_met"),
        ({"kind": "choice", "partly_ratio": Decimal("0.3")}, "village", "partly", Fraction(6, 5), "partly"),
        (AREA, "township", Decimal(150), Fraction(4), "met"),
        (AREA, "township", Decimal("149.99"), Fraction(4) * Fraction(14999, 15000), "partly"),
        (AREA, "township", Decimal(50), Fraction(4, 3), "partly"),
        (AREA, "village", Decimal(50), Fraction(4), "met"),
        (AREA, "village", Decimal(0), Fraction(0), "not_met"),
        (AREA, "village", Decimal(-5), Fraction(0), "not_met"),
        (limited(), "village", Decimal("2.9"), Fraction(0), "not_met"),
        (limited(minimum={"village": Decimal(3)}), "township", Decimal(0), Fraction(4), "met"),
        (limited(maximum=Decimal(5)), "township", Decimal(5), Fraction(4), "met"),
        (limited(maximum=Decimal(5), partial="proportional"), "township", Decimal(6), Fraction(0), "not_met"),
        (ZONES, "township", ("guide", "wait", "office"), Fraction(4), "met"),
        (ZONES, "township", ("guide",), Fraction(4, 3), "partly"),
        (ZONES, "township", (), Fraction(0), "not_met"),
        (ZONES, "village", ("guide",), Fraction(2), "partly"),
        (ZONES, "village", ("guide", "wait"), Fraction(4), "met"),
        (ZONES | {"deduct_each": Decimal("1.5")}, "township", ("guide",), Fraction(1), "partly"),
        (ZONES | {"deduct_each": Decimal(3)}, "township", ("guide",), Fraction(0), "not_met"),
        (ZONES | {"deduct_each": Decimal("0.5")}, "township", (), Fraction(5, 2), "partly"),
        (WINDOWS, "township", Units(3, 3), Fraction(4), "met"),
        (WINDOWS, "township", Units(3, 1), Fraction(4, 3), "partly"),
        (WINDOWS, "township", Units(3, 0), Fraction(0), "not_met"),
        (WINDOWS, "township", Units(0, 0), Fraction(0), "not_met"),
        (EMPTY_POSTS, "township", 0, Fraction(4), "met"),
        (EMPTY_POSTS, "township", 3, Fraction(5, 2), "partly"),
        (EMPTY_POSTS, "township", 8, Fraction(0), "not_met"),
        (EMPTY_POSTS, "township", 9, Fraction(0), "not_met"),
    ],
)
def test_points_and_status(
    plain: dict[str, Any], kind: str, value: Any, points: Fraction, state: str
) -> None:
    measure = parse_measure(plain)
    assert achieved(measure, value, Decimal(4), kind) == points
    assert status(measure, value, Decimal(4), kind) == state


@pytest.mark.parametrize(
    ("plain", "value", "state"),
    [
        (YES_NO, True, "met"),
        (YES_NO, False, "not_met"),
        (CHOICE, "partly", "partly"),
        (ZONES, ("guide",), "not_met"),
        (EMPTY_POSTS, 0, "met"),
        (EMPTY_POSTS, 1, "not_met"),
    ],
)
def test_status_of_an_item_without_points(plain: dict[str, Any], value: Any, state: str) -> None:
    assert status(parse_measure(plain), value, Decimal(0), "township") == state


# ---- facts


@pytest.mark.parametrize(
    ("plain", "kind", "value", "expected"),
    [
        (YES_NO, "township", False, {}),
        (CHOICE, "township", "partly", {}),
        (AREA, "township", Decimal("120.50"), {"value": "120.5", "unit": "平方米", "minimum": "150"}),
        (AREA, "village", Decimal(30), {"value": "30", "unit": "平方米", "minimum": "50"}),
        (
            limited(maximum=Decimal(5)),
            "village",
            Decimal(6),
            {"value": "6", "unit": "", "minimum": "3", "maximum": "5"},
        ),
        (
            ZONES,
            "township",
            ("wait",),
            {
                "missing": "引导区、后台审批区",
                "missing_count": "2",
                "present_count": "1",
                "required_count": "3",
            },
        ),
        (
            ZONES,
            "village",
            ("wait",),
            {"missing": "引导区", "missing_count": "1", "present_count": "1", "required_count": "2"},
        ),
        (
            WINDOWS,
            "township",
            Units(5, 3),
            {"total": "5", "compliant": "3", "noncompliant": "2", "unit": "个"},
        ),
        (EMPTY_POSTS, "township", 2, {"count": "2", "unit": "次"}),
    ],
)
def test_facts(plain: dict[str, Any], kind: str, value: Any, expected: dict[str, str]) -> None:
    measure = parse_measure(plain)
    assert facts(measure, value, kind) == expected
    assert placeholders(measure, kind) == set(expected)


@pytest.mark.parametrize(
    ("value", "text"), [("150", "150"), ("82.50", "82.5"), ("1E+2", "100"), ("0.00", "0")]
)
def test_number_text(value: str, text: str) -> None:
    assert number_text(Decimal(value)) == text
