"""Which boundaries belong to which regions, and what a region's map is drawn from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from organization.codes import Level
from organization.models import Region
from organization.querysets import below, within

from .geojson import Shape
from .models import Boundary
from .simplifying import Ring


@dataclass(frozen=True)
class Left:
    """A feature that went nowhere, and why."""

    number: int
    words: str
    reason: str


@dataclass(frozen=True)
class Matched:
    """The rings by region's code; which features found theirs by name; which found none, and how many of
    those name a region but have no shape."""

    rings: dict[str, list[Ring]]
    by_code: int
    by_name: list[tuple[str, Region]]
    left: list[Left]
    shapeless: int


def of_map(region: Region) -> Q:
    """Match the boundaries from which the region's map is drawn: its own, and those just below."""
    under = Q(region__level=Level.PROVINCE) if region.level == Level.NATION else Q(region__parent=region)
    return under | Q(region=region)


def lacking(region: Region) -> list[Region]:
    """The regions just below that have no boundary."""
    return list(Region.objects.filter(below(region), boundary=None).order_by("code"))


def match(region: Region, shapes: Sequence[Shape]) -> Matched:
    """Find the region of each shape, down to townships: by its code, else by its name.

    A name that several regions bear means the one just below `region`, if there is one such. Shapes of one
    region are put together.
    """
    candidates = _candidates(region, shapes)
    codes = {row.code: row for row in candidates}
    names: dict[str, list[Region]] = {}
    for row in candidates:
        names.setdefault(row.name, []).append(row)
    found = Matched({}, 0, [], [], 0)
    by_code = shapeless = 0
    for shape in shapes:
        place = codes.get(shape.code)
        by_code += bool(place and shape.rings)
        place = place or _named(region, names.get(shape.name, []))
        shapeless += bool(place and not shape.rings)
        if place is None or not shape.rings:
            found.left.append(Left(shape.number, _words(shape), _reason(shape, names)))
            continue
        if place.code != shape.code:
            found.by_name.append((_words(shape), place))
        found.rings.setdefault(place.code, []).extend(shape.rings)
    return Matched(found.rings, by_code, found.by_name, found.left, shapeless)


def _candidates(region: Region, shapes: Sequence[Shape]) -> list[Region]:
    codes = {shape.code for shape in shapes if shape.code}
    names = {shape.name for shape in shapes if shape.name}
    inside = Region.objects.filter(within((region.prefix,), "code"), level__lte=Level.TOWNSHIP)
    return list(inside.filter(Q(code__in=codes) | Q(name__in=names)).order_by("code"))


def _named(region: Region, rows: Collection[Region]) -> Region | None:
    under = [row for row in rows if row.parent_id == region.code or row.level == region.level + 1]
    fitting = under if len(under) == 1 else list(rows)
    return fitting[0] if len(fitting) == 1 else None


def _words(shape: Shape) -> str:
    return " ".join(filter(None, (shape.name, shape.code))) or _("没有名称")


def _reason(shape: Shape, names: dict[str, list[Region]]) -> str:
    if not shape.rings:
        return _("没有图形")
    if len(names.get(shape.name, [])) > 1:
        return _("同名的地区不止一个，请在文件里写上区划代码")
    if not shape.code and not shape.name:
        return _("既没有区划代码，也没有名称")
    return _("本地区没有这个代码或名称")


def stored(region: Region, codes: Iterable[str]) -> dict[str, Boundary]:
    """The boundaries of the region and of these below it, by code."""
    return Boundary.objects.in_bulk([region.code, *codes])
