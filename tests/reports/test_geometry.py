"""Measures that depend on the texts, before anything is rendered."""

import pytest
from django.conf import settings

from reports import fonts, geometry
from reports.geometry import MM, TYPE, WIDTH, Typeface, signature_margins, title_lines


@pytest.fixture
def body(faces: tuple[fonts.Face, ...]) -> Typeface:
    return Typeface(tuple(f"{settings.FONTS_DIR}/{f.file}" for f in fonts.stack("FangSong", faces)))


@pytest.fixture
def title_face(faces: tuple[fonts.Face, ...]) -> Typeface:
    return Typeface(tuple(f"{settings.FONTS_DIR}/{f.file}" for f in fonts.stack("Biao", faces)))


def test_advance_is_one_em_for_a_character_and_half_for_a_digit(body: Typeface) -> None:
    assert body.advance("公文") == 2
    assert 0.4 < body.advance("1") < 0.65


@pytest.mark.parametrize(
    "text", ["县政府办文件", "汤阴县人民政府办公室文件", "汤阴县审批服务便民化工作领导小组办公室文件"]
)
def test_mark_fills_one_line_at_most(title_face: Typeface, text: str) -> None:
    mark = geometry.mark(text, title_face)
    assert mark.width * mark.scale <= WIDTH + 0.01
    assert mark.size <= geometry.MARK_MAXIMUM
    assert mark.indent == pytest.approx((WIDTH - mark.width) / 2)


def test_short_mark_is_not_condensed(title_face: Typeface) -> None:
    assert geometry.mark("汤阴县政府文件", title_face).scale == 1


def test_long_mark_is_condensed_before_it_is_set_smaller(title_face: Typeface) -> None:
    mark = geometry.mark("汤阴县人民政府办公室文件", title_face)
    assert mark.size == geometry.MARK_MAXIMUM
    assert mark.scale < 1


def test_mark_of_forty_characters_is_set_smaller_still_on_one_line(title_face: Typeface) -> None:
    mark = geometry.mark("汤" * 40, title_face)
    assert mark.size < geometry.TITLE
    assert mark.scale == pytest.approx(geometry.MARK_NARROWEST)


def test_unsealed_date_begins_two_characters_after_the_signature(body: Typeface) -> None:
    signature, dated = "汤阴县政务服务和大数据管理局", "2026年3月5日"
    right, date_right = signature_margins(signature, dated, "unsealed", body)
    left = right + body.advance(signature) * TYPE
    date_left = date_right + body.advance(dated) * TYPE
    assert right == pytest.approx(2 * TYPE)
    assert left - date_left == pytest.approx(2 * TYPE)


def test_unsealed_date_longer_than_the_signature_stands_two_characters_in(body: Typeface) -> None:
    signature, dated = "县政府", "2026年11月23日"
    right, date_right = signature_margins(signature, dated, "unsealed", body)
    assert date_right == pytest.approx(2 * TYPE)
    left, date_left = (
        right + body.advance(signature) * TYPE,
        date_right + body.advance(dated) * TYPE,
    )
    assert left - date_left == pytest.approx(2 * TYPE)


def test_sealed_date_stands_four_characters_in_with_the_signature_centered_over_it(body: Typeface) -> None:
    signature, dated = "汤阴县人民政府", "2026年11月23日"
    right, date_right = signature_margins(signature, dated, "sealed", body)
    assert date_right == pytest.approx(4 * TYPE)
    middle = right + body.advance(signature) * TYPE / 2
    assert middle == pytest.approx(date_right + body.advance(dated) * TYPE / 2)


def test_sealed_long_signature_keeps_two_characters_from_the_edge(body: Typeface) -> None:
    signature, dated = "汤阴县审批服务便民化工作领导小组办公室", "2026年3月5日"
    right, date_right = signature_margins(signature, dated, "sealed", body)
    assert right == pytest.approx(2 * TYPE)
    middle = right + body.advance(signature) * TYPE / 2
    assert middle == pytest.approx(date_right + body.advance(dated) * TYPE / 2)


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (("关于", "宜沟镇", "整改", "的通知"), ("关于宜沟镇整改的通知",)),
        (
            ("关于", "宜沟镇", "党政综合便民服务中心", "存在问题", "限期整改", "的通知"),
            ("关于宜沟镇党政综合便民服务中心", "存在问题限期整改的通知"),
        ),
        (
            ("关于", "宜沟镇", "向阳村", "党群服务中心", "存在问题", "限期整改", "的通知"),
            ("关于宜沟镇向阳村党群服务中心", "存在问题限期整改的通知"),
        ),
    ],
)
def test_title_ends_its_lines_between_words(pieces: tuple[str, ...], lines: tuple[str, ...]) -> None:
    assert title_lines(pieces) == lines


def test_title_lines_of_equal_length_are_avoided() -> None:
    lengths = [len(line) for line in title_lines(("甲" * 10, "乙" * 2, "丙" * 10))]
    assert sorted(lengths) == [10, 12]


def test_title_of_three_lines_is_no_hourglass() -> None:
    first, middle, last = (len(line) for line in title_lines(("字" * 9,) * 2 + ("字" * 4,) * 6))
    assert not (first > middle < last)
    assert first + middle + last == 42


def test_title_piece_longer_than_a_line_is_cut() -> None:
    lines = title_lines(("关于", "长" * 45, "的通知"))
    assert "".join(lines) == "关于" + "长" * 45 + "的通知"
    assert max(map(len, lines)) <= geometry.TITLE_CHARACTERS


def test_type_area_takes_twenty_eight_characters_and_twenty_two_lines() -> None:
    assert 28 <= WIDTH / TYPE < 29
    assert 22 <= 225 * MM / geometry.PITCH < 23
