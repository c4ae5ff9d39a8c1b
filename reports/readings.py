"""What stored answers say: as scoring reads them, in words, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspections.checklist import Checklist, Entry
from inspections.submission_rows import StoredAnswer
from inspections.wording import recorded_words
from standards.answers import Answer, parse_answer
from standards.content import item_to_plain

from .scoring import MOST_KEPT, Result, Scorer


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as scoring reads it, and in the words of the record."""

    answer: Answer
    words: str


class Readings:
    """Reads the answers to one checklist, each of them once: most are given again and again.

    `Checklist.derive(Readings)` is the one of a checklist.
    """

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self.scorer = Scorer(checklist.standard, checklist.kind)
        self.fixed = {entry.item.code: _fixed(entry) for entry in checklist.entries}
        self._known: dict[tuple[Any, ...], Reading] = {}

    def of(self, entry: Entry, stored: StoredAnswer) -> Reading:
        key = (entry.item.code, stored.reason if stored.na else None, repr(stored.value))
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = _read(entry, stored, self.checklist.kind)
        return self._known[key]

    def score(self, answers: Mapping[str, StoredAnswer]) -> Result:
        """Score the center; `answers` has one for each item of the checklist, by code."""
        entries = self.checklist.entries
        return self.scorer.score(
            {entry.item.code: self.of(entry, answers[entry.item.code]).answer for entry in entries}
        )


def _read(entry: Entry, stored: StoredAnswer, kind: str) -> Reading:
    raw = {"na": True, "reason": stored.reason} if stored.na else {"value": stored.value}
    return Reading(parse_answer(entry.item, kind, raw), recorded_words(entry, stored, kind))


def _fixed(entry: Entry) -> dict[str, Any]:
    """What the record of each inspection says of an item, whatever was found."""
    rectify = entry.item.rectify
    return {
        "code": entry.item.code,
        "title": entry.item.title,
        "section": entry.section.code,
        "section_title": entry.section.title,
        "clause": entry.clause.code,
        "reference": entry.reference,
        "measure": _json(item_to_plain(entry.item)["measure"]),
        "veto": entry.item.veto,
        "mode": rectify.mode,
        "working_days": rectify.working_days,
    }


def _json(value: Any) -> Any:
    """Decimals as text, all the way down."""
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else f"{value:f}"
