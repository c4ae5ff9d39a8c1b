"""Findings as an address filters them, for the page and for the table that is downloaded from it."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from inspections.models import Finding, Round
from inspections.querysets import OVERSEERS
from inspections.workflow import WITH_COUNTY, WITH_TOWNSHIP
from organization import paging
from organization.codes import CODE_LENGTH, DIGITS, Level, ancestors, prefix
from organization.models import Region, Role, User
from organization.querysets import NOTHING, Cut, within
from organization.whereabouts import sees_more_than_counties
from organization.widgets import SET_IN

from .models import SavedView
from .overview import rounds_for

# In these a finding is listed whatever was inspected since.
UNTIL_CLOSED = {"overdue", "with_county", *WITH_TOWNSHIP, *WITH_COUNTY}
LEVELS = {digits: level for level, digits in DIGITS.items()}
FILTERS = ("round", "state", "region", "item")
# A county's findings of a round are fewer.
MOST = paging.MOST


class FirstPages(paging.FirstPages):
    """Those of the first `MOST` rows."""

    def __init__(self, rows: Any, per_page: int) -> None:
        super().__init__(rows, per_page, MOST)


def counted(*several: Any) -> int:
    """How many rows these querysets have together, up to `MOST`: then it says that there are more."""
    total = sum(int(rows.order_by()[: MOST + 1].count()) for rows in several)
    return Cut(MOST) if total > MOST else total


def findings_as_filtered(user: User, query: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    """The findings that the person sees and the address asks for, and what it asks for.

    `region` is the beginning of a division code: a region's prefix, not its code filled with zeros.
    Without a round, only what each center's last inspection found.
    """
    wanted = asked_for(query)
    rows = Finding.objects.visible_to(user)
    chosen = int(wanted["round"][:18]) if wanted["round"].isdecimal() else None
    places = user.prefixes(*OVERSEERS, Role.TOWNSHIP_STAFF)
    if wanted["region"].isdecimal():
        places = (wanted["region"][:CODE_LENGTH],)
        # A range, which an index serves, as in the person's own scope.
        rows = rows.filter(within(places, "region__code"))
    if chosen is not None:
        rows = rows.filter(round_id=chosen)
    elif wanted["state"] not in UNTIL_CLOSED:
        rows = rows.latest(places)
    rows = _in_state(rows, wanted["state"])
    if wanted["item"].isdecimal():
        rows = rows.filter(item_id=int(wanted["item"][:18]))
    return rows, wanted


def asked_for(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(query.get(name, "")) for name in FILTERS}


def meant(query: Mapping[str, Any]) -> dict[str, str]:
    """What an address really filters by, as `findings_as_filtered` understands it; fit to be kept."""
    wanted = asked_for(query)
    kept = {name: wanted[name][:18] for name in ("round", "item") if wanted[name].isdecimal()}
    if wanted["region"].isdecimal():
        kept["region"] = wanted["region"][:CODE_LENGTH]
    if wanted["state"] in {*UNTIL_CLOSED, "open", *Finding.State.values}:
        kept["state"] = wanted["state"]
    return kept


def places_to_choose(user: User, chosen: str) -> list[tuple[str, str]]:
    """The regions by which a person may filter, as prefix and name: the townships of their county.

    Whoever sees more chooses a level at a time: there are the regions above the `chosen` prefix, it, and
    those just below it, each level set in; for a township, those of its county. A nation's forty thousand
    make no list.
    """
    seen = Region.objects.visible_to(user)
    if not sees_more_than_counties(user):
        rows = seen.filter(level=Level.TOWNSHIP).values_list("code", "name")
        return [(prefix(code, Level.TOWNSHIP), name) for code, name in rows]
    shown = reduce(or_, map(near, _at(user, chosen)))
    seen = seen.filter(shown, level__gt=Level.NATION).order_by("code")
    rows = list(seen.values_list("code", "level", "name"))
    top = min((level for _code, level, _name in rows), default=0)
    return [(prefix(code, level), SET_IN * (level - top) + name) for code, level, name in rows]


def rounds_to_choose(user: User, wanted: Mapping[str, str]) -> list[Round]:
    """The rounds by which a person may filter: all that they see anything of.

    For whoever sees more than counties, those of the chosen region and of the regions above it, and the
    chosen one: each county has its own, and most are called the same.
    """
    if not sees_more_than_counties(user):
        return rounds_for(user)
    chosen = Q(pk=int(wanted["round"][:18])) if wanted["round"].isdecimal() else NOTHING
    return rounds_for(user, Q(region__in=holders(user, wanted["region"])) | chosen)


def holders(user: User, chosen: str) -> set[str]:
    """The codes of the chosen region and of those above it, up to the nation; where none is chosen, of the
    person's own and of those above them."""
    # Its code has no digits in common with those of what is below it.
    nation = Region.objects.filter(level=Level.NATION).values_list("code", flat=True)
    return {*nation, *(code for place in _at(user, chosen) for code in _upward(place))}


def _at(user: User, chosen: str) -> Sequence[str]:
    """The prefix from which a person chooses the next level; where none of theirs is chosen, their own."""
    own, base = user.prefixes(), chosen[: DIGITS[Level.COUNTY]]
    is_inside = base.isascii() and base.isdigit() and len(base) in LEVELS and base.startswith(own)
    return [base] if is_inside else own


def near(place: str) -> Q:
    """Match a region, those above it and those just below it, by its prefix."""
    *_above, code = upward = _upward(place)
    # By their parent, not by their level: townships stand below some cities, without counties.
    below = Q(parent=code) if place else Q(level=Level.PROVINCE)
    return below | Q(code__in=upward)


def _upward(place: str) -> list[str]:
    """The codes of a region and of those above it, by its prefix; the nation's is not among them."""
    code = place.ljust(CODE_LENGTH, "0")
    return [*ancestors(code, LEVELS[len(place)]), code]


def _in_state(rows: Any, state: str) -> Any:
    if state == "open":
        return rows.open()
    if state == "overdue":
        return rows.overdue(timezone.localdate())
    if state == "with_county":
        return rows.filter(state__in=WITH_COUNTY)
    return rows.filter(state=state) if state in Finding.State.values else rows


def query_of(wanted: Mapping[str, str]) -> str:
    """What is asked for as the query of the list's address."""
    return urlencode({name: value for name, value in wanted.items() if value})


def views_of(user: User, wanted: Mapping[str, str]) -> list[SavedView]:
    """The person's own filters, the one that is shown marked."""
    query = query_of(wanted)
    views = list(SavedView.objects.filter(person=user))
    for view in views:
        view.is_current = view.query == query
    return views
