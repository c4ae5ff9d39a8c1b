"""The items that one kind of center is inspected by, with their rows' keys, read once per process."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from standards.content import ClauseData, ItemData, SectionData, StandardData
from standards.editions import load_edition
from standards.models import Item

if TYPE_CHECKING:
    from .models import Inspection

Made = TypeVar("Made")


@dataclass(frozen=True)
class Entry:
    """One item where it stands; `prefix` begins the names of its form fields."""

    number: int
    pk: int
    item: ItemData
    clause: ClauseData
    section: SectionData
    reference: str

    @property
    def prefix(self) -> str:
        return f"i{self.number}"


@dataclass(frozen=True)
class Checklist:
    """All items of a published edition for one kind of center, in the document's order."""

    standard: StandardData
    kind: str
    entries: tuple[Entry, ...]
    by_code: Mapping[str, Entry]
    by_pk: Mapping[int, Entry]
    _derived: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def derive(self, make: Callable[["Checklist"], Made]) -> Made:
        """What `make` works out of the checklist, once; kept as long as the checklist itself."""
        if make not in self._derived:
            self._derived[make] = make(self)
        found: Made = self._derived[make]
        return found

    def sections(self) -> list[tuple[SectionData, list[Entry]]]:
        """The sections that have items for this kind of center, each with them."""
        grouped: dict[str, tuple[SectionData, list[Entry]]] = {}
        for entry in self.entries:
            grouped.setdefault(entry.section.code, (entry.section, []))[1].append(entry)
        return list(grouped.values())


def keys_of(checklist: Checklist) -> dict[str, int]:
    """The keys of the items' rows by code."""
    return {code: entry.pk for code, entry in checklist.by_code.items()}


def checklist_of(inspection: "Inspection") -> Checklist:
    """What an inspection is about: everything, or for a re-inspection its items alone."""
    whole = checklist(inspection.edition_id, inspection.kind)
    return whole if inspection.items is None else _narrowed(whole, inspection.items)


def _narrowed(whole: Checklist, keys: Iterable[int]) -> Checklist:
    """The items of these keys, with the numbers that they have in the whole."""
    wanted = set(keys)
    entries = tuple(entry for entry in whole.entries if entry.pk in wanted)
    return Checklist(
        whole.standard,
        whole.kind,
        entries,
        {entry.item.code: entry for entry in entries},
        {entry.pk: entry for entry in entries},
    )


@lru_cache(maxsize=32)
def checklist(edition_pk: int, kind: str) -> Checklist:
    """Read a published edition; it is frozen, so every process may keep it for good."""
    standard = load_edition(edition_pk)
    keys = dict(Item.objects.filter(edition_id=edition_pk).values_list("code", "pk"))
    entries = tuple(
        Entry(number, keys[placed.item.code], placed.item, placed.clause, placed.section, placed.reference)
        for number, placed in enumerate(standard.placed(kind), start=1)
    )
    return Checklist(
        standard,
        kind,
        entries,
        {entry.item.code: entry for entry in entries},
        {entry.pk: entry for entry in entries},
    )
