"""An answer as a form gives it, and as it is kept once it fits its item's measure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from standards.answers import REASON_LENGTH, parse_answer
from standards.answers import Answer as TypedAnswer
from standards.content import ItemData
from standards.faults import Fault, Faults, Node
from standards.measures import Banded, Elements, Measure, Number, PerUnit, YesNo, plain_value, status

NOTE_LENGTH = 1000
VERSION_DIGITS = 9
UNANSWERED, NOT_APPLICABLE = "unanswered", "na"
YES_NO = {"met": True, "not_met": False}


class Posted(Protocol):
    """The part of a form's data that is read here."""

    def get(self, key: str, default: str = ...) -> str | None: ...
    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Given:
    """What came in for one item, not yet checked; `value` None means that nothing was chosen.

    `base` is the version of the answer that the form showed, where it says so.
    """

    value: object = None
    na: bool = False
    reason: str = ""
    note: str = ""
    base: int | None = None

    def plain(self) -> dict[str, object]:
        return {"value": self.value, "na": self.na, "reason": self.reason, "note": self.note}


@dataclass(frozen=True)
class Checked:
    """What is kept for one item; `value` as JSON holds it, `status` as scoring sees it."""

    value: object
    na: bool
    reason: str
    note: str
    status: str

    def plain(self) -> dict[str, object]:
        return {"value": self.value, "na": self.na, "reason": self.reason, "note": self.note}


def read_given(posted: Posted, prefix: str, measure: Measure) -> Given:
    """Read one item's fields: `<prefix>-value`, `-na`, `-reason`, `-note`.

    Two counts come as `-value_0` (total) and `-value_1` (compliant), a quantity with its basis as
    `-value_0` (basis) and `-value_1` (value); a list of which nothing is
    there is told from one not looked at by `-none`.
    """

    def text(name: str) -> str:
        return (posted.get(f"{prefix}-{name}", "") or "").strip()

    na = bool(text("na")) or text("value") == NOT_APPLICABLE
    value: object = text("value") or None
    if isinstance(measure, YesNo):
        value = YES_NO.get(text("value"), value)
    elif isinstance(measure, Elements):
        chosen = [code for code in posted.getlist(f"{prefix}-value") if code]
        value = chosen if chosen or text("none") else None
    elif isinstance(measure, PerUnit):
        counts = {"total": text("value_0"), "compliant": text("value_1")}
        value = counts if any(counts.values()) else None
    elif isinstance(measure, Banded):
        parts = {"basis": text("value_0"), "value": text("value_1")}
        value = parts if any(parts.values()) else None
    note = text("note").replace("\r\n", "\n").replace("\t", " ")
    base = text("version")
    known = int(base) if base.isdecimal() and len(base) <= VERSION_DIGITS else None
    return Given(None if na else value, na, text("reason") if na else "", note, known)


def check(given: Given, item: ItemData, kind: str) -> Checked:
    """Return what is kept of `given`; raises `Faults` whose paths name the field."""
    faults: list[Fault] = []
    note = _words(given.note, "note", NOTE_LENGTH, faults)
    if given.na:
        _words(given.reason, "reason", REASON_LENGTH, faults)
    typed = _typed(given, item, kind, faults)
    if faults:
        raise Faults(faults)
    if typed.na:
        return Checked(None, True, typed.reason, note, NOT_APPLICABLE)
    if typed.value is None:
        return Checked(None, False, "", note, UNANSWERED)
    state = status(item.measure, typed.value, item.points, kind)
    return Checked(plain_value(item.measure, typed.value), False, "", note, state)


def _words(text: str, name: str, most: int, faults: list[Fault]) -> str:
    node = Node(text, name, faults)
    if "\ufffd" in text:
        # What was not UTF-8 arrives as replacement characters, and says nothing any more.
        node.fault("text_characters")
    return node.text(most, empty=True)


def _typed(given: Given, item: ItemData, kind: str, faults: list[Fault]) -> TypedAnswer:
    """The answer as its measure reads it; faults of a field that has one already are left out."""
    if not given.na and given.value is None:
        return TypedAnswer()
    raw = {"na": True, "reason": given.reason} if given.na else {"value": given.value}
    try:
        typed = parse_answer(item, kind, raw)
    except Faults as error:
        told = {fault.path for fault in faults}
        faults.extend(fault for fault in error.faults if fault.path not in told)
        return TypedAnswer()
    if _is_absurd(item.measure, typed.value, kind):
        Node(given.value, "value", faults).fault("number_least", least="0")
    return typed


def _is_absurd(measure: Measure, value: object, kind: str) -> bool:
    """A quantity below 0, where the standard does not itself set limits below 0."""
    if not isinstance(measure, Number) or not isinstance(value, Decimal) or value >= 0:
        return False
    limits = (measure.minimum.of(kind), measure.maximum.of(kind))
    return all(limit is None or limit >= 0 for limit in limits)
