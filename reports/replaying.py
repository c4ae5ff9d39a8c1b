"""Old answers scored by another edition: what can be carried over, and what each item does to the score.

Pure: answers come as the frozen items of a submitted inspection, and nothing is written. An item of which
the old answers say nothing is left out of the score, which is then over the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from standards.answers import Answer, parse_answer
from standards.content import ItemData, StandardData
from standards.faults import Faults
from standards.measures import MET, NOT_MET, PARTLY, Banded, Choice, Elements, PerUnit, Quantity, YesNo
from standards.quantities import Number
from standards.succession import Link

from . import scoring

Frozen = Mapping[str, Any]
VERDICT = {MET: True, NOT_MET: False, PARTLY: False}


@dataclass(frozen=True)
class Effect:
    """What one link does: the points of 100 that its items lost before and lose now; `unknown` new items."""

    link: int
    before: Fraction
    after: Fraction
    unknown: tuple[str, ...] = ()

    @property
    def gain(self) -> Fraction:
        return self.before - self.after


@dataclass(frozen=True)
class Replay:
    """One inspection by the other edition; None where none of its items can be carried over."""

    score: Decimal | None
    grade: str
    vetoed: tuple[str, ...]
    unknown: int
    effects: tuple[Effect, ...]
    result: scoring.Result


def replay(standard: StandardData, kind: str, links: Sequence[Link], frozen: Sequence[Frozen]) -> Replay:
    """Score the frozen items of an inspection by `standard`, whose items follow them by `links`."""
    old = {item["code"]: item for item in frozen}
    answers = carry(standard, kind, links, old)
    result = scoring.score(standard, kind, answers)
    grade = (
        scoring.grade(standard.policy, result.score, bool(result.vetoed)) if result.score is not None else ""
    )
    unknown = sum(item.status == scoring.UNANSWERED for item in result.items)
    return Replay(result.score, grade, result.vetoed, unknown, tuple(_effects(links, old, result)), result)


def carry(
    standard: StandardData, kind: str, links: Sequence[Link], old: Mapping[str, Frozen]
) -> dict[str, Answer]:
    """The answers to the new items, as far as the old ones tell them."""
    found = {}
    for link in links:
        before = [old[code] for code in link.old if code in old]
        if not before:
            continue
        for code in link.new:
            item = standard.item(code).item
            answer = _carried(item, kind, before) if kind in item.applies_to else None
            if answer is not None:
                found[code] = answer
    return found


def _carried(item: ItemData, kind: str, before: Sequence[Frozen]) -> Answer | None:
    scored = [one for one in before if not one["na"]]
    if not scored:
        reason = before[0]["reason"] or "—"
        return Answer(na=True, reason=reason) if item.na_allowed else None
    raw = _raw(item, kind, scored)
    if raw is None or isinstance(raw, Answer):
        return raw
    try:
        return parse_answer(item, kind, {"value": raw})
    except Faults:
        return None


def _raw(item: ItemData, kind: str, scored: Sequence[Frozen]) -> Any:
    """The value in the place of the old ones; None where they do not tell it."""
    measure, first = item.measure, scored[0]
    same_kind = all(one["measure"]["kind"] == measure.name for one in scored)
    match measure:
        case Elements():
            return _present(measure, kind, scored) if same_kind else None
        case PerUnit() if same_kind:
            return {name: sum(int(one["value"][name]) for one in scored) for name in ("total", "compliant")}
        case YesNo() if not same_kind or len(scored) > 1:
            return all(one["status"] == MET for one in scored)
        case Choice() if not same_kind or len(scored) > 1:
            states = {one["status"] for one in scored}
            return states.pop() if len(states) == 1 else PARTLY
        case Banded() if not same_kind:
            return _in_every_band(measure, first) if len(scored) == 1 else None
    return first["value"] if same_kind and len(scored) == 1 else None


def _present(measure: Elements, kind: str, scored: Sequence[Frozen]) -> list[str] | None:
    """What was there of what is asked for now; None where something now asked for was not asked for then."""
    required = [element.code for element in measure.required(kind)]
    asked: set[str] = set()
    for one in scored:
        for element in one["measure"]["elements"]:
            if kind in element.get("applies_to", (kind,)):
                asked.add(element["code"])
    if not asked.issuperset(required):
        return None
    there = {code for one in scored for code in one["value"]}
    return [code for code in required if code in there]


def _in_every_band(measure: Banded, old: Frozen) -> Answer | None:
    """A number without its basis tells enough where it reaches the limit of every band."""
    if old["measure"]["kind"] != Number.name:
        return None
    value, limits = Decimal(old["value"]), [band.minimum for band in measure.bands]
    if value < max(limits):
        return None
    return Answer(value=Quantity(Decimal(0), value))


def _effects(links: Sequence[Link], old: Mapping[str, Frozen], result: scoring.Result) -> Iterator[Effect]:
    """Only links that do something: lose points before or now, or have an item without an answer."""
    items = {item.code: item for item in result.items}
    lost = {code: Decimal(one["lost"]) for code, one in old.items()}
    total_before = sum((Decimal(one["points"]) for one in old.values() if not one["na"]), Decimal(0))
    total_after = sum((item.points for item in result.items if item.scored), Decimal(0))
    for number, link in enumerate(links):
        before = sum((lost[code] for code in link.old if code in lost), Decimal(0))
        new = [items[code] for code in link.new if code in items]
        unknown = tuple(item.code for item in new if item.status == scoring.UNANSWERED)
        # Most items lose nothing on either side, and fractions are dear.
        wanting = [item for item in new if item.scored and item.status != MET]
        if before or wanting or unknown:
            after = sum((item.exact_lost for item in wanting), Fraction(0))
            yield Effect(number, _share(before, total_before), _share(after, total_after), unknown)


def _share(lost: Decimal | Fraction, total: Decimal) -> Fraction:
    """Lost points as a part of 100."""
    return 100 * Fraction(lost) / Fraction(total) if total else Fraction(0)
