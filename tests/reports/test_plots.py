"""The drawn figures of a region's page: words stand where they have room, and say what the table says."""

import re

from reports import plots


def words_in(svg: str) -> list[str]:
    return re.findall(r'<text class="on"[^>]*>([^<]*)</text>', svg)


def test_piece_of_the_bar_is_named_where_the_words_have_room() -> None:
    svg = plots.stacked([("良好 62.50%", 5, 2), ("合格 25.00%", 2, 3), ("不合格 12.50%", 1, 4)], "等次")
    assert words_in(svg) == ["良好 62.50%", "合格 25.00%"]
    assert svg.count("<rect") == 3
    # Latin letters take less room, and so do words when their piece is large.
    assert words_in(plots.stacked([("a" * 50, 1, 1)], "x")) == ["a" * 50]
    assert words_in(plots.stacked([("优" * 50, 1, 1)], "x")) == []


def test_words_in_the_bar_are_escaped() -> None:
    assert words_in(plots.stacked([("<b>", 1, 1)], "x")) == ["&lt;b&gt;"]
    assert plots.stacked([], "x").count("<rect") == 0


def counts_in(svg: str) -> list[str]:
    return re.findall(r'text-anchor="middle">([0-9,]+)</text>', svg)


def test_count_stands_above_its_column_where_it_has_room() -> None:
    labels = [""] * 20
    # Three figures are as wide as a column.
    assert counts_in(plots.columns([100 + n for n in range(20)], labels, "得分")) == [
        str(100 + n) for n in range(20)
    ]
    crowded = [0] * 16 + [1200, 3400, 2300, 900]
    assert counts_in(plots.columns(crowded, labels, "得分")) == ["3,400"]
    apart = [1200, 0, 3400, 0, 900] + [0] * 15
    assert counts_in(plots.columns(apart, labels, "得分")) == ["1,200", "3,400", "900"]


def test_counts_of_the_same_height_do_not_lie_on_each_other() -> None:
    labels = [""] * 20
    assert counts_in(plots.columns([1500, 1500] + [0] * 18, labels, "得分")) == ["1,500"]
    # Also where a count that is narrow by itself stands beside a wide one.
    assert counts_in(plots.columns([999, 1000] + [0] * 18, labels, "得分")) == ["1,000"]
    assert counts_in(plots.columns([], [], "得分")) == []
