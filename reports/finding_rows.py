"""The rows of the ledger as its page prints them, in one pass: fifty of them are most of its time."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from inspections.finding_marks import due_mark, state_mark
from inspections.finding_page import due_of
from inspections.models import Finding
from inspections.way_back import carry
from organization.models import User
from organization.templatetags.portal import points
from organization.whereabouts import place_of, places_above

from .models import OfficialDocument

FIELDS = (
    "pk", "finding", "clause", "lost", "mode", "working_days", "state", "due_on", "due_is_provisional",
    "region_id", "inspection_id", "center__name", "round__name",
)  # fmt: skip
# In two pieces: whole, it took the width that what was found needs.
NOTICE = '<a href="{}"><span class="text-nowrap">{}</span><wbr><span class="text-nowrap">{}</span></a>'


@dataclass(frozen=True)
class Row:
    """A finding in the ledger; `due`, `state` and `notices` are drawn.

    `place` are the regions above its township that tell it from others of the name, for whoever sees many.
    """

    pk: int
    url: str
    finding: str
    center: str
    place: str
    round: str
    clause: str
    lost: str
    due: SafeString
    state: SafeString
    notices: SafeString


def rows_of(user: User, keys: list[int], today: date, query: str = "") -> list[Row]:
    """The findings of a page in its order, with what it shows of each; only these are joined to the rest.

    `query` is that of the page, to which each finding leads back.
    """
    found = list(Finding.objects.filter(pk__in=keys).order_by().values_list(*FIELDS, named=True))
    dues = due_of(found, today)
    notices = _notices(user, {row.inspection_id for row in found})
    address, state = _addresses("inspections:finding", 0), cache(_state)
    places, back = places_above(user, {row.region_id for row in found}), carry(query)
    rows = {
        row.pk: Row(
            row.pk,
            address(row.pk) + back,
            row.finding,
            row.center__name,
            place_of(places, row.region_id),
            row.round__name,
            row.clause,
            points(row.lost),
            due_mark(dues.get(row.pk), row.mode, row.working_days),
            state(row.state),
            notices[row.inspection_id],
        )
        for row in found
    }
    return [rows[key] for key in keys]


def _state(state: str) -> SafeString:
    return state_mark(state, Finding.State(state).label)


def _notices(user: User, inspections: Iterable[UUID]) -> dict[UUID, SafeString]:
    """By inspection, the links to what asks for its findings to be put right."""
    demands = OfficialDocument.objects.visible_to(user).issued().demands().filter(inspection__in=inspections)
    links = defaultdict(list)
    address = _addresses("reports:document", UUID(int=0))
    for row in demands.only("inspection_id", "number_code", "year", "number"):
        body, bracket, number = row.number_text.partition("〕")
        links[row.inspection_id].append((address(row.pk), body + bracket, number))
    drawn = {key: format_html_join("", NOTICE, pairs) for key, pairs in links.items()}
    return defaultdict(SafeString, drawn)


def _addresses(name: str, some: int | UUID) -> Callable[[Any], str]:
    """What makes the address of each row from its key; `some` is any key."""
    before, after = reverse(name, args=[some]).rsplit(str(some), 1)
    return lambda key: f"{before}{key}{after}"
