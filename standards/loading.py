"""Editions as a person may see them: what is published is everybody's, drafts are their keepers'."""

from typing import Any

from django.shortcuts import get_object_or_404

from organization.models import User

from .models import Edition
from .permissions import can_manage_standards


def visible_editions(user: User) -> Any:
    """What is published, and for those who keep the standards the drafts too."""
    return Edition.objects.all() if can_manage_standards(user) else Edition.objects.published()


def load_visible(user: User, code: str, edition: str) -> Edition:
    """The edition if the person may see it, else 404."""
    row: Edition = get_object_or_404(visible_editions(user), standard=code, edition=edition)
    return row
