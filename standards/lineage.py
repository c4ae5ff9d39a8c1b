"""From which items of earlier editions an item comes, edition after edition, so that trends go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .succession import CHANGED, MERGED, SAME, SPLIT

# From the closest to the loosest; over several editions the loosest counts.
CLOSENESS = (SAME, CHANGED, SPLIT, MERGED)
Key = tuple[str, str]  # a standard's code and its edition
Links = Mapping[Key, Mapping[str, Any] | None]


@dataclass(frozen=True)
class Origin:
    """The codes that stood for an item in an earlier edition, and how closely they did."""

    codes: tuple[str, ...]
    relation: str


def origins(codes: Iterable[str], new: Key, old: Key, replaces: Links) -> dict[str, Origin] | None:
    """From where each code of `new` comes in `old`, those that were added since left out.

    None where no links lead from `new` back to `old`. `replaces` are the links of every edition, as its
    row keeps them.
    """
    found = {code: Origin((code,), SAME) for code in codes}
    at, passed = new, {new}
    while at != old:
        link = replaces.get(at)
        if not link:
            return None
        found = _through(found, _step(link))
        at = (str(link["standard"]), str(link["edition"]))
        # Editions that follow each other in a circle lead nowhere.
        if at in passed:
            return None
        passed.add(at)
    return found


def _step(link: Mapping[str, Any]) -> dict[str, Origin]:
    found: dict[str, Origin] = {}
    for entry in link["items"]:
        if entry.get("from"):
            found |= dict.fromkeys(entry.get("to", ()), Origin(tuple(entry["from"]), entry["as"]))
    return found


def _through(later: Mapping[str, Origin], earlier: Mapping[str, Origin]) -> dict[str, Origin]:
    found = {}
    for code, origin in later.items():
        # Of several that were merged, those stand for it that were asked before.
        known = [earlier[one] for one in origin.codes if one in earlier]
        if known:
            codes = tuple(dict.fromkeys(one for step in known for one in step.codes))
            relations = [origin.relation, *(step.relation for step in known)]
            found[code] = Origin(codes, max(relations, key=CLOSENESS.index))
    return found
