"""A map is drawn as links in the places of their shapes, with nothing taken over unescaped."""

import re
from typing import Any
from xml.etree import ElementTree as ET

from reports.maps import Area, draw, outlined

SVG = "{http://www.w3.org/2000/svg}"
# Two neighbors at 35° north, one as wide as the other; units of ten-thousandths of a degree, south down.
WEST = ((1_140_000, -360_000), (1_141_000, -360_000), (1_141_000, -350_000), (1_140_000, -350_000))
EAST = ((1_141_000, -360_000), (1_142_000, -360_000), (1_142_000, -350_000), (1_141_000, -350_000))


def area(ring: Any = WEST, **changes: Any) -> Area:
    said = {"name": "甲镇", "figure": "87.50", "words": "87.50", "url": "/regions/1/?a=1&b=2", "tone": 2}
    return Area(**{**said, **changes}, outline=outlined([ring]))


def drawn(*areas: Area, around: Any = None) -> ET.Element:
    return ET.fromstring(
        draw(areas, around, "图").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    )


def test_outline_is_a_path_of_steps_with_its_box_and_a_spot_inside() -> None:
    found = outlined([WEST])
    assert found.path == "M1140000 -360000l1000 0 0 10000 -1000 0z"
    assert (found.west, found.north, found.east, found.south) == (1_140_000, -360_000, 1_141_000, -350_000)
    assert (found.label_x, found.label_y) == (1_140_500, -355_000)


def test_words_stand_inside_a_shape_that_its_middle_is_not_in() -> None:
    horseshoe = ((0, 0), (900, 0), (900, 1000), (600, 1000), (600, 100), (300, 100), (300, 1000), (0, 1000))
    found = outlined([horseshoe])
    assert 0 < found.label_x < 300 or 600 < found.label_x < 900


def test_a_flat_shape_is_drawn_all_the_same() -> None:
    assert draw([area(((0, 0), (9, 0), (4, 0)))], None, "图")


def test_each_region_is_a_link_that_says_its_name_and_figure() -> None:
    links = drawn(area(), area(EAST, name="乙镇", words="没有得分", tone=0)).findall(f"{SVG}a")
    assert [link.get("aria-label") for link in links] == ["甲镇 87.50", "乙镇 没有得分"]
    assert [link.get("class") for link in links] == ["rank-2", "rank-0"]
    assert links[0].get("href") == "/regions/1/?a=1&b=2"
    assert links[0].find(f"{SVG}title").text == "甲镇 87.50"


def test_map_keeps_the_proportions_of_the_ground() -> None:
    """A fifth of a degree of longitude at 35.5° north is 0.163 of what one degree of latitude is."""
    svg = drawn(area(), area(EAST))
    wide, high = (float(part) - 12 for part in svg.get("viewBox").split()[2:])
    assert abs(wide / high - 0.163) < 0.005
    across, _b, _c, down, *_rest = map(
        float, re.search(r"\((.*)\)", svg.find(f"{SVG}a/{SVG}path").get("transform"))[1].split()
    )
    assert abs(across / down - 0.814) < 0.001


def test_words_that_do_not_fit_are_left_out_of_the_drawing() -> None:
    narrow = drawn(area(), area(EAST, name="一个名字很长很长的地区"))
    said = [text.text for text in narrow.findall(f"{SVG}text")]
    assert said == ["甲镇", "87.50", "87.50"]


def test_names_cannot_break_out() -> None:
    svg = drawn(area(name='"><script>&', words="'<b>"))
    assert svg.find(f"{SVG}a").get("aria-label") == "\"><script>& '<b>"
    assert svg.findall(f".//{SVG}script") == []


def test_own_outline_is_a_line_around() -> None:
    assert drawn(area(), around=outlined([EAST])).find(f"{SVG}path").get("class") == "around"
