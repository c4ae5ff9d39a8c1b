"""Fetches what a page or a write is about, inside the person's scope; anything else is not found."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from organization.models import User
from standards.changes import links_between
from standards.editions import load_edition

from .checklist import Entry, checklist_of
from .models import Finding, Inspection, Photo, Round
from .querysets import InspectionQuerySet

JOINED = ("center", "round")


def load_inspection(user: User, pk: UUID) -> Inspection:
    return get_object_or_404(Inspection.objects.visible_to(user).select_related(*JOINED).order_by(), pk=pk)


def load_entry(inspection: Inspection, code: str) -> Entry:
    try:
        return checklist_of(inspection).by_code[code]
    except KeyError:
        raise Http404 from None


def load_photo(user: User, pk: UUID) -> Photo:
    return get_object_or_404(Photo.objects.visible_to(user).kept().select_related("inspection__round"), pk=pk)


def load_round(user: User, pk: int) -> Round:
    return get_object_or_404(
        Round.objects.visible_to(user).select_related("region", "edition", "created_by"), pk=pk
    )


def previous_items(inspection: Inspection) -> dict[str, dict[str, Any]]:
    """Items by code of the center's last inspection submitted before this one; empty if none.

    Where that was held by another edition, its items stand under the codes of those that follow them.
    """
    earlier = previous_inspection(inspection)
    return items_followed(inspection, earlier) if earlier else {}


def items_followed(inspection: Inspection, earlier: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The items of an earlier inspection (see below) by the codes of this one's edition."""
    items = {item["code"]: item for item in earlier["content"]["items"]}
    if earlier["edition"] == inspection.edition_id:
        return items
    links = links_between(load_edition(earlier["edition"]), load_edition(inspection.edition_id))
    # Several old items have no one answer that could be shown beside the new one.
    return {
        code: items[link.old[0]]
        for link in links
        if len(link.old) == 1 and link.old[0] in items
        for code in link.new
    }


def previous_inspection(inspection: Inspection) -> dict[str, Any] | None:
    """Key, edition and content of the center's last inspection submitted before this one.

    A re-inspection sees the one that it looks at again. Inspectors are not
    shown what the township said of itself, and a self-check sees earlier self-checks.
    """
    if inspection.reinspects_id:
        return _of(Inspection.objects.filter(pk=inspection.reinspects_id))
    earlier = Inspection.objects.submitted().whole().filter(center_id=inspection.center_id)
    earlier = earlier.exclude(pk=inspection.pk)
    self_checks = Q(round__kind=Round.Kind.SELF_CHECK)
    earlier = earlier.filter(self_checks if inspection.round.kind == Round.Kind.SELF_CHECK else ~self_checks)
    if inspection.submitted_at:
        earlier = earlier.filter(submitted_at__lt=inspection.submitted_at)
    return _of(earlier.order_by("-submitted_at"))


def _of(rows: InspectionQuerySet) -> dict[str, Any] | None:
    row = rows.only("snapshot", "corrected", "edition_id").first()
    return {"pk": row.pk, "edition": row.edition_id, "content": row.content} if row else None


def load_finding(user: User, pk: int) -> Finding:
    joined = Finding.objects.visible_to(user).select_related(
        "center", "item", "region", "inspection__round", "inspection__submitted_by"
    )
    return get_object_or_404(joined.defer("inspection__snapshot", "inspection__corrected").order_by(), pk=pk)
