"""The seven ways to measure an item: what an answer may be, what it earns, and the facts for its sentences.

Every kind of measure is one class with the same five methods; the functions at the end are
what the rest of the product calls. Points are exact (`Fraction`); nothing is rounded here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from standards.faults import Fault, Faults, Node, suggestion
from standards.quantities import Banded, Limit, Number, Quantity, number_text

__all__ = [
    "KINDS", "MET", "NOT_MET", "PARTLY", "VERDICTS", "Banded", "Choice", "Element", "Elements", "Limit",
    "Measure", "Number", "Occurrences", "PerUnit", "Quantity", "Units", "Value", "YesNo", "achieved", "facts",
    "number_text", "parse_value", "placeholders", "plain_value", "status",
]  # fmt: skip

KINDS = ("township", "village")
MET, PARTLY, NOT_MET = "met", "partly", "not_met"
VERDICTS = (MET, PARTLY, NOT_MET)
MOST_UNITS = 999_999
_WHOLE = re.compile(r"[0-9]{1,6}")


class Units(NamedTuple):
    """So many units were looked at, and so many of them comply."""

    total: int
    compliant: int


Value = bool | str | Decimal | tuple[str, ...] | Units | Quantity | int


@dataclass(frozen=True)
class YesNo:
    """True earns all points, false none."""

    name: ClassVar[str] = "yes_no"

    def parse(self, node: Node, kind: str) -> bool:
        return node.flag()

    def plain(self, value: bool) -> object:
        return value

    def met(self, value: bool, kind: str) -> bool:
        return value

    def achieved(self, value: bool, points: Fraction, kind: str) -> Fraction:
        return points if value else Fraction(0)

    def facts(self, value: bool, kind: str) -> dict[str, str]:
        return {}

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Choice:
    """The inspector's verdict; `partly` earns the ratio of the points."""

    partly_ratio: Decimal = Decimal("0.5")
    name: ClassVar[str] = "choice"

    def parse(self, node: Node, kind: str) -> str:
        return node.one_of(VERDICTS)

    def plain(self, value: str) -> object:
        return value

    def met(self, value: str, kind: str) -> bool:
        return value == MET

    def achieved(self, value: str, points: Fraction, kind: str) -> Fraction:
        return points * {MET: Fraction(1), PARTLY: Fraction(self.partly_ratio), NOT_MET: Fraction(0)}[value]

    def facts(self, value: str, kind: str) -> dict[str, str]:
        return {}

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Element:
    """One thing of a list that should be there."""

    code: str
    title: str
    applies_to: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class Elements:
    """A list of things; earns present ÷ required, or loses `deduct_each` for each that is missing."""

    elements: tuple[Element, ...]
    deduct_each: Decimal | None = None
    name: ClassVar[str] = "elements"

    def required(self, kind: str) -> tuple[Element, ...]:
        return tuple(element for element in self.elements if kind in element.applies_to)

    def parse(self, node: Node, kind: str) -> tuple[str, ...]:
        known = [element.code for element in self.required(kind)]
        found: set[str] = set()
        for entry in node.entries():
            if not isinstance(entry.value, str) or entry.value not in known:
                entry.fault("element", near=suggestion(str(entry.value), known), options="、".join(known))
            elif entry.value in found:
                entry.fault("repeated")
            else:
                found.add(entry.value)
        return tuple(code for code in known if code in found)

    def plain(self, value: tuple[str, ...]) -> object:
        return list(value)

    def missing(self, value: tuple[str, ...], kind: str) -> tuple[Element, ...]:
        return tuple(element for element in self.required(kind) if element.code not in value)

    def met(self, value: tuple[str, ...], kind: str) -> bool:
        return not self.missing(value, kind)

    def achieved(self, value: tuple[str, ...], points: Fraction, kind: str) -> Fraction:
        missing, required = len(self.missing(value, kind)), len(self.required(kind))
        if self.deduct_each is None:
            return points * (required - missing) / required
        return max(Fraction(0), points - Fraction(self.deduct_each) * missing)

    def facts(self, value: tuple[str, ...], kind: str) -> dict[str, str]:
        missing, required = self.missing(value, kind), self.required(kind)
        return {
            "missing": "、".join(element.title for element in missing),
            "missing_count": str(len(missing)),
            "present_count": str(len(required) - len(missing)),
            "required_count": str(len(required)),
        }

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset(self.facts((), kind))


@dataclass(frozen=True)
class PerUnit:
    """So many of so many units comply (windows, say); earns that share, and none where there are no units."""

    unit: str = ""
    name: ClassVar[str] = "per_unit"

    def parse(self, node: Node, kind: str) -> Units:
        parts = node.fields(("total", "compliant"))
        units = Units(_whole(parts["total"]), _whole(parts["compliant"]))
        if units.compliant > units.total:
            parts["compliant"].fault("compliant", total=str(units.total))
        return units

    def plain(self, value: Units) -> object:
        return {"total": value.total, "compliant": value.compliant}

    def met(self, value: Units, kind: str) -> bool:
        return 0 < value.total == value.compliant

    def achieved(self, value: Units, points: Fraction, kind: str) -> Fraction:
        return points * value.compliant / value.total if value.total else Fraction(0)

    def facts(self, value: Units, kind: str) -> dict[str, str]:
        return {
            "unit": self.unit,
            "total": str(value.total),
            "compliant": str(value.compliant),
            "noncompliant": str(value.total - value.compliant),
        }

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset(self.facts(Units(0, 0), kind))


@dataclass(frozen=True)
class Occurrences:
    """How often something happened that should not; each time loses `deduct_each`, never below 0."""

    deduct_each: Decimal
    unit: str = ""
    name: ClassVar[str] = "occurrences"

    def parse(self, node: Node, kind: str) -> int:
        return _whole(node)

    def plain(self, value: int) -> object:
        return value

    def met(self, value: int, kind: str) -> bool:
        return value == 0

    def achieved(self, value: int, points: Fraction, kind: str) -> Fraction:
        return max(Fraction(0), points - Fraction(self.deduct_each) * value)

    def facts(self, value: int, kind: str) -> dict[str, str]:
        return {"count": str(value), "unit": self.unit}

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset(self.facts(0, kind))


Measure = YesNo | Choice | Number | Banded | Elements | PerUnit | Occurrences


def parse_value(measure: Measure, raw: object, kind: str, path: str = "value") -> Value:
    """The typed value of a raw answer (JSON, or text out of a form), or `Faults`."""
    faults: list[Fault] = []
    value = measure.parse(Node(raw, path, faults), kind)
    if faults:
        raise Faults(faults)
    return value


def plain_value(measure: Measure, value: Any) -> object:
    """A typed value as JSON can hold it, decimals as text; `parse_value` reads it back."""
    return measure.plain(value)


def achieved(measure: Measure, value: Any, points: Decimal | Fraction, kind: str) -> Fraction:
    """The points earned, exactly, between 0 and `points`."""
    return measure.achieved(value, Fraction(points), kind)


def status(measure: Measure, value: Any, points: Decimal | Fraction, kind: str) -> str:
    """`met` if nothing is wanting, `partly` if something was earned all the same, else `not_met`."""
    if isinstance(measure, Choice):
        return str(value)
    if measure.met(value, kind):
        return MET
    return PARTLY if achieved(measure, value, points, kind) > 0 else NOT_MET


def facts(measure: Measure, value: Any, kind: str) -> dict[str, str]:
    """What the placeholders of the item's sentences stand for, given this answer."""
    return measure.facts(value, kind)


def placeholders(measure: Measure, kind: str) -> frozenset[str]:
    """The placeholders that the sentences of an item with this measure may use."""
    return measure.placeholders(kind)


def _whole(node: Node) -> int:
    raw = str(node.value) if isinstance(node.value, int | Decimal) else node.value
    if isinstance(raw, str) and not isinstance(node.value, bool) and len(raw) <= 40:
        text = unicodedata.normalize("NFKC", raw).strip()
        if _WHOLE.fullmatch(text):
            return int(text)
    node.fault("count", most=str(MOST_UNITS))
    return 0
