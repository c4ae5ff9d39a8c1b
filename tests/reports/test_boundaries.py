"""Boundaries find their regions by code or name; what found none is told, and wrong files change nothing."""

from typing import Any

import pytest

from organization.models import AuditEntry, Region, Role
from organization.permissions import NotAllowed
from organization.problems import Problem
from reports import actions
from reports.actions import boundaries as loading
from reports.boundaries import lacking, match
from reports.geojson import Shape
from reports.models import Boundary
from tests.factories import County, make_county, make_other_county, make_region, make_user
from tests.small_stage import NOW

pytestmark = pytest.mark.django_db
COUNTY = "410523000000"


def shape(code: str = "", name: str = "", *, number: int = 1, at: int = 0, rings: int = 1) -> Shape:
    """A square of a tenth of a degree, `at` tenths further east."""
    west, north = 1_140_000 + 1000 * at, -360_000
    square = ((west, north), (west + 1000, north), (west + 1000, north + 1000), (west, north + 1000))
    return Shape(number, code.ljust(12, "0") if code else "", name, (square,) * rings)


@pytest.fixture
def county() -> County:
    make_other_county(townships=2, villages=1)
    return make_county(townships=3, villages=1)


@pytest.fixture
def load(county: County) -> Any:
    person = make_user("administrator", [(Role.ADMINISTRATOR, county.region)])

    def loaded(*shapes: Shape, source: str = "某省标准地图服务") -> Any:
        return actions.load_boundaries(region=county.region, shapes=shapes, source=source, by=person, now=NOW)

    loaded.by = person
    return loaded


def test_shapes_find_their_regions_by_code_and_by_name(county: County) -> None:
    found = match(
        county.region,
        [
            shape("410523100", "写错的名字"),
            shape(name="菜园镇", number=2),
            shape("999999", "任固镇", number=3),
            shape("410526", number=4),
            shape("410526100", number=5),
            shape("410523100201", number=6),
            shape("410523", number=7),
        ],
    )
    assert sorted(found.rings) == ["410523000000", "410523100000", "410523101000", "410523102000"]
    assert (found.by_code, [words for words, _place in found.by_name]) == (
        2,
        ["菜园镇", "任固镇 999999000000"],
    )
    assert [(left.number, left.reason) for left in found.left] == [
        (4, "本地区没有这个代码或名称"),
        (5, "本地区没有这个代码或名称"),
        (6, "本地区没有这个代码或名称"),
    ]


def test_name_of_several_regions_means_the_one_just_below(county: County) -> None:
    city = Region.objects.get(code="410500000000")
    # Both counties have a township of this name.
    found = match(city, [shape(name="城关镇"), shape(number=2), shape(name="滑县", number=3, rings=0)])
    assert found.rings == {}
    assert ["同名" in found.left[0].reason, "既没有" in found.left[1].reason, found.left[2].reason] == [
        True, True, "没有图形",
    ]  # fmt: skip
    make_region("410527", "城关镇")
    assert list(match(city, [shape(name="城关镇")]).rings) == ["410527000000"]


def test_shapes_of_one_region_are_put_together(county: County) -> None:
    found = match(county.region, [shape("410523100"), shape("410523100", at=5, number=2)])
    assert len(found.rings["410523100000"]) == 2


def test_the_nations_provinces_and_its_outline_are_found(county: County) -> None:
    nation = Region.objects.create(code="100000000000", level=0, name="全国")
    found = match(nation, [shape("410000"), shape("100000", number=2), shape("410523", number=3)])
    assert sorted(found.rings) == ["100000000000", "410000000000", "410523000000"]
    assert [row.code for row in lacking(nation)] == ["410000000000"]


def test_loaded_boundaries_are_kept_and_noted(load: Any) -> None:
    loaded = load(shape("410523100"), shape("410523101", at=1), shape(name="外地", number=3))
    row = Boundary.objects.get(region="410523101000")
    assert row.path == "M1141000 -360000l1000 0 0 1000 -1000 0z"
    assert (row.source, row.loaded_by, row.loaded_at) == ("某省标准地图服务", load.by, NOW)
    assert [place.name for place in loaded.lacking] == ["任固镇"]
    entry = AuditEntry.objects.get(action="boundary.load")
    assert (entry.region_id, entry.detail) == (
        COUNTY,
        {"count": 2, "source": "某省标准地图服务", "missing": 1},
    )


def test_loading_again_replaces_what_the_file_names_and_leaves_the_rest(load: Any) -> None:
    load(shape("410523100"), shape("410523101", at=1))
    load(shape("410523101", at=7), source="新图")
    assert dict(Boundary.objects.values_list("region", "source")) == {
        "410523100000": "某省标准地图服务",
        "410523101000": "新图",
    }


def test_a_file_about_other_places_changes_nothing(load: Any) -> None:
    with pytest.raises(Problem, match="没有载入任何边界"):
        load(shape("410526"), shape(name="滑县"), shape())
    assert not Boundary.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_boundary_too_fine_to_draw_changes_nothing(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LONGEST_PATH", 10)
    with pytest.raises(Problem, match="过于曲折"):
        load(shape("410523100"))
    assert not Boundary.objects.exists()


def test_removed_are_those_of_this_map_alone(load: Any, county: County) -> None:
    load(shape("410523100"), shape("410523"))
    other = Region.objects.get(code="410526000000")
    Boundary.objects.create(
        region=other, path="M0 0z", west=0, north=0, east=1, south=1, label_x=0, label_y=0, source="x",
        loaded_by=load.by, loaded_at=NOW,
    )  # fmt: skip
    assert actions.remove_boundaries(region=county.region, by=load.by, now=NOW) == 2
    assert [row.region_id for row in Boundary.objects.all()] == [other.code]
    assert actions.remove_boundaries(region=county.region, by=load.by, now=NOW) == 0
    assert AuditEntry.objects.filter(action="boundary.remove").count() == 1


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_others_load_and_remove_none(county: County, role: str) -> None:
    person = make_user("other", [(role, county.region)])
    with pytest.raises(NotAllowed):
        actions.load_boundaries(
            region=county.region, shapes=[shape("410523100")], source="x", by=person, now=NOW
        )
    with pytest.raises(NotAllowed):
        actions.remove_boundaries(region=county.region, by=person, now=NOW)


def test_an_administrator_of_a_township_loads_none_for_its_county(county: County) -> None:
    person = make_user("below", [(Role.ADMINISTRATOR, county.townships[0])])
    with pytest.raises(NotAllowed):
        actions.load_boundaries(
            region=county.region, shapes=[shape("410523100")], source="x", by=person, now=NOW
        )
