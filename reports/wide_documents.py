"""What the page of documents shows of a province or the nation: what waits, looked for among what is few.

A county looks through its inspections and documents for what waits; of a thousand times as many, findings
without a notice, findings with the county, documents out of force and corrections are found by indexes.
Rounds and offices are those of the region that is chosen and of the regions above it.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from inspections.models import Finding, Inspection, Round
from inspections.workflow import SUBMITTED, WITH_COUNTY
from organization.codes import CODE_LENGTH
from organization.models import Role, User
from organization.querysets import Cut, within
from organization.whereabouts import place_of, places_above

from . import listing, overview, permissions, wide
from .models import IssuingBody, OfficialDocument

# Of the findings that wait with counties, so many are asked whether somebody was there since: a county has
# fewer, and may be chosen.
WAITING_LOOKED_AT = 1_000
# Opinions are about what was inspected, not about what townships say of themselves.
FOLLOWED = [kind for kind in Round.Kind.values if kind != Round.Kind.SELF_CHECK]


# Prefixes of division codes; that of the nation is empty.
Places = tuple[str, ...]


def place_asked(query: Mapping[str, Any]) -> str:
    """The prefix that an address asks for; empty where it asks for none."""
    asked = str(query.get("region", ""))[:CODE_LENGTH]
    return asked if asked.isascii() and asked.isdigit() else ""


def page_of(user: User, rows: Any, place: str, per_page: int, number: str | None) -> Any:
    """A page of the `listing.MOST` of these documents that were drafted last; `paginator.is_cut` says that
    there are more."""
    page = listing.FirstPages(rows.filter(_inside((place,))), per_page).get_page(number)
    shown = OfficialDocument.objects.select_related("body", "inspection__center")
    shown = shown.defer("document", "inspection__snapshot", "inspection__corrected")
    page.object_list = _placed(user, shown.in_bulk(page.object_list), page.object_list)
    return page


def desk(user: User, place: str, shown: int) -> dict[str, Any]:
    """What there is to do for whoever writes; of each list the first that are `shown`."""
    holders, places = listing.holders(user, place), (place,)
    drafts = bool(permissions.can_draft_some(user))
    waiting, count = awaiting_notice(user, places, shown) if drafts else ([], 0)
    return {
        "waiting_count": count,
        "waiting": waiting,
        "reinspected": awaiting_opinion(user, places, shown) if drafts else [],
        "exportable": exportable(user, holders) if permissions.can_export(user) else [],
        "issuable": overview.with_issuable(user, Q(round__region__in=holders)),
        "outdated": outdated(user, places, shown),
        "rounds": overview.awaiting_circular(user, Q(region__in=holders)),
        "bodies": IssuingBody.objects.visible_to(user).filter(region__in=holders),
        "places": listing.places_to_choose(user, place),
    }


def _inside(places: Places, path: str = "") -> Q:
    return within(places, f"{path}region__code")


def awaiting_notice(user: User, places: Places, shown: int) -> tuple[list[Inspection], int]:
    """The first inspections by place that wait for a notice, and how many there are, up to `listing.MOST`.

    Of more than that any come first: sorting them all would take longest where most wait.
    """
    found: list[tuple[str, UUID]] = []
    for part in wide.awaiting_notice(user):
        keys = part.filter(_inside(places)).order_by().values_list("region_id", "pk")
        found += keys[: listing.MOST + 1]
    count = Cut(listing.MOST) if len(found) > listing.MOST else len(found)
    return _inspections(user, [pk for _code, pk in sorted(found)[:shown]]), count


def awaiting_opinion(user: User, places: Places, shown: int) -> list[Inspection]:
    """What `overview.awaiting_opinion` gives, the last submitted first: those after a notice whose findings
    wait, from the heaviest of the findings, and the re-inspections."""
    drafts = user.prefixes(Role.ADMINISTRATOR, Role.REVIEWER)
    demands = OfficialDocument.objects.demands().issued().order_by()
    opinions = overview.opinions()
    waiting = Finding.objects.filter(_inside(drafts), _inside(places), state__in=WITH_COUNTY)
    after = "center__inspections"
    later = (
        Inspection.objects.filter(
            pk__in=waiting.order_by("-lost", "pk").values("inspection")[:WAITING_LOOKED_AT]
        )
        .filter(Exists(demands.filter(inspection=OuterRef("pk"))))
        .filter(
            _inside(drafts, f"{after}__"),
            _inside(places, f"{after}__"),
            ~Exists(opinions.filter(inspection=OuterRef(after))),
            center__inspections__state=SUBMITTED,
            center__inspections__submitted_at__gt=F("submitted_at"),
            center__inspections__round__kind__in=FOLLOWED,
        )
    )
    again = Inspection.objects.submitted().filter(
        _inside(drafts),
        _inside(places),
        Exists(demands.filter(inspection=OuterRef("reinspects"))),
        ~Exists(opinions.filter(inspection=OuterRef("pk"))),
        reinspects__isnull=False,
    )
    keys = {
        *later.order_by(f"-{after}__submitted_at")
        .values_list(f"{after}__submitted_at", after)
        .distinct()[:shown],
        *again.order_by("-submitted_at").values_list("submitted_at", "pk")[:shown],
    }
    return _inspections(user, [pk for _at, pk in sorted(keys, reverse=True)[:shown]])


def _inspections(user: User, keys: list[UUID]) -> list[Inspection]:
    rows = Inspection.objects.select_related("center", "round").defer("snapshot", "corrected")
    return _placed(user, rows.in_bulk(keys), keys)


def _placed(user: User, rows: Mapping[UUID, Any], keys: Iterable[UUID]) -> list[Any]:
    """The rows in the order of their keys, each with its `whereabouts`."""
    found = [rows[key] for key in keys]
    places = places_above(user, {row.region_id for row in found})
    for row in found:
        row.whereabouts = place_of(places, row.region_id)
    return found


def outdated(user: User, places: Places, shown: int) -> list[OfficialDocument]:
    """What `overview.outdated` gives: those about an inspection, and those about a round."""
    rows = [
        row
        for about in ("inspection", "round")
        for row in OfficialDocument.objects.outdated_by(about)
        .filter(overview.overseen(user), _inside(places))
        .select_related("body", "round")
        .defer("document")
        .order_by("issued_at")[:shown]
    ]
    return sorted(rows, key=lambda row: row.issued_at)[:shown]


def exportable(user: User, holders: Iterable[str]) -> list[Round]:
    """Rounds with issued documents in the person's own regions, newest first; how many is not counted."""
    own = within(user.prefixes(Role.ADMINISTRATOR), "region__code")
    issued = OfficialDocument.objects.issued().filter(own, round=OuterRef("pk")).order_by()
    return list(Round.objects.filter(Exists(issued), region__in=holders))
