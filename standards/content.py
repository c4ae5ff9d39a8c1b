"""A standard as frozen data: policy, sections, verbatim clauses and items, and lookups in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from standards.measures import (
    KINDS,
    Banded,
    Choice,
    Elements,
    Limit,
    Measure,
    Number,
    Occurrences,
    PerUnit,
)
from standards.quantities import Band
from standards.succession import Succession
from standards.succession import to_plain as succession_to_plain

FORMAT = 1
METHODS = ("on_site", "documents", "interview", "system")
AT_ONCE, FIXED_TERM, SUSTAINED = "at_once", "fixed_term", "sustained"
RECTIFY_MODES = (AT_ONCE, FIXED_TERM, SUSTAINED)
# What a repair takes, as this product estimates it, and how much each weighs against the others: tidying and
# writing (small), buying and fitting (medium), building, staffing or what other offices decide (large).
EFFORTS = {"small": 1, "medium": 3, "large": 10}
ORDINARY_EFFORT = "medium"  # of an item whose effort nobody has estimated
_ORDINAL = r"[一二三四五六七八九十百]+"
_SECTION_NUMBER = re.compile(rf"({_ORDINAL})、")
_HEADING_NUMBER = re.compile(rf"[（(]({_ORDINAL})[）)]")
_CLAUSE_NUMBER = re.compile(r"([0-9]+)[、.．]")


@dataclass(frozen=True)
class Grade:
    name: str
    min: Decimal


@dataclass(frozen=True)
class Policy:
    """The product's own rules, not the document's: grades (best first), the veto cap, decimal places."""

    grades: tuple[Grade, ...]
    veto_grade: str
    rounding_places: int = 2


@dataclass(frozen=True)
class Rectify:
    """How a finding is put right; `working_days` is given exactly when the mode is `fixed_term`."""

    mode: str
    working_days: int | None = None


@dataclass(frozen=True)
class ItemData:
    code: str
    title: str
    applies_to: tuple[str, ...]
    points: Decimal
    veto: bool
    na_allowed: bool
    measure: Measure
    methods: tuple[str, ...]
    rectify: Rectify
    finding: str
    requirement: str
    hint: str = ""
    # An estimate beside the standard and no part of it: it may change where the edition may not.
    effort: str = field(default="", compare=False)


@dataclass(frozen=True)
class ClauseData:
    code: str
    heading: str
    text: str
    items: tuple[ItemData, ...] = ()


@dataclass(frozen=True)
class SectionData:
    code: str
    title: str
    clauses: tuple[ClauseData, ...]


@dataclass(frozen=True)
class Placed:
    """An item with the clause and the section that it stands in."""

    section: SectionData
    clause: ClauseData
    item: ItemData

    @property
    def reference(self) -> str:
        """Where the clause stands, as officials cite it: `一、（二）1`."""
        return reference(self.section, self.clause)


@dataclass(frozen=True)
class StandardData:
    standard: str
    edition: str
    title: str
    document_number: str
    issued_on: date
    notes: tuple[str, ...]
    policy: Policy
    sections: tuple[SectionData, ...]
    # Whether the clauses tell the document in other words, instead of word for word.
    summary: bool = False
    replaces: Succession | None = None
    format: int = field(default=FORMAT)

    @cached_property
    def _placed(self) -> dict[str, Placed]:
        return {
            item.code: Placed(section, clause, item)
            for section in self.sections
            for clause in section.clauses
            for item in clause.items
        }

    def placed(self, kind: str | None = None) -> Iterator[Placed]:
        """The items in the document's order, each with its clause and section; of one kind, or all."""
        return (p for p in self._placed.values() if kind is None or kind in p.item.applies_to)

    def items(self, kind: str | None = None) -> tuple[ItemData, ...]:
        """The items in the document's order that apply to a kind of center, or all."""
        return tuple(placed.item for placed in self.placed(kind))

    def item(self, code: str) -> Placed:
        """The item of this code with its clause and section; `KeyError` where there is none."""
        return self._placed[code]

    def points(self, kind: str) -> Decimal:
        return sum((item.points for item in self.items(kind)), Decimal(0))


def reference(section: SectionData, clause: ClauseData) -> str:
    """The clause's place by the numbers the document itself gives: `二、3`, `三、（二）1`, `四、（一）`."""
    number = _SECTION_NUMBER.match(section.title)
    parts = [f"{number[1]}、" if number else ""]
    text = clause.text
    if heading := _HEADING_NUMBER.match(clause.heading) or _HEADING_NUMBER.match(text):
        parts.append(f"（{heading[1]}）")
    if clause_number := _CLAUSE_NUMBER.match(text):
        parts.append(clause_number[1])
    return "".join(parts) or clause.code


def to_plain(standard: StandardData) -> dict[str, Any]:
    """The standard as its file holds it: dicts, lists, text, bools, ints and exact Decimals.

    `schema.parse_standard` reads it back to an equal value.
    """
    policy = standard.policy
    return {
        "format": standard.format,
        "standard": standard.standard,
        "edition": standard.edition,
        "title": standard.title,
        "document_number": standard.document_number,
        "issued_on": standard.issued_on.isoformat(),
        "notes": list(standard.notes),
        "policy": {
            "grades": [{"name": grade.name, "min": grade.min} for grade in policy.grades],
            "veto_grade": policy.veto_grade,
            "rounding": {"places": policy.rounding_places},
        },
        "sections": [
            {"code": section.code, "title": section.title, "clauses": [_clause(c) for c in section.clauses]}
            for section in standard.sections
        ],
        **({"summary": True} if standard.summary else {}),
        **({"replaces": succession_to_plain(standard.replaces)} if standard.replaces else {}),
    }


def _clause(clause: ClauseData) -> dict[str, Any]:
    return {
        "code": clause.code,
        "heading": clause.heading,
        "text": clause.text,
        "items": [item_to_plain(item) for item in clause.items],
    }


def with_efforts(standard: StandardData, efforts: Mapping[str, str]) -> StandardData:
    """The same standard with these estimates, by the code of the item, in the place of its own."""
    sections = tuple(
        replace(
            section,
            clauses=tuple(
                replace(
                    clause,
                    items=tuple(replace(item, effort=efforts.get(item.code, "")) for item in clause.items),
                )
                for clause in section.clauses
            ),
        )
        for section in standard.sections
    )
    return replace(standard, sections=sections)


def item_to_plain(item: ItemData) -> dict[str, Any]:
    plain = {
        "code": item.code,
        "title": item.title,
        "applies_to": list(item.applies_to),
        "points": item.points,
        "veto": item.veto,
        "na_allowed": item.na_allowed,
        "measure": measure_to_plain(item.measure),
        "methods": list(item.methods),
        "rectify": rectify_to_plain(item.rectify),
        "finding": item.finding,
        "requirement": item.requirement,
    }
    told = {"effort": item.effort, "hint": item.hint}
    return plain | {name: value for name, value in told.items() if value}


def rectify_to_plain(rectify: Rectify) -> dict[str, Any]:
    days = {} if rectify.working_days is None else {"working_days": rectify.working_days}
    return {"mode": rectify.mode} | days


def measure_to_plain(measure: Measure) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": measure.name}
    match measure:
        case Choice():
            plain["partly_ratio"] = measure.partly_ratio
        case Number():
            limits = {"minimum": _limit(measure.minimum), "maximum": _limit(measure.maximum)}
            plain |= {"unit": measure.unit, "partial": measure.partial}
            plain |= {name: limit for name, limit in limits.items() if limit is not None}
        case Banded():
            plain |= {"basis": measure.basis, "basis_unit": measure.basis_unit, "unit": measure.unit}
            plain |= {"partial": measure.partial, "bands": [_band(band) for band in measure.bands]}
        case Elements():
            plain["elements"] = [
                {"code": element.code, "title": element.title}
                | ({} if element.applies_to == KINDS else {"applies_to": list(element.applies_to)})
                for element in measure.elements
            ]
            if measure.deduct_each is not None:
                plain["deduct_each"] = measure.deduct_each
        case PerUnit():
            plain["unit"] = measure.unit
        case Occurrences():
            plain |= {"unit": measure.unit, "deduct_each": measure.deduct_each}
    return plain


def _band(band: Band) -> dict[str, Decimal]:
    return ({} if band.below is None else {"below": band.below}) | {"minimum": band.minimum}


def _limit(limit: Limit) -> Any:
    if limit.township == limit.village:
        return limit.township
    return {kind: limit.of(kind) for kind in KINDS if limit.of(kind) is not None}
