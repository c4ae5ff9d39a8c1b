"""The score of a center: exact arithmetic over a standard and its answers, rounded once, half up.

`score = 100 × Σ achieved ÷ Σ points` over the items that apply to the kind of center and are
answered; an item that does not apply (N/A) is taken out of both sums. Unanswered items make the
score provisional and leave it without a grade.

The points earned are rounded once too, in their sum; what that rounding gives or takes is shared
out over the sections and in them over the items, largest remainder first, so that the printed
points of the items add up to their section's, and those of the sections to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, product
from typing import Any

from standards.answers import Answer
from standards.content import EFFORTS, ORDINARY_EFFORT, Placed, Policy, StandardData
from standards.measures import MET, achieved, facts, status

NA, UNANSWERED = "na", "unanswered"


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


@dataclass(frozen=True)
class NextGrade:
    """The repairs of least effort that lead to a better grade, and what they lead to.

    Failed veto items that must be among them come first, then the largest loss; `efforts` are theirs.
    """

    grade: str
    codes: tuple[str, ...]
    score: Decimal
    efforts: tuple[str, ...] = ()


def score(standard: StandardData, kind: str, answers: Mapping[str, Answer]) -> Result:
    """Score one center; answers to items of the other kind are left aside."""
    exact = tuple(_item(placed, kind, answers, standard.policy) for placed in standard.placed(kind))
    items = _shared_out(exact, standard.policy.rounding_places)
    total = _score(items, standard.policy)
    complete = all(item.status != UNANSWERED for item in items)
    vetoed = tuple(item.code for item in items if item.veto and item.scored and item.status != MET)
    graded = total is not None and complete
    return Result(
        score=total,
        grade=grade(standard.policy, total, bool(vetoed)) if total is not None and graded else None,
        complete=complete,
        vetoed=vetoed,
        sections=_sections(standard, items),
        items=items,
    )


def half_up(value: Fraction, places: int) -> Decimal:
    """Round once, a half upward; `value` is not negative."""
    scaled = value * 10**places + Fraction(1, 2)
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-places)


def grade(policy: Policy, total: Decimal, vetoed: bool = False) -> str:
    """The grade of a rounded score; a failed veto item leaves none better than the veto grade."""
    names = [g.name for g in policy.grades]
    reached = next(i for i, g in enumerate(policy.grades) if total >= g.min)
    return names[max(reached, names.index(policy.veto_grade)) if vetoed else reached]


def next_grade(
    standard: StandardData, kind: str, result: Result, efforts: Mapping[str, str] | None = None
) -> NextGrade | None:
    """The repairs of least effort in all that lead to a better grade; None where there is none to reach.

    `efforts` names the effort of items by code, in the place of what the standard's file says. Of several
    ways of the same effort the one with the fewest repairs, then the one that brings the most points.
    Failed veto items are among them where the better grade lies above the veto grade.
    """
    policy = standard.policy
    names = [g.name for g in policy.grades]
    if result.grade is None or result.grade == names[0]:
        return None
    aim = names.index(result.grade) - 1
    forced = {*result.vetoed} if aim < names.index(policy.veto_grade) else set()
    efforts = {i.code: i.effort for i in standard.items(kind)} if efforts is None else efforts
    losing = [item for item in result.items if item.scored and item.status != MET]
    points = _points(result.items)
    needed = [item for item in losing if item.code in forced]
    earned = sum((item.exact for item in result.items if item.scored), Fraction(0))
    earned += sum((item.exact_lost for item in needed), Fraction(0))

    def total(gained: Fraction) -> Decimal:
        return half_up(100 * (earned + gained) / points, policy.rounding_places)

    free = [item for item in losing if item.code not in forced]
    added = _least_effort(free, efforts, lambda gained: total(gained) >= policy.grades[aim].min)
    if added is None:
        return None
    chosen = sorted(needed, key=lambda i: -i.exact_lost) + sorted(added, key=lambda i: -i.exact_lost)
    codes = tuple(item.code for item in chosen)
    reached = total(sum((item.exact_lost for item in added), Fraction(0)))
    sizes = tuple(efforts.get(code) or ORDINARY_EFFORT for code in codes)
    return NextGrade(grade(policy, reached, bool({*result.vetoed} - {*codes})), codes, reached, sizes)


def _least_effort(
    items: Sequence[ItemResult], efforts: Mapping[str, str], enough: Callable[[Fraction], bool]
) -> list[ItemResult] | None:
    """The items of least effort in all whose losses together are enough; None where all are not.

    Among items of one effort a larger loss is never worse, so that only the largest of each effort are
    to be considered: a few hundred ways, each looked at, and none missed.
    """
    groups = []
    for size, weight in EFFORTS.items():
        own = [item for item in items if (efforts.get(item.code) or ORDINARY_EFFORT) == size]
        own.sort(key=lambda item: -item.exact_lost)
        gains = list(accumulate((item.exact_lost for item in own), initial=Fraction(0)))
        groups.append((weight, own, gains))
    best: tuple[tuple[int, int, Fraction], tuple[int, ...]] | None = None
    for counts in product(*(range(len(own) + 1) for _weight, own, _gains in groups)):
        effort = sum(n * weight for n, (weight, _own, _gains) in zip(counts, groups, strict=True))
        if best is not None and (effort, sum(counts)) > best[0][:2]:
            continue
        gained = sum((gains[n] for n, (_w, _own, gains) in zip(counts, groups, strict=True)), Fraction(0))
        found = (effort, sum(counts), -gained), counts
        if enough(gained) and (best is None or found < best):
            best = found
    if best is None:
        return None
    return [item for n, (_w, own, _g) in zip(best[1], groups, strict=True) for item in own[:n]]


def to_plain(result: Result) -> dict[str, Any]:
    """The result as JSON, decimals as text: what `manage.py score` prints and a snapshot keeps."""
    return {
        "score": _text(result.score),
        "grade": result.grade,
        "complete": result.complete,
        "vetoed": list(result.vetoed),
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "score": _text(section.score),
                "points": _text(section.points),
                "achieved": _text(section.achieved),
                "lost": _text(section.lost),
            }
            for section in result.sections
        ],
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


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _item(placed: Placed, kind: str, answers: Mapping[str, Answer], policy: Policy) -> ItemResult:
    item, answer, places = placed.item, answers.get(placed.item.code), policy.rounding_places
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


def _shared_out(items: Sequence[ItemResult], places: int) -> tuple[ItemResult, ...]:
    """The items with what each achieved and lost as printed."""
    members: dict[str, dict[str, Fraction]] = {}
    for item in items:
        members.setdefault(item.section, {})[item.code] = item.exact * 10**places
    earned = {section: sum(own.values(), Fraction(0)) for section, own in members.items()}
    units: dict[str, int] = {}
    whole = int(half_up(sum(earned.values(), Fraction(0)), 0))
    for section, share in _apportioned(whole, earned).items():
        units |= _apportioned(share, members[section])
    results = []
    for item in items:
        achieved = Decimal(units[item.code]).scaleb(-places)
        results.append(
            replace(item, achieved=achieved, lost=item.points - achieved if item.scored else item.lost)
        )
    return tuple(results)


def _apportioned(whole: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole units that add up to `whole`, the sum of `shares` rounded up or down.

    Each share is itself rounded up or down; those with the largest remainders up, by code among
    equals, so that one without a remainder keeps its value.
    """
    units = {code: share.numerator // share.denominator for code, share in shares.items()}
    by_remainder = sorted(shares, key=lambda code: (units[code] - shares[code], code))
    for code in by_remainder[: whole - sum(units.values())]:
        units[code] += 1
    return units


def _points(items: Iterable[ItemResult]) -> Fraction:
    return sum((Fraction(item.points) for item in items if item.scored), Fraction(0))


def _score(items: Sequence[ItemResult], policy: Policy) -> Decimal | None:
    points = _points(items)
    earned = sum((item.exact for item in items if item.scored), Fraction(0))
    return half_up(100 * earned / points, policy.rounding_places) if points else None


def _sections(standard: StandardData, items: Sequence[ItemResult]) -> tuple[SectionResult, ...]:
    nothing = Decimal(0).scaleb(-standard.policy.rounding_places)
    members: dict[str, list[ItemResult]] = {section.code: [] for section in standard.sections}
    for item in items:
        members[item.section].append(item)
    results = []
    for section in standard.sections:
        own = members[section.code]
        points = sum((item.points for item in own if item.scored), nothing)
        earned = sum((item.achieved for item in own), nothing)
        total = _score(own, standard.policy)
        results.append(SectionResult(section.code, section.title, total, points, earned, points - earned))
    return tuple(results)
