"""Boundaries are read strictly: what is hostile or wrong is told with its place, and nothing is taken in."""

import gzip
import io
import json
from typing import Any

import pytest

from organization.problems import Problem
from reports import geojson
from reports.geojson import read

SQUARE = [[114.0, 35.0], [115.0, 35.0], [115.0, 36.0], [114.0, 36.0], [114.0, 35.0]]


def feature(coordinates: Any = None, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [SQUARE] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def body(*features: Any, **changes: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | changes).encode()


def loaded(data: bytes) -> list[geojson.Shape]:
    return read(io.BytesIO(data), len(data))


def refused(data: bytes) -> str:
    with pytest.raises(Problem) as caught:
        loaded(data)
    assert caught.value.field == "file"
    return str(caught.value.message)


def test_rings_are_whole_units_with_south_counted_down() -> None:
    shape = loaded(body(feature(name="汤阴县", adcode=410523)))[0]
    assert (shape.number, shape.code, shape.name) == (1, "410523000000", "汤阴县")
    assert shape.rings == (
        ((1_140_000, -350_000), (1_150_000, -350_000), (1_150_000, -360_000), (1_140_000, -360_000)),
    )


def test_several_polygons_and_a_byte_order_mark_are_read() -> None:
    data = b"\xef\xbb\xbf" + body(feature([[SQUARE], [SQUARE]], "MultiPolygon"))
    assert len(loaded(data)[0].rings) == 2


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"code": "410523"}, "410523000000"),
        ({"code": "410523100"}, "410523100000"),
        ({"code": 410523100201}, "410523100201"),
        ({"gb": "156410523"}, "410523000000"),
        ({"adcode": "100000_JD"}, "100000000000"),
        ({"区划代码": " 410523 "}, "410523000000"),
        ({"CODE": "410523"}, "410523000000"),
        ({"code": True}, ""),
        ({"code": 41.5, "id": "OBJ-7"}, ""),
        ({"code": "4105２3"}, ""),
        ({"code": ["410523"]}, ""),
        ({"code": 10**400}, ""),
    ],
)
def test_code_is_found_under_the_usual_names(properties: dict[str, Any], code: str) -> None:
    assert loaded(body(feature(**properties)))[0].code == code


def test_code_may_be_the_features_own_id() -> None:
    assert loaded(body(feature() | {"id": 410523}))[0].code == "410523000000"


def test_name_is_text_that_can_be_shown_and_kept() -> None:
    shape = loaded(body(feature(name="\ud800\x00甲镇" + "长" * 100)))[0]
    assert shape.name == "?甲镇" + "长" * 47
    assert loaded(body(feature(name=7)))[0].name == ""


def test_a_feature_without_a_shape_is_kept_without_rings() -> None:
    assert loaded(body({"type": "Feature", "properties": None, "geometry": None}))[0].rings == ()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe{", b"{", b"[]" * 3, b"null x", "{\"type\": \"特\"".encode("gb18030"),
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"type":"FeatureCollection","features":[NaN]}',
        b'{"type":"FeatureCollection","features":[-Infinity]}',
        b'{"type":"FeatureCollection","features":[' + b"9" * 5000 + b"]}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_told_in_one_sentence(data: bytes) -> None:
    assert "请换一个完整的 GeoJSON 文件" in refused(data)


@pytest.mark.parametrize(
    "data",
    [
        b"1",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"type":"Topology","features":[1]}',
        b'{"type":["FeatureCollection"]}',
    ],
)
def test_what_is_no_collection_of_features_is_told(data: bytes) -> None:
    assert "不是 GeoJSON 格式" in refused(data)


@pytest.mark.parametrize("features", [None, {}, [], "x", 1])
def test_a_collection_without_features_is_told(features: Any) -> None:
    assert "没有一个地区" in refused(body(features=features))


@pytest.mark.parametrize("given", [1, None, [], {"type": "Polygon"}, "Feature"])
def test_what_is_no_feature_is_told_with_its_number(given: Any) -> None:
    assert refused(body(feature(), given)).startswith("第2个地区：")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"properties": [1]}, "properties"),
        ({"geometry": []}, "Polygon"),
        ({"geometry": {"type": "Point", "coordinates": [114, 35]}}, "Polygon"),
        ({"geometry": {"type": ["Polygon"], "coordinates": []}}, "Polygon"),
        ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "Polygon"),
    ],
)
def test_a_feature_of_another_kind_is_told(change: dict[str, Any], words: str) -> None:
    assert words in refused(body(feature() | change))


@pytest.mark.parametrize(
    ("kind", "coordinates", "words"),
    [
        ("Polygon", 7, "层次"),
        ("Polygon", [7], "层次"),
        ("Polygon", SQUARE, "四个点"),
        ("MultiPolygon", [SQUARE], "四个点"),
        ("Polygon", [[SQUARE]], "四个点"),
        ("Polygon", [SQUARE[:-1]], "首尾相同"),
        ("Polygon", [SQUARE[:2]], "四个点"),
        ("Polygon", [[*SQUARE[:-1], ["114", "35"], SQUARE[0]]], "两个数"),
        ("Polygon", [[*SQUARE[:-1], [True, 35], SQUARE[0]]], "两个数"),
        ("Polygon", [[*SQUARE[:-1], [114], SQUARE[0]]], "两个数"),
        ("Polygon", [[*SQUARE[:-1], [114, 35, None], SQUARE[0]]], "两个数"),
        ("Polygon", [[*SQUARE[:-1], [], SQUARE[0]]], "两个数"),
        ("Polygon", [[*SQUARE[:-1], [35, 114], SQUARE[0]]], "不是中国境内的经纬度"),
        ("Polygon", [[*SQUARE[:-1], [38500000.5, 3980000], SQUARE[0]]], "投影坐标"),
        ("Polygon", [[*SQUARE[:-1], [10**300, 35], SQUARE[0]]], "不是中国境内的经纬度"),
        ("Polygon", [[*SQUARE[:-1], [-(10**4000), 35], SQUARE[0]]], "两个数"),
    ],
)
def test_coordinates_are_checked(kind: str, coordinates: Any, words: str) -> None:
    said = refused(body(feature(), feature(coordinates, kind)))
    assert said.startswith("第2个地区：")
    assert words in said


def test_number_beyond_every_float_is_told() -> None:
    data = body(feature()).replace(b"115.0", b"1e999")
    assert "两个数" in refused(data)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: b"PK\x03\x04" + data])
def test_packed_files_are_not_unpacked(pack: Any) -> None:
    assert "压缩包" in refused(pack(body(feature())))


def test_limits_are_asked_before_anything_is_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "超过8 MB" in refused(b" " * (geojson.MOST_BYTES + 1))
    many = b'{"type":"FeatureCollection","features":[' + b"[]," * 600_000 + b"[]]}"
    monkeypatch.setattr(json, "loads", None)
    assert "坐标超过" in refused(many)


def test_features_and_positions_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "MOST_FEATURES", 1)
    assert "2个地区" in refused(body(feature(), feature()))
    monkeypatch.setattr(geojson, "MOST_POSITIONS", 30)
    monkeypatch.setattr(geojson, "MOST_FEATURES", 9)
    assert "坐标超过30个" in refused(body(*[feature() for _ in range(8)]))
