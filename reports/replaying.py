"""Old answers scored by another edition: what can be carried over, and what each item does to the score.

Pure: answers come as the frozen items of a submitted inspection, and nothing is written. An item of which
the old answers say nothing is left out of the score, which is then over the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from standards.answers import Answer, parse_answer
from standards.content import ItemData, StandardData
from standards.faults import Faults
from standards.measures import (
    MET,
    PARTLY,
    Banded,
    Choice,
    Elements,
    PerUnit,
    Quantity,
    YesNo,
    achieved,
    status,
)
from standards.quantities import Number
from standards.succession import Link

from . import scoring

Frozen = Mapping[str, Any]


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


class Outcome(NamedTuple):
    """What one new item comes to; `lost` is exact."""

    status: str
    lost: Fraction


NOTHING = Fraction(0)
MOST_KEPT = 50_000  # outcomes: the same few answers come again and again, but measured numbers do not


class Replayer:
    """Scores the frozen items of many inspections by `standard`, whose items follow them by `links`.

    Comes to what `scoring.score` comes to with the answers that `carry` finds, without the words and
    the printed points of each item, and works out each answer to an item once.
    """

    def __init__(self, standard: StandardData, kind: str, links: Sequence[Link]) -> None:
        self.standard, self.kind, self.links = standard, kind, links
        self._items = {item.code: item for item in standard.items(kind)}
        self._kept: dict[tuple[Any, ...], Outcome] = {}

    def replay(self, frozen: Sequence[Frozen]) -> Replay:
        old = {item["code"]: item for item in frozen}
        outcomes = dict(self._outcomes(old))
        scored = [code for code, outcome in outcomes.items() if outcome.status != scoring.NA]
        total = sum((self._items[code].points for code in scored), Decimal(0))
        lost = sum((outcome.lost for outcome in outcomes.values() if outcome.lost), NOTHING)
        vetoed = tuple(c for c in scored if self._items[c].veto and outcomes[c].status != MET)
        score, grade, policy = None, "", self.standard.policy
        if total:
            points = Fraction(total)
            score = scoring.half_up(100 * (points - lost) / points, policy.rounding_places)
            grade = scoring.grade(policy, score, bool(vetoed))
        effects = tuple(self._effects(old, outcomes, total))
        return Replay(score, grade, vetoed, len(self._items) - len(outcomes), effects)

    def _outcomes(self, old: Mapping[str, Frozen]) -> Iterator[tuple[str, Outcome]]:
        """The items of which the old answers tell something."""
        for link in self.links:
            before = [old[code] for code in link.old if code in old]
            for code in link.new if before else ():
                item = self._items.get(code)
                if item is not None and (outcome := self._outcome(item, before)).status != scoring.UNANSWERED:
                    yield code, outcome

    def _outcome(self, item: ItemData, before: Sequence[Frozen]) -> Outcome:
        # The measure of an old item is its edition's, and the links are of one edition.
        key = (item.code, *((one["code"], one["na"], one["status"], repr(one["value"])) for one in before))
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._worked_out(item, before)
        return self._kept[key]

    def _worked_out(self, item: ItemData, before: Sequence[Frozen]) -> Outcome:
        answer = _carried(item, self.kind, before)
        if answer is None:
            return Outcome(scoring.UNANSWERED, NOTHING)
        if answer.na:
            return Outcome(scoring.NA, NOTHING)
        earned = achieved(item.measure, answer.value, item.points, self.kind)
        state = status(item.measure, answer.value, item.points, self.kind)
        return Outcome(state, Fraction(item.points) - earned)

    def _effects(
        self, old: Mapping[str, Frozen], outcomes: Mapping[str, Outcome], total_after: Decimal
    ) -> Iterator[Effect]:
        """Only links that do something: lose points before or now, or have an item without an answer."""
        lost = {code: Decimal(one["lost"]) for code, one in old.items()}
        total_before = sum((Decimal(one["points"]) for one in old.values() if not one["na"]), Decimal(0))
        for number, link in enumerate(self.links):
            before = sum((lost[code] for code in link.old if code in lost), Decimal(0))
            new = [code for code in link.new if code in self._items]
            unknown = tuple(code for code in new if code not in outcomes)
            after = sum((outcomes[c].lost for c in new if c in outcomes and outcomes[c].lost), NOTHING)
            if before or after or unknown:
                yield Effect(number, _share(before, total_before), _share(after, total_after), unknown)


def replay(standard: StandardData, kind: str, links: Sequence[Link], frozen: Sequence[Frozen]) -> Replay:
    """One inspection by itself."""
    return Replayer(standard, kind, links).replay(frozen)


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


def _share(lost: Decimal | Fraction, total: Decimal) -> Fraction:
    """Lost points as a part of 100."""
    return 100 * Fraction(lost) / Fraction(total) if total else Fraction(0)
