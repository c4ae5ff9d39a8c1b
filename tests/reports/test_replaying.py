"""Old answers scored by another edition: what carries over, what does not, and what each item does."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from reports import scoring
from reports.replaying import Replayer, carry, replay
from standards.content import ItemData, StandardData, measure_to_plain
from standards.editions import to_json
from standards.measures import (
    Choice,
    Elements,
    Number,
    Occurrences,
    PerUnit,
    achieved,
    parse_value,
    status,
)
from standards.quantities import Quantity
from standards.reading import read_standard
from standards.succession import Link, identity
from tests.small_standards import AREA, CHOICE, WINDOWS, YES_NO, ZONES, plain_item, standard
from tests.standards.test_guofa import FILE
from tests.standards.test_measures import BANDED
from tests.standards.test_shenfuban import shipped

Plain = dict[str, Any]


def frozen(
    code: str, measure: Plain, value: Any = None, status: str = "met", lost: str = "0", **more: Any
) -> Plain:
    told = {"code": code, "measure": measure, "value": value, "na": False, "reason": "", "status": status}
    return told | {"points": "4", "lost": lost} | more


def carried(new: Plain, old: list[Plain], relation: str = "changed") -> Any:
    data = standard(new, plain_item("rest"))
    link = Link(relation, tuple(one["code"] for one in old), (new["code"],))
    answer = carry(data, "township", [link], {one["code"]: one for one in old}).get(new["code"])
    return None if answer is None else ("na" if answer.na else answer.value)


SOME, ALL = {"total": 3, "compliant": 2}, {"total": 4, "compliant": 4}
KINDER = {"kind": "choice", "partly_ratio": Decimal("0.9")}
STRICTER = AREA | {"minimum": Decimal(200)}
NA = {"na": True, "reason": "没有", "status": "na", "value": None}


@pytest.mark.parametrize(
    ("new", "old", "value"),
    [
        (plain_item("a"), [frozen("b", YES_NO, False, "not_met")], False),
        (plain_item("a", CHOICE), [frozen("b", YES_NO, True)], "met"),
        (plain_item("a"), [frozen("b", CHOICE, "partly", "partly")], False),
        (plain_item("a", AREA), [frozen("b", AREA, "152.5")], Decimal("152.5")),
        (plain_item("a", AREA), [frozen("b", YES_NO, True)], None),
        (plain_item("a", WINDOWS), [frozen("b", WINDOWS, SOME)], (3, 2)),
        (
            plain_item("a", WINDOWS),
            [frozen("b", WINDOWS, SOME), frozen("c", WINDOWS, ALL)],
            (7, 6),
        ),
        (
            plain_item("a", WINDOWS),
            [frozen("b", WINDOWS, SOME), frozen("c", WINDOWS, **NA)],
            (3, 2),
        ),
        (
            plain_item("a", CHOICE),
            [frozen("b", CHOICE, "met"), frozen("c", CHOICE, "not_met", "not_met")],
            "partly",
        ),
        (plain_item("a", CHOICE), [frozen("b", CHOICE, "met"), frozen("c", CHOICE, "met")], "met"),
        (plain_item("a"), [frozen("b", YES_NO, True), frozen("c", YES_NO, False, "not_met")], False),
        (plain_item("a", BANDED), [frozen("b", AREA, "320")], Quantity(Decimal(0), Decimal(320))),
        (plain_item("a", BANDED), [frozen("b", AREA, "250", "not_met")], None),
    ],
)  # fmt: skip
def test_what_the_old_answers_tell(new: Plain, old: list[Plain], value: Any) -> None:
    assert carried(new, old) == value


def test_elements_carry_over_where_all_that_is_asked_was_asked() -> None:
    fewer = {"kind": "elements", "elements": ZONES["elements"][:2]}
    more = {"kind": "elements", "elements": [*ZONES["elements"], {"code": "new", "title": "新区"}]}
    old = [frozen("b", ZONES, ["wait", "office"], "partly")]
    assert carried(plain_item("a", fewer), old) == ("wait",)
    assert carried(plain_item("a", more), old) is None


def test_not_applicable_stays_so_where_that_is_allowed() -> None:
    old = [frozen("b", YES_NO, **NA)]
    assert carried(plain_item("a"), old) == "na"
    assert carried(plain_item("a", na_allowed=False), old) is None


def small(**changes: Any) -> StandardData:
    return standard(plain_item("a"), plain_item("b", CHOICE), plain_item("c", AREA), **changes)


HELD = [
    frozen("a", YES_NO, False, "not_met", "4"),
    frozen("b", CHOICE, "partly", "partly", "2"),
    frozen("c", AREA, "150"),
]


def test_the_same_edition_gives_the_same_score() -> None:
    came_to = replay(small(), "township", identity(small()).links, HELD)
    assert (came_to.score, came_to.grade, came_to.unknown) == (Decimal("50.00"), "不合格", 0)
    assert sum(effect.gain for effect in came_to.effects) == 0


@pytest.mark.parametrize(
    ("items", "score", "grade"),
    [
        ([plain_item("a", points=1), plain_item("b", CHOICE), plain_item("c", AREA)], "66.67", "合格"),
        ([plain_item("a"), plain_item("b", KINDER), plain_item("c", AREA)], "63.33", "合格"),
        ([plain_item("a", points=0, veto=True), plain_item("b", CHOICE), plain_item("c", AREA)],
         "75.00", "不合格"),
        ([plain_item("a"), plain_item("b", CHOICE), plain_item("c", STRICTER)], "41.67", "不合格"),
    ],
)  # fmt: skip
def test_weights_thresholds_and_veto_are_replayed(items: list[Plain], score: str, grade: str) -> None:
    came_to = replay(standard(*items), "township", identity(small()).links, HELD)
    assert (came_to.score, came_to.grade) == (Decimal(score), grade)
    gain = sum((effect.gain for effect in came_to.effects), Fraction(0))
    assert round(50 + gain, 2) == round(Fraction(came_to.score or 0), 2)


def test_grades_are_replayed() -> None:
    data = small()
    policy = {
        "grades": [{"name": "达标", "min": Decimal(50)}, {"name": "未达标", "min": Decimal(0)}],
        "veto_grade": "未达标",
    }
    other = small(policy=policy)
    assert replay(other, "township", identity(data).links, HELD).grade == "达标"


def test_added_items_are_unknown_and_left_out_and_dropped_ones_give_back_what_they_lost() -> None:
    new = standard(plain_item("b", CHOICE), plain_item("c", AREA), plain_item("d"))
    links = [
        Link("dropped", ("a",), ()), Link("same", ("b",), ("b",)), Link("same", ("c",), ("c",)),
        Link("added", (), ("d",)),
    ]  # fmt: skip
    came_to = replay(new, "township", links, HELD)
    assert (came_to.score, came_to.unknown) == (Decimal("75.00"), 1)
    by_link = {effect.link: effect for effect in came_to.effects}
    assert by_link[0].gain == Fraction(100, 3)
    assert by_link[3].unknown == ("d",)
    assert sum(effect.gain for effect in came_to.effects) == 25


def test_nothing_that_carries_over_gives_no_score() -> None:
    came_to = replay(standard(plain_item("z")), "township", [Link("added", (), ("z",))], HELD)
    assert (came_to.score, came_to.grade, came_to.unknown) == (None, "", 1)


def test_comes_to_what_scoring_comes_to_for_every_answer() -> None:
    """The short way over the box's two standards, against scoring all answers in full."""
    old, new = shipped(), read_standard(FILE)
    assert new.replaces is not None
    draw = Random(5)
    for kind in ("township", "village"):
        replayer = Replayer(new, kind, new.replaces.links)
        for _turn in range(60):
            held = [answered(item, kind, draw) for item in old.items(kind)]
            came_to = replayer.replay(held)
            answers = carry(new, kind, new.replaces.links, {one["code"]: one for one in held})
            full = scoring.score(new, kind, answers)
            assert (came_to.score, came_to.vetoed) == (full.score, full.vetoed)
            assert came_to.unknown == sum(item.status == "unanswered" for item in full.items)
            gain = sum((effect.gain for effect in came_to.effects), Fraction(0))
            before = exact(old, kind, held)
            assert abs(before + gain - Fraction(full.score or 0)) <= Fraction(1, 100)


def answered(item: ItemData, kind: str, draw: Random) -> Plain:
    measure = item.measure
    raw: Any = draw.random() < 0.7
    if isinstance(measure, Choice):
        raw = draw.choice(["met", "partly", "not_met"])
    elif isinstance(measure, Elements):
        raw = [element.code for element in measure.required(kind) if draw.random() < 0.7]
    elif isinstance(measure, PerUnit):
        raw = {"total": 5, "compliant": draw.randint(0, 5)}
    elif isinstance(measure, Number):
        raw = str(draw.randint(0, 500))
    elif isinstance(measure, Occurrences):
        raw = draw.randint(0, 3)
    plain = {"measure": to_json(measure_to_plain(measure)), "points": str(item.points), "code": item.code}
    if item.na_allowed and draw.random() < 0.1:
        return plain | NA | {"lost": "0"}
    value = parse_value(measure, raw, kind)
    lost = Fraction(item.points) - achieved(measure, value, item.points, kind)
    told = {"value": raw, "na": False, "reason": "", "status": status(measure, value, item.points, kind)}
    return plain | told | {"lost": str(round(Decimal(lost.numerator) / lost.denominator, 12))}


def exact(standard: StandardData, kind: str, held: list[Plain]) -> Fraction:
    scored = [one for one in held if not one["na"]]
    points = sum(Fraction(one["points"]) for one in scored)
    return 100 - 100 * sum(Fraction(one["lost"]) for one in scored) / points
