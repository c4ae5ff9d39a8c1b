"""Boundaries as an office has them (GeoJSON, RFC 7946) read into rings; faults are told with their place."""

import contextlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from organization.codes import CODE_LENGTH
from organization.problems import Problem

from .simplifying import UNITS, Ring

MOST_BYTES = 8 * 1024 * 1024
MOST_FEATURES = 5_000
MOST_POSITIONS = 250_000
# Degrees of longitude and latitude between which all of China lies, its seas included.
WEST, EAST, SOUTH, NORTH = 70, 140, 0, 60
# Under which names the usual sources keep a region's code and its name; the order is that of trust.
CODE_KEYS = ("code", "adcode", "gb", "区划代码", "行政区划代码", "代码", "id")
NAME_KEYS = ("name", "名称", "地区", "乡镇", "fullname")
# In some sources 156 (China by GB/T 2659) stands before the code, and _JD behind that of the outline.
CODE = re.compile(r"(?:156)?([0-9]{6})(?:_JD)?|([0-9]{9})|([0-9]{12})")
LONGEST_NAME = 50
PACKED = (b"\x1f\x8b", b"PK", b"7z", b"Rar!")


@dataclass(frozen=True)
class Shape:
    """One feature: its number in the file from 1, the 12-digit code and the name it bears, and its rings."""

    number: int
    code: str
    name: str
    rings: tuple[Ring, ...]


def read(file: IO[bytes], size: int) -> list[Shape]:
    """Every feature of a FeatureCollection; those without a shape have no rings. Raises `Problem`."""
    if size > MOST_BYTES:
        raise _wrong(_("文件超过%(most)d MB，请先简化边界，或者分成几份。") % {"most": MOST_BYTES // 1024**2})
    body = file.read(MOST_BYTES + 1)
    if body.startswith(PACKED):
        raise _wrong(_("这是压缩包，请先解压，再上传其中的 .json 或 .geojson 文件。"))
    # Each position opens a bracket of its own: asked before anything is unfolded in memory.
    if body.count(b"[") + body.count(b"{") > 2 * MOST_POSITIONS:
        raise _too_many()
    found = _features(_loaded(body))
    if len(found) > MOST_FEATURES:
        raise _wrong(
            _("文件里有%(count)d个地区，一次最多%(most)d个。") % {"count": len(found), "most": MOST_FEATURES}
        )
    shapes = [_shape(number, feature) for number, feature in enumerate(found, start=1)]
    if sum(len(ring) for shape in shapes for ring in shape.rings) > MOST_POSITIONS:
        raise _too_many()
    return shapes


def _wrong(words: str) -> Problem:
    return Problem(words, "file")


def _too_many() -> Problem:
    return _wrong(_("文件里的坐标超过%(most)d个，请先简化边界，或者分成几份。") % {"most": MOST_POSITIONS})


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    # Numbers of thousands of digits are a ValueError too.
    except (ValueError, RecursionError):
        raise _wrong(_("不能读出这个文件，请换一个完整的 GeoJSON 文件（UTF-8 编码）。")) from None


def _no_number(name: str) -> float:
    raise ValueError(name)


def _features(data: Any) -> list[Any]:
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise _wrong(_("这不是 GeoJSON 格式的边界文件；其他格式（例如 .shp）请先转换。"))
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise _wrong(_("文件里没有一个地区。"))
    return features


def _shape(number: int, feature: Any) -> Shape:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _fault(number, _("不是一个地区的边界。"))
    said = feature.get("properties") or {}
    if not isinstance(said, dict):
        raise _fault(number, _("写地区代码和名称的部分（properties）格式不对。"))
    lower = {key.lower(): value for key, value in said.items()}
    lower.setdefault("id", feature.get("id"))
    return Shape(number, _code(lower), _name(lower), tuple(_rings(number, feature.get("geometry"))))


def _fault(number: int, words: str) -> Problem:
    return _wrong(_("第%(number)d个地区：%(words)s") % {"number": number, "words": words})


def _code(said: dict[str, Any]) -> str:
    """The first value that can be a division code, filled with zeros; empty where there is none."""
    for key in CODE_KEYS:
        value = said.get(key)
        told = str(value).strip() if isinstance(value, str | int) else ""
        if found := CODE.fullmatch(told):
            return next(filter(None, found.groups())).ljust(CODE_LENGTH, "0")
    return ""


def _name(said: dict[str, Any]) -> str:
    for key in NAME_KEYS:
        value = said.get(key)
        if isinstance(value, str) and value.strip():
            # Half a pair of surrogates is no text, and NUL goes into no database.
            clean = value.encode("utf-8", "replace").decode().replace("\x00", "")
            return clean.strip()[:LONGEST_NAME]
    return ""


def _rings(number: int, geometry: Any) -> Iterator[Ring]:
    if geometry is None:
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _fault(number, _("图形应为面（Polygon 或 MultiPolygon），不能是点或线。"))
    given = geometry.get("coordinates")
    for polygon in _list(number, given if kind == "MultiPolygon" else [given]):
        for ring in _list(number, polygon):
            yield _ring(number, _list(number, ring))


def _list(number: int, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _fault(number, _("坐标的层次不对。"))
    return value


def _ring(number: int, positions: list[Any]) -> Ring:
    if len(positions) < 4 or positions[0] != positions[-1]:
        raise _fault(number, _("边界的每一圈至少四个点，首尾相同。"))
    return tuple(_position(number, position) for position in positions[:-1])


def _position(number: int, position: Any) -> tuple[int, int]:
    """Longitude and latitude as whole units, south counted downward as on a screen."""
    if not isinstance(position, list) or not 2 <= len(position) <= 4:
        raise _fault(number, _("每个点应为经度和纬度两个数。"))
    east, north, *_height = [_degrees(number, value) for value in position]
    if not (WEST <= east <= EAST and SOUTH <= north <= NORTH):
        place = {"east": f"{east:.6g}", "north": f"{north:.6g}"}
        raise _fault(number, _("坐标（%(east)s，%(north)s）不是中国境内的经纬度；投影坐标请先转换。") % place)
    return round(east * UNITS), round(-north * UNITS)


def _degrees(number: int, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Whole numbers may be longer than any float; those that are none are infinite by now.
        with contextlib.suppress(OverflowError):
            if math.isfinite(found := float(value)):
                return found
    raise _fault(number, _("每个点应为经度和纬度两个数。"))
