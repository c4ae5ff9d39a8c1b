"""What holds for every standard and every set of answers."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.next_grade import next_grade
from reports.scoring import Result, Scorer, grade, half_up, score, to_plain
from standards.answers import Answer, parse_answers
from standards.content import EFFORTS, StandardData, with_efforts
from standards.measures import KINDS, MET, Choice, Elements, Limit, Number, Occurrences, PerUnit, Units, YesNo
from standards.schema import MOST_PLACES, parse_standard
from standards.schema import to_plain as standard_to_plain
from tests.small_standards import ZONES, plain_item, plain_standard

points = st.decimals(0, 20, places=2)
ratios = st.decimals(0, 1, places=2)
deductions = st.decimals(Decimal("0.01"), 10, places=2)
quantities = st.decimals(1, 500, places=1)
ELEMENTS = [{"code": f"e{n}", "title": f"要素{n}"} for n in range(4)] + [
    {"code": "town", "title": "乡镇", "applies_to": ["township"]}
]


@st.composite
def measures(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["yes_no", "choice", "number", "elements", "per_unit", "occurrences"]))
    plain: dict[str, Any] = {"kind": kind}
    if kind == "choice":
        plain["partly_ratio"] = draw(ratios)
    if kind == "number":
        low = draw(quantities)
        plain |= {"minimum": low, "partial": draw(st.sampled_from(["none", "proportional"]))}
        if draw(st.booleans()):
            plain["maximum"] = low + draw(quantities)
    if kind == "elements":
        plain["elements"] = ELEMENTS
        if draw(st.booleans()):
            plain["deduct_each"] = draw(deductions)
    if kind == "occurrences":
        plain["deduct_each"] = draw(deductions)
    return plain


@st.composite
def standards(draw: st.DrawFn) -> StandardData:
    count = draw(st.integers(1, 7))
    items = [
        plain_item(f"i{n}", draw(measures()), draw(points), veto=draw(st.sampled_from([False, False, True])))
        for n in range(count)
    ]
    items.append(plain_item("last", points=draw(st.decimals(1, 20, places=2))))
    return parse_standard(plain_standard(*items))


def values(measure: Any, kind: str) -> st.SearchStrategy[Any]:
    match measure:
        case YesNo():
            return st.booleans()
        case Choice():
            return st.sampled_from(["met", "partly", "not_met"])
        case Number():
            return st.decimals(-10, 1100, places=1)
        case Elements():
            codes = [element.code for element in measure.required(kind)]
            return st.lists(st.sampled_from(codes), unique=True).map(tuple)
        case PerUnit():
            return st.integers(0, 9).flatmap(lambda n: st.integers(0, n).map(lambda m: Units(n, m)))
        case Occurrences():
            return st.integers(0, 30)


@st.composite
def spread_standards(draw: st.DrawFn) -> StandardData:
    """Several sections, and any number of places."""
    places = draw(st.integers(0, MOST_PLACES))
    sections = []
    for number in range(draw(st.integers(1, 3))):
        items = [
            plain_item(f"i{number}{n}", draw(measures()), draw(st.decimals(0, 20, places=places)))
            for n in range(draw(st.integers(1, 4)))
        ]
        clause = {"code": f"{number}.1", "heading": "", "text": "1、中心应符合要求。", "items": items}
        sections.append({"code": str(number), "title": f"第{number}部分", "clauses": [clause]})
    sections[0]["clauses"][0]["items"].append(plain_item("last", points=1))
    plain = plain_standard()
    policy = plain["policy"] | {"rounding": {"places": places}}
    return parse_standard(plain | {"sections": sections, "policy": policy})


@st.composite
def cases(
    draw: st.DrawFn, *, complete: bool = False, spread: bool = False
) -> tuple[StandardData, str, dict[str, Answer]]:
    data, kind = draw(spread_standards() if spread else standards()), draw(st.sampled_from(KINDS))
    answers = {}
    for item in data.items(kind):
        how = draw(st.sampled_from(["value", "value", "value", "na", "value" if complete else "none"]))
        if how == "value":
            answers[item.code] = Answer(draw(values(item.measure, kind)))
        elif how == "na":
            answers[item.code] = Answer(na=True, reason="没有")
    return data, kind, answers


def better(measure: Any, value: Any, kind: str) -> Any:
    """An answer that says strictly more is in order, or the same where all is."""
    match measure:
        case YesNo():
            return True
        case Choice():
            return {"not_met": "partly"}.get(value, "met")
        case Number():
            low, high = measure.minimum.of(kind), measure.maximum.of(kind)
            if high is not None and value > high:
                return high
            return max(value, (value + low) / 2) if low is not None and value < low else value
        case Elements():
            absent = [element.code for element in measure.missing(value, kind)]
            return (*value, *absent[:1])
        case PerUnit():
            return Units(max(value.total, 1), min(value.compliant + 1, max(value.total, 1)))
        case Occurrences():
            return max(0, value - 1)


@given(cases())
def test_scorer_that_scored_others_before_says_the_same(
    case: tuple[StandardData, str, dict[str, Answer]],
) -> None:
    data, kind, answers = case
    scorer = Scorer(data, kind)
    halves = [dict(list(answers.items())[part::2]) for part in (0, 1)]
    for some in (*halves, answers, *halves):
        assert scorer.score(some) == score(data, kind, some)


@given(cases())
def test_lost_points_and_score_agree_exactly(case: tuple[StandardData, str, dict[str, Answer]]) -> None:
    data, kind, answers = case
    result = score(data, kind, answers)
    total = sum((Fraction(item.points) for item in result.items if item.scored), Fraction(0))
    lost = sum((item.exact_lost for item in result.items), Fraction(0))
    if total:
        assert result.score == half_up(100 * (total - lost) / total, 2)
        assert result.score is not None
        assert 0 <= result.score <= 100
    else:
        assert result.score is None
    for item in result.items:
        assert 0 <= item.exact <= Fraction(item.points)
        assert 0 <= item.achieved <= item.points
        assert abs(Fraction(item.achieved) - item.exact) < Fraction(1, 100)
        if item.exact.denominator == 1:
            assert item.achieved == item.exact
        assert item.lost == (item.points - item.achieved if item.scored else 0)
        assert (item.finding != "") == (item.scored and item.status != MET)
    assert sum(section.points for section in result.sections) == half_up(total, 2)
    assert sum(section.achieved for section in result.sections) == half_up(total - lost, 2)


@given(cases(spread=True))
def test_printed_points_of_items_add_up_to_sections_and_to_the_whole(
    case: tuple[StandardData, str, dict[str, Answer]],
) -> None:
    data, kind, answers = case
    result = score(data, kind, answers)
    places = data.policy.rounding_places
    for section in result.sections:
        own = [item for item in result.items if item.section == section.code and item.scored]
        assert sum(item.points for item in own) == section.points
        assert sum(item.achieved for item in own) == section.achieved
        assert sum(item.lost for item in own) == section.lost
        exact = sum((item.exact for item in own), Fraction(0))
        assert abs(Fraction(section.achieved) - exact) < Fraction(1, 10**places)
    earned = half_up(sum((item.exact for item in result.items), Fraction(0)), places)
    assert sum(section.achieved for section in result.sections) == earned
    for item in result.items:
        assert 0 <= item.achieved <= item.points
        for value in (item.achieved, item.lost, item.points):
            assert -value.as_tuple().exponent == places
    if result.score is not None and sum(section.points for section in result.sections) == 100:
        assert result.score == earned


def test_hundred_points_lose_what_the_score_lacks() -> None:
    """As a page once said: 88.84 points of 100, and a score of 88.83."""
    thirds = [plain_item(f"z{n}", ZONES, "5") for n in range(7)]
    data = parse_standard(plain_standard(*thirds, plain_item("rest", points="65")))
    answers = {f"z{n}": Answer(("guide",)) for n in range(7)} | {"rest": Answer(True)}
    result = score(data, "township", answers)
    assert result.score == 100 - sum(item.lost for item in result.items) == Decimal("76.67")


@given(cases(), st.randoms())
def test_order_does_not_matter(case: tuple[StandardData, str, dict[str, Answer]], random: Any) -> None:
    data, kind, answers = case
    shuffled = list(answers)
    random.shuffle(shuffled)
    plain = standard_to_plain(data)
    random.shuffle(plain["sections"][0]["clauses"][0]["items"])
    first = to_plain(score(data, kind, answers))
    again = to_plain(score(data, kind, {code: answers[code] for code in shuffled}))
    moved = to_plain(score(parse_standard(plain), kind, answers))
    assert again == first
    assert moved | {"items": 0, "vetoed": 0} == first | {"items": 0, "vetoed": 0}
    assert sorted(moved["items"], key=str) == sorted(first["items"], key=str)


def rank(data: StandardData, result: Result) -> int:
    names = [g.name for g in data.policy.grades]
    return -names.index(result.grade) if result.grade else -99


@given(cases(), st.data())
def test_better_answer_never_lowers_the_score(
    case: tuple[StandardData, str, dict[str, Answer]], draws: st.DataObject
) -> None:
    data, kind, answers = case
    valued = [code for code, answer in answers.items() if not answer.na]
    if not valued:
        return
    code = draws.draw(st.sampled_from(valued))
    measure = data.item(code).item.measure
    improved = Answer(better(measure, answers[code].value, kind))
    before, after = score(data, kind, answers), score(data, kind, answers | {code: improved})
    assert (after.score is None) == (before.score is None)
    if after.score is not None and before.score is not None:
        assert after.score >= before.score
        assert sum(s.achieved for s in after.sections) >= sum(s.achieved for s in before.sections)
        assert rank(data, after) >= rank(data, before)


@given(cases(complete=True), st.data())
@settings(max_examples=100)
def test_next_grade_is_of_the_least_effort(
    case: tuple[StandardData, str, dict[str, Answer]], draws: st.DataObject
) -> None:
    """Compared with every subset of the items that lose something."""
    data, kind, answers = case
    sizes = st.sampled_from(["", "small", "medium", "large"])
    efforts = {item.code: draws.draw(sizes) for item in data.items(kind)}
    result = score(data, kind, answers)
    found = next_grade(data, kind, result, efforts)
    if result.grade is None or result.grade == "优秀":
        assert found is None
        return
    assert found is not None
    assert found == next_grade(with_efforts(data, efforts), kind, result)
    names = [g.name for g in data.policy.grades]
    wanting = [item for item in result.items if item.scored and item.status != MET]
    total = sum((Fraction(item.points) for item in result.items if item.scored), Fraction(0))

    def reached(chosen: tuple[str, ...]) -> tuple[str, Decimal]:
        lost = sum((item.exact_lost for item in wanting if item.code not in chosen), Fraction(0))
        value = half_up(100 * (total - lost) / total, 2)
        return grade(data.policy, value, bool(set(result.vetoed) - set(chosen))), value

    def cost(chosen: tuple[str, ...]) -> tuple[int, int, Fraction]:
        gained = sum((item.exact_lost for item in wanting if item.code in chosen), Fraction(0))
        return sum(EFFORTS[efforts[code] or "medium"] for code in chosen), len(chosen), -gained

    assert reached(found.codes) == (found.grade, found.score)
    assert found.efforts == tuple(efforts[code] or "medium" for code in found.codes)
    codes = [item.code for item in wanting]
    ways = [way for size in range(len(codes) + 1) for way in combinations(codes, size)]
    better = [way for way in ways if names.index(reached(way)[0]) < names.index(result.grade)]
    assert cost(found.codes) == min(cost(way) for way in better)


@given(cases())
def test_answers_survive_being_written_down(case: tuple[StandardData, str, dict[str, Answer]]) -> None:
    from standards.answers import answer_to_plain

    data, kind, answers = case
    plain = {code: answer_to_plain(data.item(code).item, answer) for code, answer in answers.items()}
    assert parse_answers(data, kind, plain) == {
        code: answers[code]
        if not isinstance(data.item(code).item.measure, Elements) or answers[code].na
        else parse_answers(data, kind, {code: plain[code]})[code]
        for code in answers
    }


def test_limit_of_a_kind_without_one_is_none() -> None:
    assert Limit(Decimal(3)).of("village") is None
