"""Signature, date and seal in the three modes of GB/T 9704-2012, 7.3.5, read back in mm."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from reports import fonts, geometry, pdf
from reports.document import Document, SealImage
from reports.geometry import PITCH
from tests.reports.notices import FINDINGS, OFFICE, finding, inspection, notice
from tests.reports.pages import MM, Line, Pages
from tests.reports.samples import ASSETS, SEAL, STAMP, circular, letter, opinion, order

pytestmark = pytest.mark.anywhere

LEFT, RIGHT, BOTTOM = 28.0, 184.0, 262.0
LINE, CHARACTER = 28.95 / MM, 15.79 / MM
DATED = "2026年11月23日"
LONG_NAME = "汤阴县审批服务便民化改革暨基层政务服务标准化规范化便利化建设工作领导小组办公室综合协调组"
Printed = Callable[[Document], Pages]


@pytest.fixture(scope="module")
def printed(faces: tuple[fonts.Face, ...]) -> Printed:
    return lru_cache(lambda document: Pages(pdf.render(document, ASSETS)))


def closing_page(pages: Pages) -> int:
    """The page with the date."""
    return next(n for n in range(1, len(pages) + 1) if any(x.text == DATED for x in pages.lines(n)))


def image_box(pages: Pages, page: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the only picture of a page."""
    (image,) = pages.plumbed.pages[page - 1].images
    return image["x0"] / MM, image["top"] / MM, image["x1"] / MM, image["bottom"] / MM


def lines_of(pages: Pages, page: int) -> tuple[Line, Line, Line]:
    """The last line above the signature, the signature and the date."""
    lines = pages.lines(page)
    place = next(n for n, line in enumerate(lines) if line.text == DATED)
    return lines[place - 2], lines[place - 1], lines[place]


def test_seal_has_its_size_and_lies_over_the_middle_of_the_date(printed: Printed) -> None:
    pages = printed(notice(3, seal_image=SEAL))
    page = closing_page(pages)
    left, top, right, bottom = image_box(pages, page)
    _above, _signature, dated = lines_of(pages, page)
    assert (right - left, bottom - top) == pytest.approx((42, 42), abs=0.1)
    assert (left + right) / 2 == pytest.approx((dated.left + dated.right) / 2, abs=0.2)


def test_signature_and_date_are_in_the_lower_middle_of_the_seal(printed: Printed) -> None:
    pages = printed(notice(3, seal_image=SEAL))
    page = closing_page(pages)
    _left, top, _right, bottom = image_box(pages, page)
    _above, signature, dated = lines_of(pages, page)
    between = (signature.baseline + dated.baseline) / 2 - 0.38 * CHARACTER
    share = (between - top) / (bottom - top)
    assert 0.5 < share < 0.62
    assert top < signature.baseline - CHARACTER
    assert dated.baseline < bottom


@pytest.mark.parametrize("height", [30.0, 38.0, 42.0, 45.0, 58.0])
def test_top_of_the_seal_is_within_a_line_of_the_text_above(printed: Printed, height: float) -> None:
    pages = printed(notice(3, seal_image=replace(SEAL, width=height, height=height)))
    page = closing_page(pages)
    _left, top, _right, bottom = image_box(pages, page)
    above, _signature, _dated = lines_of(pages, page)
    bottom_of_text = above.baseline + 0.12 * CHARACTER
    assert 0 < top - bottom_of_text < LINE + (LINE - CHARACTER) / 2
    assert bottom < BOTTOM + 0.1


@pytest.mark.parametrize("count", range(1, 15))
def test_seal_never_falls_on_a_page_without_text_nor_off_the_page(printed: Printed, count: int) -> None:
    """Texts of growing length, so that the closing lines come to stand at every height of a page."""
    rows = tuple(finding(FINDINGS[0], finding="群众办事不便" * count) for _ in range(4))
    pages = printed(notice(facts=inspection(findings=rows), seal_image=SEAL, proof="receipt"))
    page = closing_page(pages)
    first = pages.lines(page)[0]
    assert not first.text.startswith(("附件：", OFFICE.name))
    assert abs(first.size - 15.79) < 0.1
    _left, top, _right, bottom = image_box(pages, page)
    assert top > 37
    assert bottom < BOTTOM + 0.1
    assert len([p for p in pages.plumbed.pages if p.images]) == 1


def test_place_of_the_seal_stays_empty_where_none_was_uploaded(printed: Printed) -> None:
    """The same page with and without the picture: what is printed stands in the same places."""
    empty, sealed = printed(notice(3)), printed(notice(3, seal_image=SEAL))
    page = closing_page(empty)
    assert not [image for p in empty.plumbed.pages for image in p.images]
    assert page == closing_page(sealed)
    assert [x.baseline for x in empty.lines(page)] == pytest.approx(
        [x.baseline for x in sealed.lines(page)], abs=0.01
    )


def test_unsealed_has_one_free_line_and_no_picture(printed: Printed) -> None:
    pages = printed(notice(3, seal="unsealed"))
    page = closing_page(pages)
    above, signature, dated = lines_of(pages, page)
    assert signature.baseline - above.baseline == pytest.approx(2 * LINE, abs=0.05)
    assert dated.baseline - signature.baseline == pytest.approx(LINE, abs=0.05)
    assert not pages.plumbed.pages[page - 1].images


def test_signature_stamp_stands_four_characters_in_with_the_post_two_beside_it(printed: Printed) -> None:
    pages = printed(notice(3, seal="signature", seal_image=STAMP, post="主任"))
    page = closing_page(pages)
    left, top, right, bottom = image_box(pages, page)
    post, dated = pages.line(page, "主任"), pages.line(page, DATED)
    assert (right - left, bottom - top) == pytest.approx((40, 16), abs=0.1)
    assert right == pytest.approx(RIGHT - 4 * CHARACTER, abs=0.1)
    assert left - post.right == pytest.approx(2 * CHARACTER, abs=0.1)
    middle = post.baseline - 0.38 * CHARACTER
    assert middle == pytest.approx((top + bottom) / 2, abs=0.3)
    assert dated.right == pytest.approx(RIGHT - 4 * CHARACTER, abs=0.1)
    top_of_date = dated.baseline - 0.88 * CHARACTER - (LINE - CHARACTER) / 2
    assert top_of_date - bottom == pytest.approx(LINE, abs=0.1)


def test_signature_stamps_place_stays_empty_where_none_was_uploaded(printed: Printed) -> None:
    pages = printed(notice(3, seal="signature", post="主任"))
    page = closing_page(pages)
    assert not pages.plumbed.pages[page - 1].images
    post = pages.line(page, "主任")
    assert post.right == pytest.approx(RIGHT - 4 * CHARACTER - 40 - 2 * CHARACTER, abs=0.1)
    assert not [x for x in pages.lines(page) if x.text == OFFICE.name]


def test_two_lines_stand_between_text_and_signature_stamp(printed: Printed) -> None:
    pages = printed(notice(3, seal="signature", seal_image=STAMP, post="主任"))
    page = closing_page(pages)
    _left, top, _right, _bottom = image_box(pages, page)
    above = pages.line(page, "2.整改情况反馈表")
    bottom_of_line = above.baseline + 0.12 * CHARACTER + (LINE - CHARACTER) / 2
    assert top - bottom_of_line == pytest.approx(2 * LINE, abs=0.15)


def test_long_name_of_an_office_is_signed_in_lines_centered_on_each_other(printed: Printed) -> None:
    office = replace(OFFICE, name=LONG_NAME, mark=LONG_NAME + "文件")
    pages = printed(notice(3, office=office, seal_image=SEAL))
    page = closing_page(pages)
    first, second, dated = lines_of(pages, page)
    assert first.text + second.text == LONG_NAME
    for line in (first, second):
        assert line.left >= LEFT
        assert line.right <= RIGHT - 2 * CHARACTER + 0.1
        assert (line.left + line.right) / 2 == pytest.approx((dated.left + dated.right) / 2, abs=0.2)
    assert pages.line(1, "汤阴县").right <= RIGHT + 0.1


@pytest.mark.parametrize("make", [letter, order, circular, opinion])
def test_seal_is_laid_over_in_every_kind_that_has_one(printed: Printed, make: Callable[..., Any]) -> None:
    pages = printed(replace(make(seal_image=SEAL), annexes=(), attachments=()))
    found = [image for page in pages.plumbed.pages for image in page.images]
    sizes = [(image["width"] / MM, image["height"] / MM) for image in found]
    assert sizes == [pytest.approx((42, 42), abs=0.1)]


@pytest.mark.parametrize("height", [20, 42, 60])
@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("noted", [True, False])
def test_seals_place_is_kept_free_on_the_page(height: float, lines: int, noted: bool) -> None:
    place = geometry.seal_place(height * MM, lines, noted)
    block = (2 + lines + 1 + noted) * PITCH
    assert 0 < place.top + 2 * PITCH < PITCH
    assert place.top + 2 * PITCH + height * MM <= block + place.room + 1e-6


def test_seal_image_without_its_bytes_is_refused(faces: tuple[fonts.Face, ...]) -> None:
    document = notice(1, seal_image=SealImage("0" * 64, 42.0, 42.0))
    with pytest.raises(pdf.DocumentRefused) as refused:
        pdf.render(document, ASSETS)
    assert refused.value.code == "missing_image"
