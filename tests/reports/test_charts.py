"""Charts: bars to scale, texts escaped, nothing but what the figures say."""

from xml.etree import ElementTree as ET

import pytest

from reports import charts
from reports.document import Bar, BarChart

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*bars: Bar, **changes: object) -> ET.Element:
    chart = BarChart("得分", bars, **{"maximum": 100.0, **changes})  # type: ignore[arg-type]
    return ET.fromstring(charts.draw(chart, ("GW FandolFang-Regular", "GW Rare")))


def bars(root: ET.Element) -> list[float]:
    return [float(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect")]


def test_bars_are_to_scale_from_zero() -> None:
    full, half, none = bars(drawn(Bar("甲", 100, "100"), Bar("乙", 50, "50"), Bar("丙", 0, "0")))
    assert half == pytest.approx(full / 2, abs=0.01)
    assert none == 0
    assert full == pytest.approx(charts.WIDTH - charts.LABEL - charts.FIGURE, abs=0.01)


def test_value_beyond_the_scale_is_drawn_to_its_end() -> None:
    over, under = bars(drawn(Bar("甲", 130, "130"), Bar("乙", -5, "-5")))
    assert (over, under) == (pytest.approx(charts.WIDTH - charts.LABEL - charts.FIGURE, abs=0.01), 0)


def test_every_bar_has_its_label_and_figure() -> None:
    texts = [text.text for text in drawn(Bar("城关镇", 92.5, "92.50")).iter(f"{SVG}text")]
    assert texts == ["城关镇", "92.50"]


def test_mark_is_a_broken_line_with_words() -> None:
    root = drawn(Bar("甲", 10, "10"), mark=83.5, mark_words="平均83.50")
    broken = [line for line in root.iter(f"{SVG}line") if "stroke-dasharray" in line.attrib]
    assert len(broken) == 1
    assert "平均83.50" in [text.text for text in root.iter(f"{SVG}text")]
    assert not [x for x in drawn(Bar("甲", 10, "10")).iter(f"{SVG}line") if "stroke-dasharray" in x.attrib]


def test_chart_grows_with_its_bars_and_nothing_lies_outside() -> None:
    root = drawn(*(Bar(f"乡{n}", n, str(n)) for n in range(30)))
    height = float(root.attrib["viewBox"].split()[3])
    assert max(float(rect.attrib["y"]) + charts.BAR for rect in root.iter(f"{SVG}rect")) <= height
    assert max(float(text.attrib["y"]) for text in root.iter(f"{SVG}text")) <= height


def test_texts_are_escaped() -> None:
    root = drawn(Bar("<script>&", 1, '"><image href="file:///etc/passwd"/>'), mark=1.0, mark_words="</svg>")
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "line", "text", "rect")
    }


def test_long_label_is_cut() -> None:
    root = drawn(Bar("王家沟回族自治乡东部便民服务", 1, "1"))
    assert next(root.iter(f"{SVG}text")).text == "王家沟回族自治乡东…"


def test_charts_are_known_by_what_they_show() -> None:
    first, second = (BarChart("得分", (Bar("甲", n, str(n)),), 100.0) for n in (1, 2))
    assert first.name != second.name
    assert first.name == BarChart("得分", (Bar("甲", 1, "1"),), 100.0).name
