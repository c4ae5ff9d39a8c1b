"""The way of least effort to a better grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, product
from math import ceil, lcm

from standards.content import EFFORTS, ORDINARY_EFFORT, StandardData
from standards.measures import MET

from .scoring import ItemResult, Result, grade, half_up


@dataclass(frozen=True)
class NextGrade:
    """The repairs of least effort that lead to a better grade, and what they lead to.

    Failed veto items that must be among them come first, then the largest loss; `efforts` are theirs.
    """

    grade: str
    codes: tuple[str, ...]
    score: Decimal
    efforts: tuple[str, ...] = ()


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
    lost = {i.code: i.exact_lost for i in result.items if i.scored and i.status != MET}
    losing = [item for item in result.items if item.code in lost]
    points = sum((Fraction(item.points) for item in result.items if item.scored), Fraction(0))
    needed = [item for item in losing if item.code in forced]
    earned = points - sum(lost[item.code] for item in losing if item.code not in forced)
    free = [item for item in losing if item.code not in forced]
    # Rounding half up reaches a grade from half a unit below it.
    unit = Fraction(1, 10**policy.rounding_places)
    aimed = ceil(Fraction(policy.grades[aim].min) / unit) * unit - unit / 2
    added = _least_effort(free, lost, efforts, aimed * points / 100 - earned)
    if added is None:
        return None
    codes = tuple(item.code for part in (needed, added) for item in sorted(part, key=lambda i: -lost[i.code]))
    total = 100 * (earned + sum(lost[item.code] for item in added)) / points
    reached = half_up(total, policy.rounding_places)
    sizes = tuple(efforts.get(code) or ORDINARY_EFFORT for code in codes)
    return NextGrade(grade(policy, reached, bool({*result.vetoed} - {*codes})), codes, reached, sizes)


def _least_effort(
    items: Sequence[ItemResult], lost: Mapping[str, Fraction], efforts: Mapping[str, str], needed: Fraction
) -> list[ItemResult] | None:
    """The items of least effort in all whose losses together are enough; None where all are not.

    Among items of one effort a larger loss is never worse, so that only the largest of each effort are
    to be considered: a few hundred ways, each looked at, and none missed.
    """
    # Whole numbers, in the unit of which each loss is a multiple: hundreds of sums are compared.
    scale = lcm(needed.denominator, *(lost[item.code].denominator for item in items))
    enough = int(needed * scale)
    groups = []
    for size, weight in EFFORTS.items():
        own = [item for item in items if (efforts.get(item.code) or ORDINARY_EFFORT) == size]
        own.sort(key=lambda item: -lost[item.code])
        gains = list(accumulate((int(lost[item.code] * scale) for item in own), initial=0))
        groups.append((weight, own, gains))
    best: tuple[tuple[int, int, int], tuple[int, ...]] | None = None
    for counts in product(*(range(len(own) + 1) for _weight, own, _gains in groups)):
        effort = sum(n * weight for n, (weight, _own, _gains) in zip(counts, groups, strict=True))
        if best is not None and (effort, sum(counts)) > best[0][:2]:
            continue
        gained = sum(gains[n] for n, (_w, _own, gains) in zip(counts, groups, strict=True))
        found = (effort, sum(counts), -gained), counts
        if gained >= enough and (best is None or found < best):
            best = found
    if best is None:
        return None
    return [item for n, (_w, own, _g) in zip(best[1], groups, strict=True) for item in own[:n]]
