"""Where each region below stands on a map, or as a tile where nobody has loaded its boundary."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from organization.codes import Level
from organization.templatetags.portal import grade_name, score

from . import maps
from .boundaries import stored
from .maps import Area
from .regional import View
from .regional_tables import address

TONES = 4  # colors of grades, best first


@dataclass(frozen=True)
class RegionMap:
    """The drawing, empty without boundaries; whose maps it is made from; the places that are not on it;
    and what the colors mean, as (tone, words)."""

    svg: SafeString
    sources: list[str]
    tiles: list[dict[str, Any]]
    legend: list[tuple[int, str]]


def region_map(shown: View, query: dict[str, str]) -> RegionMap | None:
    """None in a township, below which there are centers only, and where one place has nothing beside it."""
    if shown.region.level >= Level.TOWNSHIP or shown.alone:
        return None
    grades = shown.round.edition.policy.get("grades", [])
    held = stored(shown.region, [place.key for place in shown.places])
    around = held.pop(shown.region.code, None)
    areas, tiles = [], []
    for place in shown.places:
        average = shown.figures[place.key].average
        tone, url = tone_of(average, grades), address(place, query)
        if place.key in held:
            figure = "—" if average is None else score(average)
            words = figure if average is not None else _("没有得分")
            areas.append(Area(place.name, figure, words, url, tone, held[place.key].outline))
        else:
            tiles.append({"name": place.name, "url": url, "average": average, "tone": tone})
    title = _("%(region)s分布图：各地区的平均分，点开看该地区") % {"region": shown.region.name}
    drawn = maps.draw(areas, around.outline if around else None, title) if areas else ""
    sources = {row.source: None for row in [*held.values(), *([around] if around and areas else [])]}
    # Words in the drawing are escaped where they are drawn.
    return RegionMap(mark_safe(drawn), list(sources), tiles, _legend(grades))  # noqa: S308


def tone_of(average: Decimal | None, grades: list[dict[str, Any]]) -> int:
    """The place of the grade that a center with this score would get, from 1; 0 where nothing is scored."""
    if average is None:
        return 0
    reached = (place for place, row in enumerate(grades, start=1) if average >= Decimal(row["min"]))
    return min(next(reached, TONES), TONES)


def _legend(grades: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Each grade with the scores that reach it; the last one begins at nothing."""
    named = []
    for place, row in enumerate(grades, start=1):
        least = row["min"] if place < len(grades) or place == 1 else grades[place - 2]["min"]
        said = _("%(grade)s：%(score)s分以上") if least == row["min"] else _("%(grade)s：不到%(score)s分")
        named.append((min(place, TONES), said % {"grade": grade_name(row["name"]), "score": least}))
    return [*named, (0, _("没有得分"))]
