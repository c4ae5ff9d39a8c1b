"""The strict reading of a standard: plain data in, `StandardData` out, or every fault with its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from standards.content import (
    EFFORTS,
    FIXED_TERM,
    FORMAT,
    METHODS,
    RECTIFY_MODES,
    ClauseData,
    Grade,
    ItemData,
    Policy,
    Rectify,
    SectionData,
    StandardData,
    to_plain,
)
from standards.faults import Fault, Faults, Node
from standards.measure_schema import MOST_POINTS, TITLE_LENGTH, read_measure, read_sentence
from standards.measures import KINDS
from standards.succession import read_succession

__all__ = ["Fault", "Faults", "StandardData", "parse_standard", "to_plain"]

MOST_SECTIONS, MOST_CLAUSES, MOST_ITEMS = 50, 200, 200
MOST_WORKING_DAYS = 250
MOST_PLACES = 3
SENTENCE_LENGTH = 300
CLAUSE_LENGTH = 4000


@dataclass
class _Seen:
    """The codes met so far, so that none is given twice in one standard."""

    sections: set[str] = field(default_factory=set)
    clauses: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    places: int = MOST_PLACES


def parse_standard(data: object) -> StandardData:
    """The standard that plain data (as `reading` gives it) describes; raises `Faults` with all its faults."""
    faults: list[Fault] = []
    root = Node(data, "", faults)
    if isinstance(data, Mapping):
        _format(data, faults)
    parts = root.fields(
        ("format", "standard", "edition", "title", "document_number", "issued_on", "policy", "sections"),
        ("notes", "summary", "replaces"),
    )
    policy = _policy(parts["policy"])
    seen = _Seen(places=policy.rounding_places)
    standard = StandardData(
        standard=_code(parts["standard"], 60),
        edition=_code(parts["edition"], 20),
        title=parts["title"].text(200),
        document_number=parts["document_number"].text(60, empty=True),
        issued_on=parts["issued_on"].day(),
        notes=_notes(parts["notes"]),
        policy=policy,
        sections=tuple(_section(node, seen) for node in parts["sections"].entries(1, MOST_SECTIONS)),
        summary=not parts["summary"].absent and parts["summary"].flag(),
    )
    if not faults:
        _check_kinds(parts["sections"], standard)
    items = {item.code: item for item in standard.items()}
    standard = replace(standard, replaces=read_succession(parts["replaces"], items))
    if faults:
        raise Faults(faults)
    return standard


def _format(data: Mapping[object, object], faults: list[Fault]) -> None:
    if "format" in data and (isinstance(data["format"], bool) or data["format"] != FORMAT):
        Node(data["format"], "format", faults).fault("format", format=str(FORMAT))


def _code(node: Node, most: int) -> str:
    code = node.code()
    if len(code) > most:
        node.fault("text_length", most=str(most), count=str(len(code)))
    return code


def _new_code(node: Node, most: int, seen: set[str]) -> str:
    code = _code(node, most)
    if code and code in seen:
        node.fault("duplicate_code")
    seen.add(code)
    return code


def _notes(node: Node) -> tuple[str, ...]:
    return () if node.absent else tuple(entry.text(1000) for entry in node.entries(0, 50))


def _policy(node: Node) -> Policy:
    parts = node.fields(("grades", "veto_grade"), ("rounding",))
    grades = _grades(parts["grades"])
    veto_grade = parts["veto_grade"].text(20)
    names = [grade.name for grade in grades]
    if veto_grade and names and veto_grade not in names:
        parts["veto_grade"].fault("one_of", options="、".join(names), near="")
    places = 2
    if not parts["rounding"].absent:
        places = parts["rounding"].fields(("places",))["places"].whole(0, MOST_PLACES)
    return Policy(grades, veto_grade, min(max(places, 0), MOST_PLACES))


def _grades(node: Node) -> tuple[Grade, ...]:
    grades: list[Grade] = []
    before = len(node.faults)
    for entry in node.entries(1, 10):
        parts = entry.fields(("name", "min"))
        grade = Grade(parts["name"].text(20), parts["min"].number(0, 100))
        if grade.name in {other.name for other in grades}:
            parts["name"].fault("duplicate_code")
        if grades and grade.min >= grades[-1].min and len(node.faults) == before:
            parts["min"].fault("grade_order", above=str(grades[-1].min))
        grades.append(grade)
    if grades and grades[-1].min != 0 and len(node.faults) == before:
        node.fault("grade_zero")
    return tuple(grades)


def _section(node: Node, seen: _Seen) -> SectionData:
    parts = node.fields(("code", "title", "clauses"))
    return SectionData(
        _new_code(parts["code"], 40, seen.sections),
        parts["title"].text(100),
        tuple(_clause(entry, seen) for entry in parts["clauses"].entries(1, MOST_CLAUSES)),
    )


def _clause(node: Node, seen: _Seen) -> ClauseData:
    parts = node.fields(("code", "text"), ("heading", "items"))
    items = () if parts["items"].absent else parts["items"].entries(0, MOST_ITEMS)
    return ClauseData(
        _new_code(parts["code"], 20, seen.clauses),
        "" if parts["heading"].absent else parts["heading"].text(200, empty=True),
        parts["text"].text(CLAUSE_LENGTH),
        tuple(_item(entry, seen) for entry in items),
    )


def _item(node: Node, seen: _Seen) -> ItemData:
    parts = node.fields(
        ("code", "title", "applies_to", "points", "measure", "methods", "rectify", "finding", "requirement"),
        ("veto", "na_allowed", "effort", "hint"),
    )
    kinds = parts["applies_to"].some_of(KINDS)
    measure = read_measure(parts["measure"], kinds)
    item = {
        "code": _new_code(parts["code"], 64, seen.items),
        "title": parts["title"].text(TITLE_LENGTH),
        "applies_to": kinds,
        "points": _points(parts["points"], seen.places),
        "veto": not parts["veto"].absent and parts["veto"].flag(),
        "na_allowed": parts["na_allowed"].absent or parts["na_allowed"].flag(),
        "measure": measure,
        "methods": parts["methods"].some_of(METHODS),
        "rectify": _rectify(parts["rectify"]),
        "finding": read_sentence(parts["finding"], SENTENCE_LENGTH, measure, kinds),
        "requirement": read_sentence(parts["requirement"], SENTENCE_LENGTH, measure, kinds),
        "effort": "" if parts["effort"].absent else parts["effort"].one_of(tuple(EFFORTS)),
        "hint": "" if parts["hint"].absent else parts["hint"].text(SENTENCE_LENGTH, empty=True),
    }
    return ItemData(**item)  # type: ignore[arg-type]


def _points(node: Node, places: int) -> Decimal:
    """Points are never finer than the score is shown, so that points, achieved and lost agree as printed."""
    points = node.number(0, MOST_POINTS)
    if points != round(points, places):
        node.fault("points_places", places=str(places))
    return points


def _rectify(node: Node) -> Rectify:
    parts = node.fields(("mode",), ("working_days",))
    mode, days = parts["mode"], parts["working_days"]
    name = mode.one_of(RECTIFY_MODES)
    if name != FIXED_TERM:
        if not days.absent and mode.value == name:
            days.fault("working_days_only_fixed_term")
        return Rectify(name)
    if days.absent:
        if mode.value == name:
            node.faults.append(Fault(f"{node.path}.working_days", "", "required"))
        return Rectify(name)
    return Rectify(name, days.whole(1, MOST_WORKING_DAYS))


def _check_kinds(node: Node, standard: StandardData) -> None:
    """Every kind of center that the standard is for has items and points; a standard is for both kinds."""
    for kind in KINDS:
        if not standard.items(kind):
            node.fault("items_for_kind", kind=kind)
        elif standard.points(kind) == 0:
            node.fault("points_for_kind", kind=kind)
