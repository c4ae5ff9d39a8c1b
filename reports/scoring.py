"""The score of a center: exact arithmetic over a standard and its answers, rounded once, half up.

`score = 100 × Σ achieved ÷ Σ points` over the items that apply to the kind of center and are
answered; an item that does not apply (N/A) is taken out of both sums. Unanswered items make the
score provisional and leave it without a grade.

The points earned are rounded once too, in their sum; what that rounding gives or takes is shared
out over the sections and in them over the items, largest remainder first, so that the printed
points of the items add up to their section's, and those of the sections to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from standards.answers import Answer
from standards.content import Placed, Policy, StandardData
from standards.measures import MET, achieved, facts, status

NA, UNANSWERED = "na", "unanswered"
# Answers to items whose results are kept: most come again and again, but measured numbers do not.
MOST_KEPT = 50_000


@dataclass(frozen=True)
class ItemResult:
    """What one item came to.

    `achieved` is the item's share of the rounded sum, less than one unit of the last place from
    `exact`, and `lost` is `points - achieved`; `exact` is what the score is computed from. An item
    that is N/A or unanswered neither earns nor loses: both are 0, and its points are in no sum.
    `finding` and `requirement` are empty unless something is wanting.
    """

    code: str
    title: str
    section: str
    clause: str
    reference: str
    status: str
    points: Decimal
    exact: Fraction
    achieved: Decimal
    lost: Decimal
    veto: bool
    finding: str
    requirement: str

    @property
    def scored(self) -> bool:
        return self.status not in (NA, UNANSWERED)

    @property
    def exact_lost(self) -> Fraction:
        return Fraction(self.points) - self.exact if self.scored else Fraction(0)


@dataclass(frozen=True)
class SectionResult:
    """A section's own score (None where nothing in it is scored), and the sums of its scored items."""

    code: str
    title: str
    score: Decimal | None
    points: Decimal
    achieved: Decimal
    lost: Decimal


@dataclass(frozen=True)
class Result:
    """The whole result; `score` is None where nothing is scored, `grade` also while incomplete."""

    score: Decimal | None
    grade: str | None
    complete: bool
    vetoed: tuple[str, ...]
    sections: tuple[SectionResult, ...]
    items: tuple[ItemResult, ...]


def score(standard: StandardData, kind: str, answers: Mapping[str, Answer]) -> Result:
    """Score one center; answers to items of the other kind are left aside."""
    return Scorer(standard, kind).score(answers)


class Scorer:
    """Scores centers of one kind by one standard; what an answer to an item comes to is worked out once."""

    def __init__(self, standard: StandardData, kind: str) -> None:
        self.standard, self.kind = standard, kind
        self._placed = tuple(standard.placed(kind))
        self._known: dict[tuple[Any, ...], Weighed] = {}

    def score(self, answers: Mapping[str, Answer]) -> Result:
        """Score one center; answers to items of the other kind are left aside."""
        policy = self.standard.policy
        weighed = [self._weighed(placed, answers.get(placed.item.code)) for placed in self._placed]
        items = _shared_out(weighed, policy.rounding_places)
        total = _score(weighed, policy)
        complete = all(item.status != UNANSWERED for item in items)
        vetoed = tuple(item.code for item in items if item.veto and item.scored and item.status != MET)
        graded = total is not None and complete
        return Result(
            score=total,
            grade=grade(policy, total, bool(vetoed)) if total is not None and graded else None,
            complete=complete,
            vetoed=vetoed,
            sections=_sections(self.standard, weighed, items),
            items=items,
        )

    def _weighed(self, placed: Placed, answer: Answer | None) -> Weighed:
        key = (placed.item.code, answer and (answer.na or (answer.value,)))
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = Weighed(
                _item(placed, self.kind, answer, self.standard.policy.rounding_places),
                self.standard.policy.rounding_places,
            )
        return self._known[key]


class Weighed:
    """What one answer earns and could earn, in units of the last place (whole numbers wherever they are),
    and its result for each share of the rounded sum that it was given."""

    __slots__ = ("_shared", "earned", "points", "result", "scored")

    def __init__(self, result: ItemResult, places: int) -> None:
        self.result, self.scored = result, result.scored
        self.earned, self.points = (
            _plain(result.exact * 10**places),
            _plain(Fraction(result.points) * 10**places),
        )
        self._shared: dict[int, ItemResult] = {}

    def shared(self, units: int, places: int) -> ItemResult:
        if units not in self._shared:
            achieved = Decimal(units).scaleb(-places)
            lost = self.result.points - achieved if self.scored else self.result.lost
            self._shared[units] = replace(self.result, achieved=achieved, lost=lost)
        return self._shared[units]


def half_up(value: Fraction, places: int) -> Decimal:
    """Round once, a half upward; `value` is not negative."""
    scaled = value * 10**places + Fraction(1, 2)
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-places)


def grade(policy: Policy, total: Decimal, vetoed: bool = False) -> str:
    """The grade of a rounded score; a failed veto item leaves none better than the veto grade."""
    names = [g.name for g in policy.grades]
    reached = next(i for i, g in enumerate(policy.grades) if total >= g.min)
    return names[max(reached, names.index(policy.veto_grade)) if vetoed else reached]


def to_plain(result: Result) -> dict[str, Any]:
    """The result as JSON, decimals as text: what `manage.py score` prints and a snapshot keeps."""
    return {
        "score": _text(result.score),
        "grade": result.grade,
        "complete": result.complete,
        "vetoed": list(result.vetoed),
        "sections": sections_to_plain(result),
        "items": [
            {
                "code": item.code,
                "status": item.status,
                "points": _text(item.points),
                "achieved": _text(item.achieved),
                "lost": _text(item.lost),
                "finding": item.finding,
                "requirement": item.requirement,
            }
            for item in result.items
        ],
    }


def sections_to_plain(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "code": section.code,
            "title": section.title,
            "score": _text(section.score),
            "points": _text(section.points),
            "achieved": _text(section.achieved),
            "lost": _text(section.lost),
        }
        for section in result.sections
    ]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _item(placed: Placed, kind: str, answer: Answer | None, places: int) -> ItemResult:
    item = placed.item
    exact, state, finding, requirement = Fraction(0), UNANSWERED, "", ""
    points = half_up(Fraction(item.points), places)
    nothing = Decimal(0).scaleb(-places)
    if answer is not None and answer.na:
        state = NA
    elif answer is not None:
        exact = achieved(item.measure, answer.value, item.points, kind)
        state = status(item.measure, answer.value, item.points, kind)
        if state != MET:
            known = facts(item.measure, answer.value, kind)
            finding, requirement = item.finding.format_map(known), item.requirement.format_map(known)
    return ItemResult(
        code=item.code,
        title=item.title,
        section=placed.section.code,
        clause=placed.clause.code,
        reference=placed.reference,
        status=state,
        points=points,
        exact=exact,
        achieved=nothing,
        lost=nothing,
        veto=item.veto,
        finding=finding,
        requirement=requirement,
    )


def _plain(value: Fraction) -> Fraction | int:
    """The same number; whole ones as such, which add up many times as fast."""
    return value.numerator if value.denominator == 1 else value


def _shared_out(weighed: Sequence[Weighed], places: int) -> tuple[ItemResult, ...]:
    """The results with what each item achieved and lost as printed."""
    members: dict[str, dict[str, Fraction | int]] = {}
    for one in weighed:
        members.setdefault(one.result.section, {})[one.result.code] = one.earned
    earned = {section: sum(own.values()) for section, own in members.items()}
    units: dict[str, int] = {}
    whole = int(half_up(Fraction(sum(earned.values())), 0))
    for section, share in _apportioned(whole, earned).items():
        units |= _apportioned(share, members[section])
    return tuple(one.shared(units[one.result.code], places) for one in weighed)


def _apportioned(whole: int, shares: Mapping[str, Fraction | int]) -> dict[str, int]:
    """Whole units that add up to `whole`, the sum of `shares` rounded up or down.

    Each share is itself rounded up or down; those with the largest remainders up, by code among
    equals, so that one without a remainder keeps its value.
    """
    units = {code: share.numerator // share.denominator for code, share in shares.items()}
    by_remainder = sorted(shares, key=lambda code: (units[code] - shares[code], code))
    for code in by_remainder[: whole - sum(units.values())]:
        units[code] += 1
    return units


def _score(weighed: Iterable[Weighed], policy: Policy) -> Decimal | None:
    counted = [one for one in weighed if one.scored]
    points = Fraction(sum(one.points for one in counted))
    if not points:
        return None
    return half_up(100 * sum(one.earned for one in counted) / points, policy.rounding_places)


def _sections(
    standard: StandardData, weighed: Sequence[Weighed], items: Sequence[ItemResult]
) -> tuple[SectionResult, ...]:
    nothing = Decimal(0).scaleb(-standard.policy.rounding_places)
    members: dict[str, list[int]] = {section.code: [] for section in standard.sections}
    for place, item in enumerate(items):
        members[item.section].append(place)
    results = []
    for section in standard.sections:
        own = members[section.code]
        points = sum((items[place].points for place in own if weighed[place].scored), nothing)
        earned = sum((items[place].achieved for place in own), nothing)
        total = _score((weighed[place] for place in own), standard.policy)
        results.append(SectionResult(section.code, section.title, total, points, earned, points - earned))
    return tuple(results)
