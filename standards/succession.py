"""How the items of an edition follow those of the edition before it, so that trends go on across both.

Each link leads from old items to new ones. Every new item is in one link, and every old item too: what
is not asked any more is `dropped`, what was not asked before is `added`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from standards.faults import Fault, Node, suggestion

if TYPE_CHECKING:
    from standards.content import ItemData, StandardData

SAME, CHANGED, SPLIT, MERGED, DROPPED, ADDED = "same", "changed", "split", "merged", "dropped", "added"
RELATIONS = (SAME, CHANGED, SPLIT, MERGED, DROPPED, ADDED)
# How many old and new items each relation joins: least and most.
_SIDES: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    SAME: ((1, 1), (1, 1)),
    CHANGED: ((1, 1), (1, 1)),
    SPLIT: ((1, 1), (2, 20)),
    MERGED: ((2, 20), (1, 1)),
    DROPPED: ((1, 1), (0, 0)),
    ADDED: ((0, 0), (1, 1)),
}
MOST_LINKS, NOTE_LENGTH = 1000, 300


@dataclass(frozen=True)
class Link:
    """From these old items to these new ones; `note` says why, where there is something to say."""

    relation: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Succession:
    """The edition that is followed, and every link."""

    standard: str
    edition: str
    links: tuple[Link, ...]

    def sources(self) -> dict[str, Link]:
        """The link that leads to each new item."""
        return {code: link for link in self.links for code in link.new}


def identity(standard: StandardData) -> Succession:
    """What follows an edition item by item, as its copy does before anything is changed."""
    codes = [item.code for item in standard.items()]
    return Succession(
        standard.standard, standard.edition, tuple(Link(SAME, (code,), (code,)) for code in codes)
    )


def read_succession(node: Node, items: Mapping[str, ItemData]) -> Succession | None:
    """The succession at `node`, checked against the new edition's own items; None where there is none."""
    if node.absent:
        return None
    parts = node.fields(("standard", "edition", "items"))
    seen: tuple[set[str], set[str]] = (set(), set())
    links = [_link(entry, items, seen) for entry in parts["items"].entries(1, MOST_LINKS)]
    missing = [code for code in items if code not in seen[1]]
    if missing:
        parts["items"].fault("link_missing", codes="、".join(missing[:10]), count=str(len(missing)))
    return Succession(parts["standard"].code(), parts["edition"].code(), tuple(links))


def _link(node: Node, items: Mapping[str, ItemData], seen: tuple[set[str], set[str]]) -> Link:
    parts = node.fields(("as",), ("from", "to", "note"))
    relation = parts["as"].one_of(RELATIONS)
    sides = []
    for name, (least, most), met in zip(("from", "to"), _SIDES[relation], seen, strict=True):
        part = parts[name]
        if part.absent and least:
            node.faults.append(Fault(part.path, "", "required"))
        entries = [] if part.absent else part.entries(least, most)
        sides.append(tuple(_code(entry, met) for entry in entries))
        if name == "to":
            for entry in entries:
                _known(entry, items)
    note = "" if parts["note"].absent else parts["note"].text(NOTE_LENGTH, empty=True)
    return Link(relation, sides[0], sides[1], note)


def _code(node: Node, met: set[str]) -> str:
    code = node.code()
    if code and code in met:
        node.fault("duplicate_code")
    met.add(code)
    return code


def _known(node: Node, items: Mapping[str, ItemData]) -> None:
    if isinstance(node.value, str) and node.value not in items:
        node.fault("item_code", near=suggestion(node.value, items))


def check_succession(new: StandardData, old: StandardData) -> list[Fault]:
    """What is wrong with the new edition's links, held against the edition that they lead from."""
    assert new.replaces is not None
    faults: list[Fault] = []
    before = {item.code: item for item in old.items()}
    after = {item.code: item for item in new.items()}
    path = "replaces.items"
    for number, link in enumerate(new.replaces.links):
        for place, code in enumerate(link.old):
            if code not in before:
                node = Node(code, f"{path}[{number}].from[{place}]", faults)
                node.fault("item_code", near=suggestion(code, before))
        if link.relation == SAME and link.old[0] in before:
            faults.extend(_not_same(f"{path}[{number}].as", before[link.old[0]], after[link.new[0]]))
    named = {code for link in new.replaces.links for code in link.old}
    missing = [code for code in before if code not in named]
    if missing:
        told = {"codes": "、".join(missing[:10]), "count": str(len(missing))}
        faults.append(Fault(path, "", "link_missing_old", told))
    return faults


def _not_same(path: str, old: ItemData, new: ItemData) -> Iterator[Fault]:
    names = [name for name, _before, _after in differences(old, new)]
    if names:
        yield Fault(path, SAME, "link_not_same", {"names": "、".join(names)})


def differences(old: ItemData, new: ItemData) -> list[tuple[str, Any, Any]]:
    """What differs in how the two are judged: the field's name, and its value in each."""
    names = ("title", "applies_to", "points", "veto", "na_allowed", "measure")
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return [(name, before, after) for name, before, after in pairs if before != after]


def to_plain(succession: Succession) -> dict[str, Any]:
    """The succession as the standard's file holds it."""
    return {
        "standard": succession.standard,
        "edition": succession.edition,
        "items": [
            {"as": link.relation}
            | ({"from": list(link.old)} if link.old else {})
            | ({"to": list(link.new)} if link.new else {})
            | ({"note": link.note} if link.note else {})
            for link in succession.links
        ],
    }
