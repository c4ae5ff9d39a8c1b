"""Two editions held side by side: which items are the same, and what became of the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from standards.content import Placed, StandardData
from standards.succession import ADDED, CHANGED, DROPPED, MERGED, RELATIONS, SAME, SPLIT, Link, differences

__all__ = ["RELATIONS", "Change", "Changes", "Difference", "compare", "links_between"]


@dataclass(frozen=True)
class Difference:
    """A field that is not the same in both, with its value in each."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """What became of an item; `differences` are told where one item follows one."""

    relation: str
    old: tuple[Placed, ...]
    new: tuple[Placed, ...]
    differences: tuple[Difference, ...]
    note: str = ""


@dataclass(frozen=True)
class Changes:
    """Differences of the scoring rules, and the items in the new edition's order, dropped ones last."""

    policy: tuple[Difference, ...]
    items: tuple[Change, ...]

    def count(self, relation: str) -> int:
        return sum(change.relation == relation for change in self.items)


def links_between(old: StandardData, new: StandardData) -> tuple[Link, ...]:
    """The new edition's own links where it follows `old`, else items of the same code.

    Links that do not fit any more, since `old` is a draft that changed, are told at publishing.
    """
    follows = new.replaces
    before = {item.code: item for item in old.items()}
    if (
        follows
        and (follows.standard, follows.edition) == (old.standard, old.edition)
        and all(code in before for link in follows.links for code in link.old)
    ):
        return follows.links
    after = {item.code: item for item in new.items()}
    links = [
        Link(CHANGED if differences(before[code], item) else SAME, (code,), (code,))
        if code in before
        else Link(ADDED, (), (code,))
        for code, item in after.items()
    ]
    return (*links, *(Link(DROPPED, (code,), ()) for code in before if code not in after))


def compare(old: StandardData, new: StandardData) -> Changes:
    """Every item of both, once."""
    place = {item.code: number for number, item in enumerate(new.items())}
    links = sorted(links_between(old, new), key=lambda link: place[link.new[0]] if link.new else len(place))
    return Changes(tuple(_policy(old, new)), tuple(_change(link, old, new) for link in links))


def _change(link: Link, old: StandardData, new: StandardData) -> Change:
    before = tuple(old.item(code) for code in link.old)
    after = tuple(new.item(code) for code in link.new)
    found: tuple[Difference, ...] = ()
    if len(before) == 1 and len(after) == 1:
        found = tuple(_differences(before[0], after[0]))
    return Change(link.relation, before, after, found, link.note)


def _differences(old: Placed, new: Placed) -> Iterator[Difference]:
    for name, before, after in differences(old.item, new.item):
        yield Difference(name, before, after)
    if old.clause.text != new.clause.text:
        yield Difference("text", old.clause.text, new.clause.text)
    for name in ("finding", "requirement", "rectify"):
        before, after = getattr(old.item, name), getattr(new.item, name)
        if before != after:
            yield Difference(name, before, after)


def _policy(old: StandardData, new: StandardData) -> Iterator[Difference]:
    for name in ("grades", "veto_grade", "rounding_places"):
        before, after = getattr(old.policy, name), getattr(new.policy, name)
        if before != after:
            yield Difference(name, before, after)


# Relations in the order in which a reader looks for them.
READING_ORDER = (ADDED, CHANGED, SPLIT, MERGED, DROPPED, SAME)
