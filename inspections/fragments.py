"""The inspection form at the cost of joining strings: items are rendered once, with slots for state.

Rendering 70 items through templates costs far more than everything else on the page, and only
their state differs from one inspection to the next. So each item is rendered once per edition,
kind of center and language, cut at its slots, and filled by joining.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from standards.content import Rectify
from standards.describing import basis_words, threshold_words, unit_words
from standards.measures import Banded, Elements, Occurrences, PerUnit, number_text

from .answers import UNANSWERED, Given
from .checklist import Checklist, Entry, checklist

# Private-use characters with a word of this process between them, so that no text of a standard,
# which may spell rare characters with them, can open a slot.
OPEN, CLOSE = f"\ue000{secrets.token_hex(8)}:", "\ue001"
SLOT = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
TEXT_SLOTS = ("value", "total", "compliant", "reason", "note", "last", "saved", "errors", "status", "present")
STATE_SLOTS = ("photos", "version", "before")
FLAG_SLOTS = ("met", "partly", "not_met", "na", "none", "found")


class State(NamedTuple):
    """What one item shows: what was given, and what the server knows of it.

    `photos` is HTML already escaped; everything else is text. `before` are the keys of the photos that
    the center's last inspection has of the item, with spaces between.
    """

    given: Given = Given()
    status: str = UNANSWERED
    version: int = 0
    last: str = ""
    saved: str = ""
    errors: str = ""
    photos: str = ""
    before: str = ""


@dataclass(frozen=True)
class Fragment:
    """One item's HTML, cut at its slots: the text with nothing in them, and where each slot is in it."""

    entry: Entry
    parts: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]

    def fill(self, state: State) -> str:
        parts = list(self.parts)
        for name, text in _slots(self.entry, state).items():
            for place in self.places.get(name, ()):
                parts[place] = text
        return "".join(parts)


def cut(entry: Entry, html: str) -> Fragment:
    """Cut an item's HTML at its tokens."""
    # Literals and slot names take turns.
    parts = SLOT.split(html)
    places: dict[str, tuple[int, ...]] = {}
    for place in range(1, len(parts), 2):
        places[parts[place]] = (*places.get(parts[place], ()), place)
        parts[place] = ""
    return Fragment(entry, tuple(parts), places)


@lru_cache(maxsize=64)
def fragments(edition_pk: int, kind: str, language: str) -> tuple[Fragment, ...]:
    """Render every item of a published edition for one kind of center, once per process."""
    with override(language):
        return tuple(render(entry, kind) for entry in checklist(edition_pk, kind).entries)


def render(entry: Entry, kind: str) -> Fragment:
    """Render one item with a token in the place of each slot, and cut it there."""
    state = {name: token(name) for name in (*TEXT_SLOTS, *FLAG_SLOTS, *STATE_SLOTS)}
    html = render_to_string("components/item/card.html", {"item": describe(entry, kind), "state": state})
    return cut(entry, html.strip())


def describe(entry: Entry, kind: str) -> dict[str, Any]:
    """What the item's template shows that never changes."""
    item, measure = entry.item, entry.item.measure
    described: dict[str, Any] = {
        "code": item.code,
        "prefix": entry.prefix,
        "number": entry.reference,
        "text": item.title,
        "kind": measure.name,
        "na_allowed": item.na_allowed,
        "clause_text": entry.clause.text,
        "rectify": rectify_words(item.rectify),
        "hint": item.hint,
        "unit": unit_words(getattr(measure, "unit", "")),
        "threshold": threshold_words(measure, kind),
    }
    if isinstance(measure, Elements):
        required = measure.required(kind)
        described["total"] = len(required)
        described["elements"] = [
            {"code": e.code, "label": e.title, "checked": token(f"has:{e.code}")} for e in required
        ]
    elif isinstance(measure, Occurrences):
        described["threshold"] = _("每次扣 %(points)s 分") % {"points": number_text(measure.deduct_each)}
    elif isinstance(measure, Banded):
        described["basis"] = basis_words(measure.basis)
        described["basis_unit"] = unit_words(measure.basis_unit)
    elif isinstance(measure, PerUnit):
        described["total_label"], described["compliant_label"] = _("总数"), _("其中符合要求")
    return described


def standalone(entry: Entry, kind: str, given: Given) -> dict[str, Any]:
    """The item and its state for a page on which its controls stand alone."""
    item = describe(entry, kind)
    # `_slots` has escaped what it holds.
    state = {name: SafeString(text) for name, text in _slots(entry, State(given=given)).items()}
    for element in item.get("elements", ()):
        element["checked"] = state.get(f"has:{element['code']}", "")
    return {"item": item, "state": state}


def rectify_words(rectify: Rectify) -> str:
    """How long there is to put it right."""
    if rectify.mode == "fixed_term":
        return _("整改时限：%(days)d个工作日") % {"days": rectify.working_days or 0}
    return _("整改方式：立行立改") if rectify.mode == "at_once" else _("整改方式：长期坚持")


def fill(list_: Checklist, edition_pk: int, language: str, states: Mapping[int, State]) -> list[SafeString]:
    """The HTML of every item in order; `states` by the item's key, items without one are blank."""
    blank = State()
    return [
        # Literals come from escaping templates, and `_slots` escapes what is put between them.
        SafeString(fragment.fill(states.get(fragment.entry.pk, blank)))
        for fragment in fragments(edition_pk, list_.kind, language)
        if fragment.entry.pk in list_.by_pk
    ]


def token(name: str) -> SafeString:
    """What stands in the place of a slot while a template is rendered."""
    return SafeString(f"{OPEN}{name}{CLOSE}")


def _slots(entry: Entry, state: State) -> dict[str, str]:
    given = state.given
    slots: dict[str, str] = {"photos": state.photos, "status": state.status, "present": "0"}
    slots["version"], slots["before"] = str(state.version), state.before
    for name, text in (
        ("last", state.last),
        ("saved", state.saved),
        ("errors", state.errors),
        ("reason", given.reason),
        ("note", given.note),
    ):
        if text:
            slots[name] = escape(text)
    if given.na:
        slots["na"] = "checked"
    elif given.value is not None:
        _VALUE_SLOTS[entry.item.measure.name](given.value, slots)
    if given.note or state.photos:
        slots["found"] = "checked"
    return slots


def _verdict(value: Any, slots: dict[str, str]) -> None:
    name = {True: "met", False: "not_met"}.get(value, value) if isinstance(value, bool | str) else ""
    slots[name] = "checked"


def _text(value: Any, slots: dict[str, str]) -> None:
    slots["value"] = escape(str(value))


def _elements(value: Any, slots: dict[str, str]) -> None:
    present = [str(code) for code in value] if isinstance(value, list) else []
    slots.update({f"has:{code}": "checked" for code in present})
    slots["present"] = str(len(present))
    if not present:
        slots["none"] = "checked"


def _counts(value: Any, slots: dict[str, str]) -> None:
    counts = value if isinstance(value, dict) else {}
    slots["total"] = escape(str(counts.get("total", "")))
    slots["compliant"] = escape(str(counts.get("compliant", "")))


def _quantity(value: Any, slots: dict[str, str]) -> None:
    parts = value if isinstance(value, dict) else {}
    slots["total"] = escape(str(parts.get("basis", "")))
    slots["value"] = escape(str(parts.get("value", "")))


_VALUE_SLOTS: Mapping[str, Callable[[Any, dict[str, str]], None]] = {
    "yes_no": _verdict,
    "choice": _verdict,
    "number": _text,
    "occurrences": _text,
    "elements": _elements,
    "per_unit": _counts,
    "banded": _quantity,
}
