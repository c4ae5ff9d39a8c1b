"""Fetches what a report page is about, inside the person's scope; anything else is not found."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from organization.models import User

from .models import Notice


def load_notice(user: User, pk: UUID) -> Notice:
    rows = Notice.objects.visible_to(user).select_related(
        "inspection__center", "inspection__round", "body__region", "region__parent", "issued_by", "drafted_by"
    )
    return get_object_or_404(rows, pk=pk)
