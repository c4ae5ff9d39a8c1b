"""The score: exact, rounded once, explained item by item."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from reports.next_grade import NextGrade, next_grade
from reports.scoring import grade, half_up, score, to_plain
from standards.answers import parse_answers
from standards.content import StandardData
from tests.small_standards import AREA, CHOICE, EMPTY_POSTS, YES_NO, ZONES, every_kind, plain_item, standard

NA = {"na": True, "reason": "没有"}


def scored(data: StandardData, kind: str = "township", **raw: Any) -> Any:
    """The result for raw values by item code; a dict is an answer, anything else its value."""
    answers = {code: value if value == NA else {"value": value} for code, value in raw.items()}
    return score(data, kind, parse_answers(data, kind, answers))


def ten(points: int | str = 1, **changes: Any) -> StandardData:
    return standard(*(plain_item(f"i{n}", points=points) for n in range(10)), **changes)


def met(count: int, total: int = 10) -> dict[str, bool]:
    return {f"i{n}": n < count for n in range(total)}


# ---- the score


def test_every_measure_kind_together() -> None:
    result = scored(
        every_kind(),
        yes=True,
        choice="partly",
        area="112.5",
        zones=["guide", "wait"],
        windows={"total": 3, "compliant": 1},
        posts=3,
    )
    exact = [item.exact for item in result.items]
    assert exact == [4, 2, 3, Fraction(8, 3), Fraction(4, 3), Fraction(5, 2)]
    assert [item.status for item in result.items] == ["met", *["partly"] * 5]
    assert [str(item.achieved) for item in result.items] == ["4.00", "2.00", "3.00", "2.67", "1.33", "2.50"]
    assert [str(item.lost) for item in result.items] == ["0.00", "2.00", "1.00", "1.33", "2.67", "1.50"]
    assert result.score == half_up(Fraction(100) * sum(exact) / 24, 2) == Decimal("64.58")
    assert (result.grade, result.complete, result.vetoed) == ("合格", True, ())


def test_score_and_points_are_rounded_once_and_not_item_by_item() -> None:
    data = standard(*(plain_item(f"z{n}", ZONES, 1) for n in range(3)))
    result = scored(data, **{f"z{n}": ["guide"] for n in range(3)})
    assert [str(item.achieved) for item in result.items] == ["0.34", "0.33", "0.33"]
    assert [str(item.lost) for item in result.items] == ["0.66", "0.67", "0.67"]
    assert str(result.score) == "33.33"
    assert (str(result.sections[0].achieved), str(result.sections[0].lost)) == ("1.00", "2.00")


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(12345, 1000), 2, "12.35"),
        (Fraction(12344999, 1000000), 2, "12.34"),
        (Fraction(8995, 100), 1, "90.0"),
        (Fraction(0), 2, "0.00"),
        (Fraction(100), 3, "100.000"),
    ],
)
def test_half_is_rounded_up(value: Fraction, places: int, rounded: str) -> None:
    assert str(half_up(value, places)) == rounded


@pytest.mark.parametrize(
    ("windows", "places", "total", "name"),
    [
        ({"total": 2000, "compliant": 1799}, 1, "90.0", "优秀"),
        ({"total": 2000, "compliant": 1799}, 2, "89.95", "良好"),
        ({"total": 200_000, "compliant": 179_989}, 2, "89.99", "良好"),
        ({"total": 200_000, "compliant": 179_990}, 2, "90.00", "优秀"),
        ({"total": 200, "compliant": 179}, 0, "90", "优秀"),
        ({"total": 8, "compliant": 5}, 0, "63", "合格"),
    ],
)
def test_grade_follows_the_rounded_score(windows: Any, places: int, total: str, name: str) -> None:
    policy = {
        "grades": [
            {"name": "优秀", "min": Decimal(90)},
            {"name": "良好", "min": Decimal(80)},
            {"name": "合格", "min": Decimal(60)},
            {"name": "不合格", "min": Decimal(0)},
        ],
        "veto_grade": "不合格",
        "rounding": {"places": places},
    }
    data = standard(plain_item("windows", {"kind": "per_unit"}), policy=policy)
    result = scored(data, windows=windows)
    assert (str(result.score), result.grade) == (total, name)


@pytest.mark.parametrize(
    ("count", "name"),
    [(10, "优秀"), (9, "优秀"), (8, "良好"), (7, "合格"), (6, "合格"), (5, "不合格"), (0, "不合格")],
)
def test_grade_at_its_edges(count: int, name: str) -> None:
    assert scored(ten(), **met(count)).grade == name


def test_items_of_the_other_kind_are_left_aside() -> None:
    data = standard(
        plain_item("a"),
        plain_item("town", applies_to=["township"]),
        plain_item("spot", applies_to=["village"]),
    )
    result = scored(data, "village", a=True, spot=False)
    assert [item.code for item in result.items] == ["a", "spot"]
    assert result.score == 50


# ---- N/A and unanswered


def test_na_is_taken_out_of_both_sums() -> None:
    data = standard(plain_item("a", points=1), plain_item("b", points=3))
    result = scored(data, a=True, b=NA)
    assert (str(result.score), result.grade, result.complete) == ("100.00", "优秀", True)
    (item,) = [item for item in result.items if item.code == "b"]
    assert (item.status, item.points, item.achieved, item.lost, item.finding) == ("na", 3, 0, 0, "")
    assert result.sections[0].points == 1


def test_unanswered_item_makes_the_score_provisional() -> None:
    data = standard(plain_item("a", points=1), plain_item("b", points=3))
    result = scored(data, a=True)
    assert (str(result.score), result.grade, result.complete) == ("100.00", None, False)
    assert [item.status for item in result.items] == ["met", "unanswered"]
    assert next_grade(data, "township", result) is None


@pytest.mark.parametrize(("raw", "complete"), [({}, False), ({"a": NA, "b": NA}, True), ({"a": NA}, False)])
def test_score_is_none_where_nothing_is_scored(raw: Any, complete: bool) -> None:
    result = scored(standard(plain_item("a"), plain_item("b")), **raw)
    assert (result.score, result.grade, result.complete) == (None, None, complete)
    assert [section.score for section in result.sections] == [None]


def test_score_is_none_where_only_items_without_points_are_answered() -> None:
    result = scored(standard(plain_item("a", points=0), plain_item("b")), a=True, b=NA)
    assert (result.score, result.grade, result.complete) == (None, None, True)


# ---- veto


@pytest.mark.parametrize(
    ("raw", "vetoed", "name"),
    [
        ({"v": "met"}, (), "优秀"),
        ({"v": "partly"}, ("v",), "不合格"),
        ({"v": "not_met"}, ("v",), "不合格"),
        ({"v": NA}, (), "优秀"),
    ],
)
def test_veto_item_not_fully_met_caps_the_grade(raw: Any, vetoed: tuple[str, ...], name: str) -> None:
    data = standard(plain_item("v", CHOICE, 1, veto=True), plain_item("a", points=99))
    result = scored(data, a=True, **raw)
    assert (result.vetoed, result.grade) == (vetoed, name)
    assert result.score is not None
    assert result.score >= 99


def test_veto_item_without_points_caps_too() -> None:
    data = standard(plain_item("v", points=0, veto=True), plain_item("a"))
    result = scored(data, v=False, a=True)
    assert (str(result.score), result.grade, result.vetoed) == ("100.00", "不合格", ("v",))


def test_veto_never_lifts_a_grade() -> None:
    policy = every_kind().policy
    assert grade(policy, Decimal(95), vetoed=True) == "不合格"
    data = standard(
        plain_item("v", points=1, veto=True),
        plain_item("a", points=99),
        policy={
            "grades": [{"name": n, "min": Decimal(m)} for n, m in (("好", 80), ("中", 60), ("差", 0))],
            "veto_grade": "中",
        },
    )
    assert scored(data, v=False, a=True).grade == "中"
    assert scored(data, v=False, a=False).grade == "差"


def test_veto_is_told_while_incomplete() -> None:
    data = standard(plain_item("v", veto=True), plain_item("a"))
    result = scored(data, v=False)
    assert (result.vetoed, result.grade) == (("v",), None)


# ---- what it explains


def test_sentences_are_filled_in_where_something_is_wanting() -> None:
    data = standard(
        plain_item(
            "area",
            AREA,
            finding="面积为{value}平方米，低于规定的{minimum}平方米",
            requirement="不低于{minimum}",
        ),
        plain_item("zones", ZONES, finding="缺少{missing}", requirement="增设{missing}"),
        plain_item("posts", EMPTY_POSTS, finding="空岗{count}次"),
    )
    town = scored(data, area="120.50", zones=["wait"], posts=0)
    assert [item.finding for item in town.items] == [
        "面积为120.5平方米，低于规定的150平方米",
        "缺少引导区、后台审批区",
        "",
    ]
    assert [item.requirement for item in town.items] == ["不低于150", "增设引导区、后台审批区", ""]
    village = scored(data, "village", area="20", zones=["wait"], posts=1)
    assert [item.finding for item in village.items] == [
        "面积为20平方米，低于规定的50平方米",
        "缺少引导区",
        "空岗1次",
    ]


def test_each_item_leads_to_its_section_and_clause() -> None:
    (item,) = scored(standard(plain_item("a")), a=False).items
    assert (item.section, item.clause, item.reference, item.title) == ("one", "1.1", "一、（一）1", "检查项a")


def test_sections_have_their_own_scores() -> None:
    data = standard(plain_item("a", points=1), plain_item("b", points=3))
    other = standard(plain_item("c", points=2)).sections[0]
    from dataclasses import replace

    both = replace(data, sections=(*data.sections, replace(other, code="two", title="二、其他")))
    result = scored(both, a=True, b=False, c=True)
    assert [(s.code, str(s.score), str(s.points), str(s.achieved), str(s.lost)) for s in result.sections] == [
        ("one", "25.00", "4.00", "1.00", "3.00"),
        ("two", "100.00", "2.00", "2.00", "0.00"),
    ]
    assert str(result.score) == "50.00"


def test_plain_result_is_the_json_of_the_design() -> None:
    data = standard(plain_item("a", points="2.5"), plain_item("b", points=1), plain_item("c"))
    assert json.loads(json.dumps(to_plain(scored(data, a=False, b=True)))) == {
        "score": "28.57",
        "grade": None,
        "complete": False,
        "vetoed": [],
        "sections": [
            {
                "code": "one",
                "title": "一、建设要求",
                "score": "28.57",
                "points": "3.50",
                "achieved": "1.00",
                "lost": "2.50",
            }
        ],
        "items": [
            {
                "code": "a",
                "status": "not_met",
                "points": "2.50",
                "achieved": "0.00",
                "lost": "2.50",
                "finding": "a不符合要求",
                "requirement": "整改a",
            },
            {
                "code": "b",
                "status": "met",
                "points": "1.00",
                "achieved": "1.00",
                "lost": "0.00",
                "finding": "",
                "requirement": "",
            },
            {
                "code": "c",
                "status": "unanswered",
                "points": "4.00",
                "achieved": "0.00",
                "lost": "0.00",
                "finding": "",
                "requirement": "",
            },
        ],
    }


# ---- the next grade


def next_of(data: StandardData, **raw: Any) -> NextGrade | None:
    return next_grade(data, "township", scored(data, **raw))


def test_next_grade_takes_the_largest_losses_first() -> None:
    points = {"a": 40, "b": 5, "c": 25, "d": 10, "e": 20}
    data = standard(*(plain_item(code, YES_NO, n) for code, n in points.items()))
    found = next_of(data, a=True, b=False, c=False, d=False, e=False)
    assert found == NextGrade("合格", ("c",), Decimal("65.00"), ("medium",))
    found = next_of(data, a=True, b=False, c=False, d=False, e=True)
    assert found == NextGrade("良好", ("c",), Decimal("85.00"), ("medium",))
    assert next_of(data, a=True, b=True, c=True, d=True, e=True) is None
    assert next_of(data, a=True, b=False, c=True, d=True, e=True) is None


def test_next_grade_needs_the_vetoed_items_and_no_more() -> None:
    data = standard(
        plain_item("v", points=1, veto=True), plain_item("w", points=2, veto=True), plain_item("a", points=97)
    )
    assert next_of(data, v=False, w=False, a=True) == NextGrade(
        "优秀", ("w", "v"), Decimal("100.00"), ("medium", "medium")
    )


def test_next_grade_repairs_vetoed_items_before_larger_losses() -> None:
    data = standard(
        plain_item("v", points=1, veto=True), plain_item("a", points=59), plain_item("b", points=40)
    )
    assert next_of(data, v=False, a=False, b=True) == NextGrade(
        "优秀", ("v", "a"), Decimal("100.00"), ("medium", "medium")
    )


def test_next_grade_below_the_veto_grade_does_not_need_the_veto() -> None:
    policy = {
        "grades": [{"name": n, "min": Decimal(m)} for n, m in (("好", 80), ("中", 60), ("差", 0))],
        "veto_grade": "中",
    }
    data = standard(
        plain_item("v", points=1, veto=True),
        plain_item("a", points=89),
        plain_item("b", points=10),
        policy=policy,
    )
    assert next_of(data, v=False, a=False, b=False) == NextGrade("中", ("a",), Decimal("89.00"), ("medium",))
    assert next_of(data, v=False, a=True, b=False) == NextGrade("好", ("v",), Decimal("90.00"), ("medium",))


def test_next_grade_leaves_na_items_aside() -> None:
    data = standard(plain_item("a", points=50), plain_item("b", points=50), plain_item("c", points=900))
    assert next_of(data, a=True, b=False, c=NA) == NextGrade("优秀", ("b",), Decimal("100.00"), ("medium",))


def effort(code: str, points: int, size: str) -> dict[str, Any]:
    return plain_item(code, YES_NO, points, effort=size)


def test_next_grade_is_reached_with_the_least_effort() -> None:
    items = (
        effort("hall", 30, "large"), effort("signs", 12, "medium"), effort("book", 5, "small"),
        effort("water", 6, "small"), plain_item("rest", YES_NO, 47),
    )  # fmt: skip
    bad = dict.fromkeys(("hall", "signs", "book", "water"), False)
    data = standard(*items)
    # 60 points: the hall alone costs 10, the signs and the smallest thing that suffices 4.
    # 13 points are wanting: the hall alone costs 10, the signs with the larger of the small things 4.
    found = next_of(data, rest=True, **bad)
    assert found == NextGrade("合格", ("signs", "water"), Decimal("65.00"), ("medium", "small"))


def test_efforts_that_are_kept_elsewhere_count_instead_of_the_files() -> None:
    data = standard(effort("a", 50, "large"), effort("b", 30, "small"), effort("c", 20, "small"))
    result = scored(data, a=False, b=True, c=False)
    found = next_grade(data, "township", result)
    assert found == NextGrade("良好", ("a",), Decimal("80.00"), ("large",))
    found = next_grade(data, "township", result, {"a": "small"})
    assert found == NextGrade("良好", ("a",), Decimal("80.00"), ("small",))
