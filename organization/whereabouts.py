"""Where a township is, for whoever sees many of the same name: the regions between their own and it."""

from collections.abc import Iterable, Mapping

from .codes import DIGITS, Level, ancestors
from .models import Region, User


def sees_more_than_counties(user: User) -> bool:
    return any(len(place) < DIGITS[Level.COUNTY] for place in user.prefixes())


def places_above(user: User, regions: Iterable[str] | None = None) -> dict[str, str]:
    """The names, by code, of the regions inside a person's own, down to counties; none for a county's.

    With `regions` only those that these codes lie in.
    """
    if not sees_more_than_counties(user):
        return {}
    seen = Region.objects.visible_to(user).exclude(code__in=[grant.region_id for grant in user.grants])
    if regions is None:
        seen = seen.filter(level__gt=Level.NATION, level__lte=Level.COUNTY)
    else:
        seen = seen.filter(code__in={code for region in regions for code in _above(region)})
    return dict(seen.values_list("code", "name"))


def place_of(places: Mapping[str, str], region: str) -> str:
    """The names of the regions above one, outermost first, as an address is written."""
    return "".join(places[code] for code in _above(region) if code in places)


def _above(region: str) -> Iterable[str]:
    """The codes of its province, its city and its county; some cities are their own county."""
    return dict.fromkeys(ancestors(region, Level.TOWNSHIP))
