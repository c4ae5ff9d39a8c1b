"""The page on which an office loads boundaries, and the map that a region's page draws from them."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from organization.models import AuditEntry
from reports.models import Boundary
from reports.region_map import tone_of
from tests.reports.test_geojson import SQUARE, body, feature
from tests.small_stage import Stage, submitted

pytestmark = pytest.mark.django_db
COUNTY = "410523000000"
PAGE = f"/regions/{COUNTY}/boundaries/"


@pytest.fixture
def office(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def east(by: float) -> list[list[float]]:
    return [[x + by, y] for x, y in SQUARE]


def load(client: Client, data: bytes, source: str = "某省标准地图") -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile("a.geojson", data), "source": source})


def townships() -> bytes:
    return body(
        feature(code="410523100"), feature([east(1)], name="菜园镇"), feature([east(2)], name="<b>外地</b>")
    )


def test_answer_tells_what_was_matched_and_what_was_not(office: Client) -> None:
    said = load(office, townships())
    text = said.content.decode()
    assert said.status_code == 200
    for expected in (
        "已载入2个地区的边界", "按区划代码对上1个地区，按名称对上1个，没有对上1个",
        "菜园镇 → 菜园镇 410523101000",
        "第3个，&lt;b&gt;外地&lt;/b&gt;：本地区没有这个代码或名称",
    ):  # fmt: skip
        assert expected in text
    assert Boundary.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x1f\x8b" + b"0" * 100, "压缩包"),
        (b"[" * 100_000, "请换一个完整的 GeoJSON 文件"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "不能读出这个文件"),
        (body(feature([[*SQUARE[:-1], [1e300, 35], SQUARE[0]]])), "第1个地区"),
        (body(feature(code="110000")), "没有一个地区的代码或名称与本地区或下级地区相同"),
        (body(feature(code="410523100") | {"geometry": None}), "但没有它们的边界图形"),
        (body(feature(name="城关镇") | {"geometry": None}, feature(code="110000")), "但没有它们的边界图形"),
    ],
)
def test_hostile_file_is_told_and_changes_nothing(office: Client, data: bytes, words: str) -> None:
    load(office, townships())
    before = list(Boundary.objects.order_by("pk").values())
    said = load(office, data)
    assert said.status_code == 400
    assert words in said.content.decode()
    assert list(Boundary.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action="boundary.load").count() == 1


def test_file_without_a_source_is_asked_for_it(office: Client) -> None:
    assert load(office, townships(), source="").status_code == 400
    assert not Boundary.objects.exists()


def test_township_has_no_map(office: Client) -> None:
    assert office.get("/regions/410523100000/boundaries/").status_code == 404


def test_region_page_draws_the_map_with_the_table_and_tiles_for_the_rest(
    office: Client, stage: Stage
) -> None:
    submitted(stage, 0, yes=Given(False))
    plain = office.get(f"/regions/{COUNTY}/")
    assert (plain.context["map"].svg, len(plain.context["map"].tiles)) == ("", 2)
    load(office, body(feature(code="410523100"), feature(code="410523")), source="图<1>号")
    said = office.get(f"/regions/{COUNTY}/")
    shown, text = said.context["map"], said.content.decode()
    assert 'aria-label="城关镇 83.33"' in shown.svg
    assert re.search(r'href="/regions/410523100000/"', shown.svg)
    assert 'class="around"' in shown.svg
    assert [tile["name"] for tile in shown.tiles] == ["菜园镇"]
    assert "图&lt;1&gt;号" in text
    assert text.index('<svg class="plot map"') < text.index('<table class="table pinned"')
    assert PAGE in text


def test_filters_go_along_with_the_maps_links(office: Client, stage: Stage) -> None:
    submitted(stage, 0)
    load(office, townships())
    said = office.get(f"/regions/{COUNTY}/", {"kind": "township", "against": "none"})
    assert "/regions/410523100000/?against=none&amp;kind=township" in said.context["map"].svg


def test_reviewers_see_the_map_and_no_way_to_load(client: Client, stage: Stage) -> None:
    submitted(stage, 0)
    client.force_login(stage.cast["reviewer"])
    assert PAGE not in client.get(f"/regions/{COUNTY}/").content.decode()


def test_removing_leaves_the_tiles(office: Client, stage: Stage) -> None:
    submitted(stage, 0)
    load(office, townships())
    assert office.post(reverse("reports:boundaries-remove", args=[COUNTY])).status_code == 302
    assert office.get(f"/regions/{COUNTY}/").context["map"].svg == ""


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_for_any_number_of_boundaries(
    office: Client, django_assert_num_queries: Any, count: int
) -> None:
    features = [feature([east(n)], code=f"41052310{n}") for n in range(count)]
    if count == 3:
        from tests.factories import make_region

        make_region("410523102", "任固镇")
    load(office, body(*features))
    office.get(PAGE)
    with django_assert_num_queries(6):
        said = office.get(PAGE)
    assert len(said.context["rows"]) == count


@pytest.mark.parametrize(
    ("average", "tone"), [(None, 0), ("100", 1), ("90", 1), ("89.99", 2), ("60", 3), ("59.99", 4), ("0", 4)]
)
def test_color_is_that_of_the_grade(average: str | None, tone: int) -> None:
    grades = [
        {"name": name, "min": least}
        for name, least in (("优秀", "90"), ("良好", "80"), ("合格", "60"), ("不合格", "0"))
    ]
    assert tone_of(None if average is None else Decimal(average), grades) == tone
