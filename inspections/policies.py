"""The rules for terms and alerts that hold at a place."""

from organization.codes import ancestors, level_of

from .models import RectificationPolicy


def policy_of(code: str) -> RectificationPolicy:
    """The rules of the nearest region at or above this division code that has set them, else the defaults."""
    level = level_of(code)
    assert level is not None
    above = [code, *reversed(ancestors(code, level))]
    found = {row.region_id: row for row in RectificationPolicy.objects.filter(region__in=above)}
    return next((found[place] for place in above if place in found), RectificationPolicy())
