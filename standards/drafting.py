"""A draft edition with other points, thresholds, veto items and grades, as a form gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from standards.content import ItemData, StandardData, to_plain
from standards.faults import NUMBER_PATTERN
from standards.measures import KINDS, Banded, Choice, Elements, Number, Occurrences
from standards.schema import parse_standard
from standards.succession import CHANGED, SAME, Succession, differences, identity


class Posted(Protocol):
    """The part of a form's data that is read here."""

    def get(self, key: str, default: str = ...) -> str | None: ...
    def __contains__(self, key: str) -> bool: ...


@dataclass(frozen=True)
class Setting:
    """One number of an item that a form may change: its field, its path in the item's plain data, its value.

    `what` says which: points, minimum, maximum, deduct_each, partly_ratio; `kind` for which kind of
    center, `below` for which band.
    """

    field: str
    path: tuple[str | int, ...]
    what: str
    value: Decimal
    kind: str = ""
    below: Decimal | None = None


def copy_as_draft(standard: StandardData, edition: str, *, keep_links: bool = False) -> StandardData:
    """The same content as another edition that follows this one item by item.

    The copy of a draft keeps the draft's links (`keep_links`): no inspection was held by the draft itself.
    """
    links = standard.replaces if keep_links and standard.replaces else identity(standard)
    return replace(standard, edition=edition, replaces=links)


def settings(item: ItemData) -> Iterator[Setting]:
    """The numbers by which an item is judged and weighed."""
    yield Setting(f"{item.code}:points", ("points",), "points", item.points)
    measure = item.measure
    match measure:
        case Number():
            yield from _limits(item, measure)
        case Banded():
            for n, band in enumerate(measure.bands):
                path = ("measure", "bands", n, "minimum")
                yield Setting(f"{item.code}:band:{n}", path, "minimum", band.minimum, below=band.below)
        case Elements(deduct_each=Decimal() as each) | Occurrences(deduct_each=each):
            yield Setting(f"{item.code}:each", ("measure", "deduct_each"), "deduct_each", each)
        case Choice():
            path = ("measure", "partly_ratio")
            yield Setting(f"{item.code}:partly", path, "partly_ratio", measure.partly_ratio)


def _limits(item: ItemData, measure: Number) -> Iterator[Setting]:
    for what, limit in (("minimum", measure.minimum), ("maximum", measure.maximum)):
        for kind in item.applies_to:
            value = limit.of(kind)
            if value is not None:
                yield Setting(f"{item.code}:{what}:{kind}", ("measure", what, kind), what, value, kind)


def revise(standard: StandardData, posted: Posted) -> StandardData:
    """The draft with what the form says; what it does not name stays. Raises `Faults` with their places."""
    plain = to_plain(standard)
    for section in plain["sections"]:
        for clause in section["clauses"]:
            for item in clause["items"]:
                _revise_item(item, standard.item(item["code"]).item, posted)
    for n, grade in enumerate(plain["policy"]["grades"]):
        grade["min"] = _number(posted, f"grade:{n}", grade["min"])
    plain["policy"]["veto_grade"] = posted.get("veto_grade", "") or standard.policy.veto_grade
    return parse_standard(plain)


def _revise_item(plain: dict[str, Any], item: ItemData, posted: Posted) -> None:
    if f"{item.code}:points" not in posted:
        return
    # A box that is not ticked is not sent, so that the points say whether the item was on the form.
    plain["veto"] = f"{item.code}:veto" in posted
    _open_limits(plain["measure"], item)
    for setting in settings(item):
        *way, last = setting.path
        target: Any = plain
        for step in way:
            target = target[step]
        target[last] = _number(posted, setting.field, setting.value)


def _open_limits(measure: dict[str, Any], item: ItemData) -> None:
    """Write a limit that both kinds share as one for each, so that each can be changed."""
    for what in ("minimum", "maximum"):
        if what in measure and not isinstance(measure[what], Mapping):
            measure[what] = dict.fromkeys(KINDS, measure[what])


def _number(posted: Posted, field: str, known: Decimal) -> object:
    text = (posted.get(field) or "").strip()
    if field not in posted:
        return known
    # What is no number stays text, which the reader refuses with its place.
    return Decimal(text) if NUMBER_PATTERN.fullmatch(text) else text


def relabel(new: StandardData, old: StandardData) -> StandardData:
    """The draft with its links called what they are: an item judged otherwise is not the same any more."""
    if new.replaces is None:
        return new
    before = {item.code: item for item in old.items()}
    after = {item.code: item for item in new.items()}
    links = tuple(
        replace(link, relation=CHANGED if differences(before[link.old[0]], after[link.new[0]]) else SAME)
        # A link that leads nowhere, since the edition before is a draft that changed, is told at publishing.
        if link.relation in (SAME, CHANGED) and link.old[0] in before
        else link
        for link in new.replaces.links
    )
    return replace(new, replaces=Succession(new.replaces.standard, new.replaces.edition, links))
