"""The notice on paper, read back in mm and held against GB/T 9704-2012."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.reports.notices import FINDINGS, OFFICE, finding, inspection
from tests.reports.pages import MM, Line, Pages

pytestmark = pytest.mark.anywhere

Printed = Callable[..., Pages]
BUREAU = replace(
    OFFICE, name="汤阴县政务服务和大数据管理局", mark="汤阴县政务服务和大数据管理局文件", copy_to=""
)
TOP, BOTTOM, LEFT, RIGHT = 37.0, 262.0, 28.0, 184.0
PITCH = 28.95 / MM
CHARACTER = 15.79 / MM
LONG = "群众办事不便" * 60  # a finding of 360 characters: paragraphs without digits


@pytest.fixture(scope="module")
def long_text(printed: Printed) -> Pages:
    """A notice whose second page is full of text."""
    rows = tuple(finding(FINDINGS[0], finding=LONG) for _ in range(4))
    return printed(facts=inspection(findings=rows))


def test_paper_is_a4(printed: Printed) -> None:
    page = printed().plumbed.pages[0]
    assert (page.width / MM, page.height / MM) == pytest.approx((210, 297), abs=0.1)


def test_full_page_has_twenty_two_lines_on_an_even_pitch(long_text: Pages) -> None:
    baselines = [line.baseline for line in long_text.body(2)]
    assert len(baselines) == 22
    steps = [b - a for a, b in itertools.pairwise(baselines)]
    assert steps == pytest.approx([PITCH] * 21, abs=0.03)
    assert TOP < baselines[0] - 0.88 * CHARACTER < TOP + PITCH / 2
    assert BOTTOM - PITCH / 2 < baselines[-1] + 0.12 * CHARACTER <= BOTTOM


def test_full_line_has_twenty_eight_characters_from_edge_to_edge(long_text: Pages) -> None:
    full = [line for line in long_text.body(2) if line.left < 28.1 and len(line.text) == 28]
    assert len(full) > 10
    for line in full:
        assert (line.left, line.right) == pytest.approx((LEFT, RIGHT), abs=0.2)


def test_lines_with_digits_and_brackets_end_at_the_right_edge_too(printed: Printed) -> None:
    body = printed().body(1)
    paragraph = [line for line in body if line.baseline > printed().line(1, "为提升").baseline - 1][:4]
    assert [line.right for line in paragraph] == pytest.approx([RIGHT] * 4, abs=0.2)


def test_paragraph_begins_two_characters_in(printed: Printed) -> None:
    assert printed().line(1, "为提升").left == pytest.approx(LEFT + 2 * CHARACTER, abs=0.1)


def test_nothing_leaves_the_type_area_but_the_page_number(printed: Printed) -> None:
    pages = printed(70)
    for page in range(1, len(pages) + 1):
        inside = [line for line in pages.lines(page) if not line.text.startswith("—")]
        assert min(line.left for line in inside) >= LEFT - 0.1
        assert max(line.right for line in inside) <= RIGHT + 0.3
        assert max(line.baseline for line in inside) < BOTTOM


def test_marks_ink_begins_35_mm_below_the_type_area(printed: Printed) -> None:
    for pages in (printed(), printed(1, office=BUREAU)):
        top, *_ = pages.ink(1, red=True)
        assert top[0] == pytest.approx(72, abs=0.15)


def test_mark_is_one_centered_line_in_the_title_face(printed: Printed) -> None:
    for pages in (printed(), printed(1, office=BUREAU)):
        line = pages.line(1, "汤阴县")
        assert line.face == "NotoSerifCJKsc-Bold"
        assert line.text.endswith("文件")
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.2)
        assert line.left >= LEFT - 0.1


def test_number_stands_two_lines_below_the_mark_and_centered(printed: Printed) -> None:
    pages = printed()
    number, mark = pages.line(1, "审服办"), pages.line(1, "汤阴县")
    mark_bottom = mark.baseline + 0.12 * mark.size / MM
    top_of_line = number.baseline - 0.88 * CHARACTER - (PITCH - CHARACTER) / 2
    assert top_of_line - mark_bottom == pytest.approx(2 * PITCH, abs=0.1)
    assert (number.left + number.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.1)
    assert (number.face, round(number.size, 2)) == ("FandolFang-Regular", 15.79)


def test_red_rule_is_4_mm_below_the_number_and_as_wide_as_the_text(printed: Printed) -> None:
    pages = printed()
    number = pages.line(1, "审服办")
    black = [y for y, *_ in pages.ink(1) if number.baseline - 5 < y < number.baseline + 3]
    rule = [row for row in pages.ink(1, red=True) if row[0] > number.baseline]
    assert rule[0][0] - max(black) == pytest.approx(4, abs=0.2)
    assert (rule[0][1], rule[0][2]) == pytest.approx((LEFT, RIGHT), abs=0.15)
    assert rule[-1][0] - rule[0][0] < 0.6


def test_title_is_two_lines_below_the_rule_in_22_pt(printed: Printed) -> None:
    pages = printed()
    rule = max(y for y, *_ in pages.ink(1, red=True))
    first, second = pages.line(1, "关于宜沟镇"), pages.line(1, "存在问题限期")
    top_of_line = first.baseline - (0.88 * 22 + (33 - 22) / 2) / MM
    assert top_of_line - rule == pytest.approx(2 * PITCH, abs=0.3)
    assert (first.size, second.size) == pytest.approx((22, 22), abs=0.01)
    for line in (first, second):
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.1)


def test_addressee_is_flush_left_one_line_below_the_title(printed: Printed) -> None:
    pages = printed()
    addressee, title = pages.line(1, "宜沟镇人民政府："), pages.line(1, "存在问题限期")
    title_bottom = title.baseline + (0.12 * 22 + (33 - 22) / 2) / MM
    top_of_line = addressee.baseline - 0.88 * CHARACTER - (PITCH - CHARACTER) / 2
    assert top_of_line - title_bottom == pytest.approx(PITCH, abs=0.1)
    assert addressee.left == pytest.approx(LEFT, abs=0.1)


def test_headings_are_set_in_the_faces_of_their_levels(printed: Printed) -> None:
    pages = printed()
    assert pages.line(1, "一、存在问题").face == "NotoSansCJKsc-Regular"
    assert pages.line(1, "（一）建设场地").face == "FandolKai-Regular"
    assert pages.line(1, "1.建筑面积").face == "FandolFang-Regular"
    assert {round(line.size, 2) for line in pages.body(2)} == {15.79}


def test_page_number_is_outside_7_mm_below_the_text(printed: Printed) -> None:
    pages = printed()
    for page in range(1, len(pages) + 1):
        line = pages.line(page, f"— {page} —")
        dash = [row for row in pages.ink(page, dpi=600) if row[0] > BOTTOM + 3]
        widest = max(dash, key=lambda row: row[2] - row[1])
        assert widest[0] == pytest.approx(BOTTOM + 7, abs=0.25)
        assert (line.face, round(line.size, 1)) == ("FandolSong-Regular", 14)
        edge = line.right if page % 2 else line.left
        assert edge == pytest.approx(RIGHT - 14 / MM if page % 2 else LEFT + 14 / MM, abs=0.2)


def test_attachments_align_after_the_label(printed: Printed) -> None:
    pages = printed()
    page = next(n for n in range(1, 6) if any(x.text.startswith("附件：") for x in pages.lines(n)))
    first, second = pages.line(page, "附件：1."), pages.line(page, "2.整改情况反馈表")
    assert first.left == pytest.approx(LEFT + 2 * CHARACTER, abs=0.1)
    assert second.left == pytest.approx(LEFT + 5 * CHARACTER, abs=0.3)


def test_unsealed_date_begins_two_characters_after_the_signature(printed: Printed) -> None:
    pages = printed(1, office=BUREAU, seal="unsealed")
    signature, dated = _closing(pages, BUREAU.name)
    assert signature.right == pytest.approx(RIGHT - 2 * CHARACTER, abs=0.1)
    assert dated.left - signature.left == pytest.approx(2 * CHARACTER, abs=0.1)
    assert dated.baseline - signature.baseline == pytest.approx(PITCH, abs=0.05)


def test_sealed_date_stands_four_characters_in_under_the_signature(printed: Printed) -> None:
    office = replace(OFFICE, name="汤阴县人民政府", copy_to="")
    pages = printed(1, office=office)
    signature, dated = _closing(pages, office.name)
    assert dated.right == pytest.approx(RIGHT - 4 * CHARACTER, abs=0.1)
    assert (signature.left + signature.right) == pytest.approx(dated.left + dated.right, abs=0.2)


def _closing(pages: Pages, name: str) -> tuple[Line, Line]:
    for page in range(1, len(pages) + 1):
        lines = pages.lines(page)
        for place, line in enumerate(lines[:-1]):
            if line.text == name:
                return line, lines[place + 1]
    raise AssertionError(name)


@pytest.mark.parametrize("count", range(1, 13))
def test_signature_never_stands_on_a_page_without_text(printed: Printed, count: int) -> None:
    pages = printed(count)
    page = next(n for n in range(1, 9) if any(x.text == OFFICE.name for x in pages.lines(n)))
    first = pages.lines(page)[0]
    assert not first.text.startswith(("附件：", OFFICE.name))


def test_no_seal_is_drawn(printed: Printed) -> None:
    for page in printed().plumbed.pages:
        assert not page.images
        assert all(curve["height"] == 0 for curve in page.curves)  # the rules are, a seal is not


def test_annexes_begin_on_new_pages(printed: Printed) -> None:
    pages = printed()
    for label, title in (("附件1", "问题清单"), ("附件2", "整改情况反馈表")):
        page = next(n for n in range(2, len(pages) + 1) if pages.lines(n)[0].text == label)
        first, second = pages.lines(page)[:2]
        assert (first.left, first.face) == (pytest.approx(LEFT, abs=0.1), "NotoSansCJKsc-Regular")
        assert (second.text, round(second.size)) == (title, 22)
        larger = (22 / MM - CHARACTER) * 0.38  # the baseline of larger type on the same grid line
        assert second.baseline - first.baseline == pytest.approx(2 * PITCH + larger, abs=0.05)


def test_table_head_is_repeated_and_no_row_is_split(printed: Printed) -> None:
    pages = printed(70)
    annex = [
        n
        for n in range(1, len(pages) + 1)
        if any("扣分" in x.text and "条款" in x.text for x in pages.lines(n))
    ]
    assert annex == list(range(annex[0], annex[0] + len(annex)))
    assert len(annex) > 4
    numbers = []
    for page in annex:
        (table,) = pages.plumbed.pages[page - 1].extract_tables()
        assert table[0][0] == "序号"
        numbers += [int(row[0]) for row in table[1:] if row[0].isdigit()]
    assert numbers == list(range(1, 71))


def test_section_row_is_not_left_at_the_foot_of_a_page(printed: Printed) -> None:
    pages = printed(70)
    for page in pages.plumbed.pages:
        for table in page.extract_tables():
            assert not (table[-1][0] or "").endswith("项）")


def test_imprint_ends_at_the_foot_of_the_last_page(printed: Printed) -> None:
    for pages in (printed(), printed(1, office=BUREAU, seal="unsealed"), printed(70)):
        rules = [row for row in pages.ink(len(pages), dpi=600) if row[0] > 200 and row[2] - row[1] > 155]
        assert max(row[0] for row in rules if row[0] < BOTTOM + 1) == pytest.approx(BOTTOM, abs=0.1)
        assert (rules[-1][1], rules[-1][2]) == pytest.approx((LEFT, RIGHT), abs=0.1)
        for page in range(1, len(pages)):
            assert "抄送：" not in "".join(line.text for line in pages.lines(page))


def test_imprint_is_in_14_pt_one_character_in(printed: Printed) -> None:
    pages = printed()
    last = len(pages)
    copies = pages.line(last, "抄送：")
    printer = pages.line(last, OFFICE.name)
    assert copies.left == pytest.approx(LEFT + 14 / MM, abs=0.1)
    assert printer.left == pytest.approx(LEFT + 14 / MM, abs=0.1)
    assert printer.right == pytest.approx(RIGHT - 14 / MM, abs=0.1)
    assert printer.text.endswith("2026年11月23日印发")
    assert (round(copies.size, 1), round(printer.size, 1)) == (14, 14)


def test_imprint_without_copies_has_two_rules(printed: Printed) -> None:
    pages = printed(1, office=BUREAU, seal="unsealed")
    rows = [y for y, left, right in pages.ink(len(pages), dpi=600) if right - left > 155 and y > 240]
    bands = [y for y, before in zip(rows, [0.0, *rows], strict=False) if y - before > 0.2]
    assert len(bands) == 2


@pytest.mark.parametrize("count", [1, 5, 6, 7, 8, 16, 17, 27])
def test_imprint_never_stands_alone_and_the_form_is_whole(printed: Printed, count: int) -> None:
    pages = printed(count)
    numbers: list[int] = []
    form = [page for page in pages.plumbed.pages if "整改措施" in page.extract_text()]
    for page in form:
        table, *_ = page.extract_tables()  # the imprint below looks like another
        numbers += [int(row[0]) for row in table if (row[0] or "").isdigit()]
        assert len(table) >= 3 or "填报单位" not in table[1][0]
    assert numbers == list(range(1, count + 1))
    assert form[-1].page_number == len(pages)
    assert "填报日期" in form[-1].extract_text()


def test_run_of_letters_without_a_space_stays_inside(printed: Printed) -> None:
    pages = printed(
        facts=inspection(findings=(finding(FINDINGS[0], finding="接口地址为" + "abcdefghij" * 30),))
    )
    for page in pages.plumbed.pages:
        assert max(char["x1"] for char in page.chars) / MM < RIGHT + 0.3
    cell = pages.plumbed.pages[-2].extract_tables()[0][-1][2]
    assert cell.replace("\n", "").endswith("abcdefghij" * 3)
