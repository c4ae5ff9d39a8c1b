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
