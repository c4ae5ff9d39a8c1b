"""The rules for terms and alerts that hold at a place."""

from collections.abc import Iterable

from organization.codes import ancestors, level_of

from .models import RectificationPolicy


def policy_of(code: str) -> RectificationPolicy:
    """The rules of the nearest region at or above this division code that has set them, else the defaults."""
    return policies_of([code])[code]


def policies_of(codes: Iterable[str]) -> dict[str, RectificationPolicy]:
    """The same for several division codes; one query for all of them."""
    above = {code: [code, *reversed(_above(code))] for code in codes}
    places = {place for line in above.values() for place in line}
    found = {row.region_id: row for row in RectificationPolicy.objects.filter(region__in=places)}
    return {
        code: next((found[place] for place in line if place in found), RectificationPolicy())
        for code, line in above.items()
    }


def _above(code: str) -> list[str]:
    level = level_of(code)
    assert level is not None
    return ancestors(code, level)
