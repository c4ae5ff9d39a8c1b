"""Fetches what a report page is about, inside the person's scope; anything else is not found."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from inspections.models import Round
from organization.models import Role, User
from organization.querysets import within

from .models import OfficialDocument


def load_document(user: User, pk: UUID) -> OfficialDocument:
    rows = OfficialDocument.objects.visible_to(user).select_related(
        "inspection__center", "round", "body__region", "region__parent", "issued_by", "drafted_by", "replaces"
    )
    return get_object_or_404(rows, pk=pk)


def load_round_of_notices(user: User, pk: int) -> Round:
    """An administrator's own round, or one of a region above in which notices of their region were issued."""
    own = within(user.prefixes(Role.ADMINISTRATOR), "region__code")
    notices = OfficialDocument.objects.issued().filter(own, round=OuterRef("pk"))
    return get_object_or_404(Round.objects.filter(own | Q(Exists(notices))), pk=pk)
