"""An answer as a form gives it, and as it is kept once it fits its item's measure."""

from dataclasses import dataclass
from typing import Protocol

from standards.answers import Answer as TypedAnswer
from standards.answers import parse_answer
from standards.content import ItemData
from standards.faults import Fault, Faults, Node
from standards.measures import Elements, Measure, PerUnit, YesNo, plain_value, status

NOTE_LENGTH = 1000
REASON_LENGTH = 200
UNANSWERED, NOT_APPLICABLE = "unanswered", "na"
YES_NO = {"met": True, "not_met": False}


class Posted(Protocol):
    """The part of a form's data that is read here."""

    def get(self, key: str, default: str = ...) -> str | None: ...
    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Given:
    """What came in for one item, not yet checked; `value` None means that nothing was chosen."""

    value: object = None
    na: bool = False
    reason: str = ""
    note: str = ""


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

    Two counts come as `-value_0` (total) and `-value_1` (compliant); a list of which nothing is
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
    note = text("note").replace("\r\n", "\n")
    return Given(None if na else value, na, text("reason") if na else "", note)


def check(given: Given, item: ItemData, kind: str) -> Checked:
    """Return what is kept of `given`; raises `Faults` whose paths name the field."""
    faults: list[Fault] = []
    note = Node(given.note, "note", faults).text(NOTE_LENGTH, empty=True)
    typed = TypedAnswer()
    if given.na or given.value is not None:
        raw = {"na": True, "reason": given.reason} if given.na else {"value": given.value}
        try:
            typed = parse_answer(item, kind, raw)
        except Faults as error:
            faults.extend(error.faults)
    if given.na and len(given.reason) > REASON_LENGTH and not faults:
        Node(given.reason, "reason", faults).text(REASON_LENGTH)
    if faults:
        raise Faults(faults)
    if typed.na:
        return Checked(None, True, typed.reason, note, NOT_APPLICABLE)
    if typed.value is None:
        return Checked(None, False, "", note, UNANSWERED)
    state = status(item.measure, typed.value, item.points, kind)
    return Checked(plain_value(item.measure, typed.value), False, "", note, state)
