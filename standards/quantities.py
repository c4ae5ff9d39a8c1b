"""Measures of a quantity: a number within limits, and one whose limit depends on a second number."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, NamedTuple

from standards.faults import NUMBER_PATTERN, Node


class Quantity(NamedTuple):
    """What was measured, and the number by which its limit is chosen (the population served, say)."""

    basis: Decimal
    value: Decimal


@dataclass(frozen=True)
class Limit:
    """A threshold for each kind of center; None is no threshold."""

    township: Decimal | None = None
    village: Decimal | None = None

    def of(self, kind: str) -> Decimal | None:
        return self.township if kind == "township" else self.village


def number_text(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_decimal(node: Node) -> Decimal:
    """An exact decimal as people and forms give it."""
    # Chinese input methods type full-width digits, and JSON readers make floats.
    raw = str(node.value) if isinstance(node.value, int | float | Decimal) else node.value
    if isinstance(raw, str) and not isinstance(node.value, bool) and len(raw) <= 40:
        text = unicodedata.normalize("NFKC", raw).strip()
        if NUMBER_PATTERN.fullmatch(text):
            return Decimal(text) + 0
    node.fault("number")
    return Decimal(0)


@dataclass(frozen=True)
class Number:
    """A quantity within limits; `proportional` earns value ÷ minimum when it is too small."""

    unit: str = ""
    minimum: Limit = Limit()
    maximum: Limit = Limit()
    partial: str = "none"
    name: ClassVar[str] = "number"

    def parse(self, node: Node, kind: str) -> Decimal:
        return read_decimal(node)

    def plain(self, value: Decimal) -> object:
        return number_text(value)

    def met(self, value: Decimal, kind: str) -> bool:
        minimum, maximum = self.minimum.of(kind), self.maximum.of(kind)
        return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)

    def achieved(self, value: Decimal, points: Fraction, kind: str) -> Fraction:
        if self.met(value, kind):
            return points
        minimum = self.minimum.of(kind)
        if self.partial == "proportional" and minimum is not None and 0 < value < minimum:
            return points * Fraction(value) / Fraction(minimum)
        return Fraction(0)

    def facts(self, value: Decimal, kind: str) -> dict[str, str]:
        limits = {"minimum": self.minimum.of(kind), "maximum": self.maximum.of(kind)}
        known = {name: number_text(limit) for name, limit in limits.items() if limit is not None}
        return {"value": number_text(value), "unit": self.unit} | known

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset(self.facts(Decimal(0), kind))


@dataclass(frozen=True)
class Band:
    """The minimum for a basis less than `below`; the last band has no `below` and holds all the rest."""

    minimum: Decimal
    below: Decimal | None = None


@dataclass(frozen=True)
class Banded:
    """A quantity whose minimum depends on a second number, by bands, smallest first.

    `basis` and `basis_unit` name that number (常住人口, 人); `proportional` is as of `Number`.
    """

    bands: tuple[Band, ...]
    basis: str
    unit: str = ""
    basis_unit: str = ""
    partial: str = "none"
    name: ClassVar[str] = "banded"

    def minimum(self, basis: Decimal) -> Decimal:
        return next(band.minimum for band in self.bands if band.below is None or basis < band.below)

    def parse(self, node: Node, kind: str) -> Quantity:
        parts = node.fields(("basis", "value"))
        quantity = Quantity(read_decimal(parts["basis"]), read_decimal(parts["value"]))
        for name, number in zip(("basis", "value"), quantity, strict=True):
            if number < 0:
                parts[name].fault("number_least", least="0")
        return quantity

    def plain(self, value: Quantity) -> object:
        return {"basis": number_text(value.basis), "value": number_text(value.value)}

    def met(self, value: Quantity, kind: str) -> bool:
        return value.value >= self.minimum(value.basis)

    def achieved(self, value: Quantity, points: Fraction, kind: str) -> Fraction:
        if self.met(value, kind):
            return points
        if self.partial == "proportional":
            return points * Fraction(value.value) / Fraction(self.minimum(value.basis))
        return Fraction(0)

    def facts(self, value: Quantity, kind: str) -> dict[str, str]:
        return {
            "value": number_text(value.value),
            "unit": self.unit,
            "minimum": number_text(self.minimum(value.basis)),
            "basis": number_text(value.basis),
            "basis_name": self.basis,
            "basis_unit": self.basis_unit,
        }

    def placeholders(self, kind: str) -> frozenset[str]:
        return frozenset(self.facts(Quantity(Decimal(0), Decimal(0)), kind))
