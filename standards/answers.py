"""Answers to a standard's items: `{"value": …}`, or `{"na": true, "reason": "…"}` where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from standards.content import ItemData, StandardData
from standards.faults import Fault, Faults, Node, join, shown, suggestion
from standards.measures import Value, plain_value

REASON_LENGTH = 200


@dataclass(frozen=True)
class Answer:
    """Either a typed value, or "does not apply" with its reason."""

    value: Value | None = None
    na: bool = False
    reason: str = ""


def parse_answer(item: ItemData, kind: str, raw: object, path: str = "") -> Answer:
    """The answer that `raw` gives to one item, or `Faults`."""
    faults: list[Fault] = []
    answer = _answer(Node(raw, path, faults), item, kind)
    if faults:
        raise Faults(faults)
    return answer


def parse_answers(standard: StandardData, kind: str, raw: object) -> dict[str, Answer]:
    """All answers of one center by item code, in the standard's order, or `Faults` with every fault.

    `raw` is `{item code: answer}`, or that under the single key `answers`. An item that is not
    named is unanswered; one that does not exist or does not apply to the kind is refused.
    """
    faults: list[Fault] = []
    items = {item.code: item for item in standard.items(kind)}
    path = ""
    if isinstance(raw, Mapping) and set(raw) == {"answers"} and "answers" not in items:
        raw, path = raw["answers"], "answers"
    if not isinstance(raw, Mapping):
        raise Faults([Fault(path, shown(raw), "answers")])
    found = {}
    for code, value in raw.items():
        node = Node(value, join(path, str(code)), faults)
        if code in items:
            found[code] = _answer(node, items[code], kind)
        else:
            faults.append(_stranger(standard, kind, node.path, str(code)))
    if faults:
        raise Faults(faults)
    return {code: found[code] for code in items if code in found}


def answer_to_plain(item: ItemData, answer: Answer) -> dict[str, object]:
    """The answer as JSON can hold it; `parse_answer` reads it back."""
    if answer.na:
        return {"na": True, "reason": answer.reason}
    return {"value": plain_value(item.measure, answer.value)}


def _stranger(standard: StandardData, kind: str, path: str, code: str) -> Fault:
    if any(item.code == code for item in standard.items()):
        return Fault(path, shown(code), "item_for_kind", {"kind": kind})
    near = suggestion(code, (item.code for item in standard.items(kind)))
    return Fault(path, shown(code), "item_code", {"near": near})


def _answer(node: Node, item: ItemData, kind: str) -> Answer:
    raw = node.value
    if not isinstance(raw, Mapping) or ("na" in raw) == ("value" in raw):
        node.fault("answer")
        return Answer()
    if "value" in raw:
        part = node.fields(("value",))["value"]
        return Answer(value=item.measure.parse(part, kind))
    parts = node.fields(("na", "reason"))
    if parts["na"].value is not True:
        parts["na"].fault("na_true")
    elif not item.na_allowed:
        parts["na"].fault("na_not_allowed")
    return Answer(na=True, reason=parts["reason"].text(REASON_LENGTH))
