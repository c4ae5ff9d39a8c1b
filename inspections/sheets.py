"""The form below its head, rendered once with slots for what differs, and filled by joining.

Sections, tray, words and tools hold hundreds of sentences that are the same on every page of an edition:
rendering them anew would cost more than reading the answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import override

from standards.content import SectionData

from .checklist import Checklist, Entry, checklist
from .fragments import SLOT, token


@dataclass(frozen=True)
class Section:
    """How far a section is, with its cards as HTML."""

    code: str
    title: str
    answered: int
    total: int
    cards: list[SafeString]

    @property
    def tone(self) -> str:
        if self.answered == self.total:
            return "good"
        return "info" if self.answered else "quiet"


def fill_sheet(
    items: Checklist, edition_pk: int, language: str, *, pk: UUID, csrf: str, sections: Iterable[Section]
) -> SafeString:
    """The sheet of inspection `pk`; `csrf` is the hidden field as HTML, empty for what a device keeps."""
    slots: dict[str, str] = {"pk": str(pk), "csrf": csrf}
    for section in sections:
        slots[f"answered:{section.code}"] = str(section.answered)
        slots[f"tone:{section.code}"] = section.tone
        slots[f"cards:{section.code}"] = "\n".join(section.cards)
    whole = items is checklist(edition_pk, items.kind)
    parts = list(pieces(edition_pk, items.kind, language) if whole else _rendered(items, language))
    parts[1::2] = [slots[name] for name in parts[1::2]]
    # Literals come from escaping templates, cards from `fragments`, and the rest are keys, counts and codes.
    return SafeString("".join(parts))


@lru_cache(maxsize=64)
def pieces(edition_pk: int, kind: str, language: str) -> tuple[str, ...]:
    """An edition's sheet for one kind of center, rendered once per process: literal, slot name, literal, …"""
    return _rendered(checklist(edition_pk, kind), language)


def _rendered(items: Checklist, language: str) -> tuple[str, ...]:
    # An address takes a key of its own kind only, so that this one stands in for the slot while rendering.
    stand_in = uuid4()
    with override(language):
        html = render_to_string(
            "inspections/_sheet.html",
            {
                "pk": stand_in,
                "sections": [_blank(*pair, stand_in) for pair in items.sections()],
            },
        )
    return tuple(SLOT.split(html.replace(str(stand_in), token("pk"))))


def _blank(section: SectionData, entries: list[Entry], pk: UUID) -> Mapping[str, Any]:
    return {
        "code": section.code,
        "title": section.title,
        "answered": token(f"answered:{section.code}"),
        "tone": token(f"tone:{section.code}"),
        "total": len(entries),
        "cards": [token(f"cards:{section.code}")],
        "csrf": token("csrf"),
        "save_url": reverse("inspections:section-save", args=[pk, section.code]),
    }
