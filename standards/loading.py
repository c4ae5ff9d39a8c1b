"""Editions as a person may see them: what is published is everybody's, drafts are their keepers'."""

from typing import Any

from django.shortcuts import get_object_or_404

from organization.models import User

from .editions import predecessor
from .models import Edition
from .permissions import can_manage_standards


def visible_editions(user: User) -> Any:
    """What is published, and for those who keep the standards the drafts too."""
    return Edition.objects.all() if can_manage_standards(user) else Edition.objects.published()


def other_editions(user: User, row: Edition) -> list[Edition]:
    """Those that the person may hold this one against."""
    return list(visible_editions(user).exclude(pk=row.pk).newest_first().select_related(None))


def other_edition(
    user: User, row: Edition, wanted: str, among: list[Edition] | None = None
) -> Edition | None:
    """The one that `wanted` names as CODE/EDITION, else the one that `row` follows, if the person sees it."""
    others = other_editions(user, row) if among is None else among
    named = next((one for one in others if f"{one.standard}/{one.edition}" == wanted), None)
    if named is None and (followed := predecessor(row)) in others:
        return followed
    return named


def load_visible(user: User, code: str, edition: str) -> Edition:
    """The edition if the person may see it, else 404."""
    row: Edition = get_object_or_404(visible_editions(user), standard=code, edition=edition)
    return row
