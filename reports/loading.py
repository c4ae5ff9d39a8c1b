"""Fetches what a report page is about, inside the person's scope; anything else is not found."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from inspections.models import Inspection, Round
from inspections.querysets import OVERSEERS
from organization.codes import Level
from organization.models import Region, Role, User
from organization.querysets import RegionQuerySet, within

from . import listing
from .models import IssuingBody, Job, OfficialDocument


def load_document(user: User, pk: UUID) -> OfficialDocument:
    rows = OfficialDocument.objects.visible_to(user).select_related(
        "inspection__center",
        "inspection__round",
        "round",
        "body__region",
        "region__parent",
        "issued_by",
        "drafted_by",
        "replaces",
    )
    return get_object_or_404(rows, pk=pk)


def load_round_of_documents(user: User, pk: int) -> Round:
    """An administrator's own round, or one of a region above in which documents of theirs were issued."""
    own = within(user.prefixes(Role.ADMINISTRATOR), "region__code")
    issued = OfficialDocument.objects.issued().filter(own, round=OuterRef("pk"))
    return get_object_or_404(Round.objects.filter(own | Q(Exists(issued))), pk=pk)


def load_round_overseen(user: User, pk: int) -> Round:
    """A round with inspections in the regions that the person oversees."""
    inside = Inspection.objects.filter(
        within(user.prefixes(*OVERSEERS), "region__code"), round=OuterRef("pk")
    )
    rounds = Round.objects.filter(Exists(inside.order_by())).select_related("region")
    return get_object_or_404(rounds, pk=pk)


def load_region_signed_for(user: User, code: str | None) -> Region:
    """One of the administrator's regions down to counties, the uppermost where none is asked for."""
    rows = _signed_for(user)
    if code is not None:
        rows = rows.filter(code=code) if code.isdecimal() else rows.none()
    region = rows.order_by("level", "code").first()
    if region is None:
        raise Http404
    return region


def regions_signed_for(user: User, near: Region) -> list[Region]:
    """Those that the administrator may go on to from one of them: their own, those above it and just below.

    A nation's thousands of counties make no list.
    """
    own = Q(code__in=[grant.region_id for grant in user.grants])
    return list(_signed_for(user).filter(own | listing.near(near.prefix)).order_by("code"))


def _signed_for(user: User) -> RegionQuerySet:
    own = within(user.prefixes(Role.ADMINISTRATOR), "code")
    return Region.objects.filter(own, level__lte=Level.COUNTY)


def load_region_watched(user: User, code: str) -> Region:
    """A region from a township upward, in those whose documents the person writes or signs."""
    rows = Region.objects.filter(within(user.prefixes(*OVERSEERS), "code"), level__lte=Level.TOWNSHIP)
    return get_object_or_404(rows.select_related("parent__parent__parent__parent"), pk=code)


def load_job(user: User, pk: UUID) -> Job:
    jobs = Job.objects.visible_to(user).select_related("round", "region", "started_by", "cancelled_by")
    return get_object_or_404(jobs, pk=pk)


def load_body(user: User, pk: int) -> IssuingBody:
    return get_object_or_404(IssuingBody.objects.visible_to(user).select_related("region"), pk=pk)
