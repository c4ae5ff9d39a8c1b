"""Every kind on paper, read back in mm and held against GB/T 9704-2012."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest

from reports import fonts, pdf
from reports.document import KINDS, Document
from reports.feedback_paper import FeedbackRow, compose_feedback
from tests.reports.notices import OFFICE, notice
from tests.reports.pages import MM, Line, Pages
from tests.reports.samples import ASSETS, LINE, circular, letter, round_facts, sample_pages

pytestmark = pytest.mark.anywhere

TOP, BOTTOM, LEFT, RIGHT = 37.0, 262.0, 28.0, 184.0
PITCH, CHARACTER = 28.95 / MM, 15.79 / MM
UPRIGHT = [kind for kind in KINDS if kind != "ledger"]
Sample = Callable[[str], Pages]


@pytest.fixture(scope="module")
def sample(faces: tuple[fonts.Face, ...]) -> Sample:
    return sample_pages


@pytest.fixture(scope="module")
def rendered(faces: tuple[fonts.Face, ...]) -> Callable[[Document], Pages]:
    return lru_cache(lambda document: Pages(pdf.render(document, ASSETS)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_on_a4_in_faces_of_ours(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    size = (297, 210) if kind == "ledger" else (210, 297)
    for page in pages.plumbed.pages:
        assert (page.width / MM, page.height / MM) == pytest.approx(size, abs=0.1)
    assert set(pages.rendered.faces) >= {"FandolFang-Regular", "NotoSansCJKsc-Regular"}


@pytest.mark.parametrize("kind", UPRIGHT)
def test_nothing_leaves_the_type_area_but_what_belongs_outside(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    outside = ("—", LINE[:5])
    for page in range(1, len(pages) + 1):
        inside = [line for line in pages.lines(page) if not line.text.startswith(outside)]
        if kind == "letter" and page == 1:
            inside = [line for line in inside if line.baseline > TOP]  # the mark stands above
        inside = [line for line in inside if line.size > 8 or line.baseline < BOTTOM]
        assert min(line.left for line in inside) >= LEFT - 0.1
        assert max(line.right for line in inside) <= RIGHT + 0.3
        assert min(line.baseline for line in inside) > TOP
        assert max(line.baseline for line in inside) < BOTTOM


@pytest.mark.parametrize("kind", UPRIGHT)
def test_page_number_is_outside_7_mm_below_the_text(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    for page in range(2 if kind == "letter" else 1, len(pages) + 1):
        line = pages.line(page, f"— {page} —")
        assert (line.face, round(line.size, 1)) == ("FandolSong-Regular", 14)
        edge = line.right if page % 2 else line.left
        assert edge == pytest.approx(RIGHT - 14 / MM if page % 2 else LEFT + 14 / MM, abs=0.2)
    baselines = {round(pages.line(n, f"— {n} —").baseline, 2) for n in range(2, len(pages) + 1)}
    assert len(baselines) == 1
    assert baselines.pop() == pytest.approx(270.6, abs=0.3)  # of the digits; their middle is at 269


@pytest.mark.parametrize("kind", ["notice", "letter", "order", "circular", "opinion", "score_report"])
def test_text_is_in_3_hao_fangsong_justified_to_both_edges(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    body = [line for page in (1, 2) for line in pages.body(page) if len(line.text) >= 25 and line.left < 34]
    full = [line for line in body if line.right > 182]
    assert len(full) >= 2
    assert [line.right for line in full] == pytest.approx([RIGHT] * len(full), abs=0.2)
    assert {line.face for line in full} <= {"FandolFang-Regular", "FandolKai-Regular"}


@pytest.mark.parametrize("kind", ["notice", "letter", "circular"])
def test_title_is_in_2_hao_and_no_two_of_its_lines_are_equally_long(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    title = [line for line in pages.lines(1) if abs(line.size - 22) < 0.1]
    widths = [line.right - line.left for line in title]
    assert len(title) == 2
    assert abs(widths[0] - widths[1]) > 5
    for line in title:
        assert line.face == "NotoSerifCJKsc-Bold"
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.2)


@pytest.mark.parametrize("kind", ["notice", "circular"])
def test_imprint_ends_at_the_foot_of_the_last_page(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    rules = [
        row for row in pages.ink(len(pages), dpi=600) if 230 < row[0] < BOTTOM + 1 and row[2] - row[1] > 155
    ]
    assert rules[-1][0] == pytest.approx(BOTTOM, abs=0.1)
    assert (rules[-1][1], rules[-1][2]) == pytest.approx((LEFT, RIGHT), abs=0.15)
    assert pages.line(len(pages), "抄送：").left == pytest.approx(LEFT + 14 / MM, abs=0.1)
    bands = _bands([row[0] for row in rules])
    assert bands == pytest.approx([0.35, 0.25, 0.35], abs=0.06)


def _number(pages: Pages) -> Line:
    (number,) = [x for x in pages.lines(1) if x.text.startswith("审服办〔") and x.text.endswith("号")]
    return number


def _bands(rows: list[float]) -> list[float]:
    """The thicknesses of the rules whose rows of pixels are given."""
    step = 25.4 / 600
    found = [[rows[0]]]
    for before, row in itertools.pairwise(rows):
        if row - before > 2 * step:
            found.append([])
        found[-1].append(row)
    return [len(band) * step for band in found]


# ---- the letter (10.1)


def test_letters_mark_begins_30_mm_below_the_edge_of_the_paper(sample: Sample) -> None:
    red = list(sample("letter").ink(1, red=True, dpi=300))
    assert red[0][0] == pytest.approx(30, abs=0.15)
    mark = sample("letter").line(1, "汤阴县")
    assert not mark.text.endswith("文件")
    assert (mark.left + mark.right) / 2 == pytest.approx(106, abs=0.2)


def test_letters_first_rule_is_4_mm_below_the_mark_thick_above_thin(sample: Sample) -> None:
    pages = sample("letter")
    rows = [row for row in pages.ink(1, red=True, dpi=600) if row[2] - row[1] > 165]
    upper = [row[0] for row in rows if row[0] < 100]
    marks = [row[0] for row in pages.ink(1, red=True, dpi=600) if row[0] < upper[0]]
    assert upper[0] - marks[-1] == pytest.approx(4, abs=0.15)
    thick, thin = _bands(upper)
    assert thick > 2 * thin
    assert (rows[0][1], rows[0][2]) == pytest.approx((20, 190), abs=0.15)


def test_letters_second_rule_is_20_mm_above_the_lower_edge_thin_above_thick(sample: Sample) -> None:
    rows = [row for row in sample("letter").ink(1, red=True, dpi=600) if row[0] > 200]
    assert rows[-1][0] == pytest.approx(297 - 20, abs=0.15)
    assert (rows[-1][1], rows[-1][2]) == pytest.approx((20, 190), abs=0.15)
    thin, thick = _bands([row[0] for row in rows])
    assert thick > 2 * thin


def test_letters_number_stands_at_the_right_seven_eighths_below_the_rule(sample: Sample) -> None:
    pages = sample("letter")
    number = _number(pages)
    assert number.right == pytest.approx(RIGHT, abs=0.3)
    rule = max(row[0] for row in pages.ink(1, red=True, dpi=300) if row[0] < 100)
    ink = [row[0] for row in pages.ink(1, dpi=300) if rule + 1 < row[0] < number.baseline + 2]
    assert ink[0] - rule == pytest.approx(CHARACTER * 7 / 8, abs=0.6)


def test_letters_title_is_two_lines_below_its_number(sample: Sample) -> None:
    pages = sample("letter")
    number, title = _number(pages), pages.line(1, "关于宜沟镇")
    top_of_title = title.baseline - (0.88 * 22 + (33 - 22) / 2) / MM
    bottom_of_number = number.baseline + 0.12 * CHARACTER + (PITCH - CHARACTER) / 2
    assert top_of_title - bottom_of_number == pytest.approx(2 * PITCH, abs=0.1)


def test_letters_first_page_has_neither_number_nor_seal_and_its_second_has_one(sample: Sample) -> None:
    pages = sample("letter")
    assert not [line for line in pages.lines(1) if line.text.startswith("— 1")]
    assert pages.line(2, "— 2 —")


def test_letters_imprint_has_no_rules_and_no_printing_office(
    rendered: Callable[[Document], Pages],
) -> None:
    pages = rendered(letter(1))
    last = len(pages)
    copies = pages.line(last, "抄送：")
    assert copies.left == pytest.approx(LEFT + 14 / MM, abs=0.1)
    assert not [line for line in pages.lines(last) if line.text.endswith("印发")]
    rows = [row for row in pages.ink(last, dpi=300) if row[0] > copies.baseline - 8 and row[2] - row[1] > 150]
    assert not rows


# ---- forms


@pytest.mark.parametrize(("kind", "name"), [("order", "整改通知书"), ("opinion", "复查意见书")])
def test_form_has_office_name_and_number_in_their_places(sample: Sample, kind: str, name: str) -> None:
    pages = sample(kind)
    office, title = pages.lines(1)[0], pages.line(1, name)
    assert office.text == OFFICE.name
    for line in (office, title):
        assert line.face == "NotoSerifCJKsc-Bold"
        assert (line.left + line.right) / 2 == pytest.approx(106, abs=3)  # spaced out to the right
    assert _number(pages).right == pytest.approx(RIGHT, abs=0.3)
    assert pages.line(1, "宜沟镇人民政府：").left == pytest.approx(LEFT, abs=0.1)


LONG_OFFICE = "汤阴县推进审批服务便民化工作领导小组办公室"


def test_forms_long_office_name_is_set_smaller_rather_than_cut_inside_a_word(
    rendered: Callable[[Document], Pages],
) -> None:
    pages = rendered(notice(1, kind="order", office=replace(OFFICE, name=LONG_OFFICE)))
    office = pages.lines(1)[0]
    assert office.text == LONG_OFFICE
    assert office.size == pytest.approx(21.06, abs=0.05)
    assert (office.left, office.right) == pytest.approx((LEFT, RIGHT), abs=0.4)


def test_forms_office_name_longer_than_a_line_of_3_hao_is_on_two_lines(
    rendered: Callable[[Document], Pages],
) -> None:
    pages = rendered(notice(1, kind="order", office=replace(OFFICE, name="汤阴县" * 10)))
    assert [line.text for line in pages.lines(1)[:2]] == ["汤阴县" * 5] * 2
    assert pages.lines(1)[0].size == pytest.approx(22, abs=0.05)


def test_printing_office_and_date_share_a_line_even_with_a_long_name(
    rendered: Callable[[Document], Pages],
) -> None:
    office = replace(OFFICE, name=LONG_OFFICE, printed_by=LONG_OFFICE)
    pages = rendered(notice(1, office=office))
    line = pages.line(len(pages), LONG_OFFICE)
    assert line.text.endswith("印发")
    assert (line.left, line.right) == pytest.approx((LEFT + 14 / MM, RIGHT - 14 / MM), abs=0.4)
    assert line.baseline > BOTTOM - 10


def test_order_lists_its_findings_in_its_own_table_and_takes_receipt_below(sample: Sample) -> None:
    pages = sample("order")
    numbers = [
        int(row[0])
        for page in pages.plumbed.pages[:3]
        for table in page.extract_tables()
        for row in table
        if (row[0] or "").isdigit()
    ]
    assert numbers == list(range(1, 11))
    text = "".join(pages.text.split())
    assert "附件：1.整改情况反馈表2.佐证照片3.送达回证" in text
    assert text.index("主任") < text.index("签收单位（公章）") < text.index("附件1整改情况反馈表")


@pytest.mark.parametrize("kind", ["order", "opinion"])
def test_form_names_who_gets_copies_though_it_has_no_imprint(sample: Sample, kind: str) -> None:
    text = "".join(sample(kind).text.split()).replace("\u2060", "")
    assert f"抄送：{OFFICE.copy_to}" in text


# ---- the ledger (9: 横排表格)


def test_ledgers_margins_turn_with_the_paper(sample: Sample) -> None:
    pages = sample("ledger")
    for page in pages.plumbed.pages:
        left, top, right, bottom = (length / MM for length in page.find_tables()[0].bbox)
        assert (left, right) == pytest.approx((35, 297 - 37), abs=0.3)
        assert top > 28 - 0.3
        assert bottom < 210 - 26 + 0.3


def test_ledgers_page_numbers_stand_where_those_of_upright_pages_do(sample: Sample) -> None:
    """Turned upright, the dash is 7 mm below the type area and one character in from the outer side."""
    pages = sample("ledger")
    for number, page in enumerate(pages.plumbed.pages, start=1):
        turned = [char for char in page.chars if not char["upright"]]
        assert "".join(char["text"] for char in turned).replace(" ", "") == f"—{number}—"
        middle = (min(char["x0"] for char in turned) + max(char["x1"] for char in turned)) / 2 / MM
        assert 35 - middle == pytest.approx(7, abs=0.8)
        edge = max(c["bottom"] for c in turned) / MM if number % 2 else min(c["top"] for c in turned) / MM
        assert edge == pytest.approx(184 - 14 / MM if number % 2 else 28 + 14 / MM, abs=0.3)


def test_ledgers_head_is_repeated_and_its_rows_are_whole(sample: Sample) -> None:
    numbers = []
    for page in sample("ledger").plumbed.pages:
        (table,) = page.extract_tables()
        assert [cell.replace("\n", "") for cell in table[0]][:4] == [
            "序号",
            "服务中心（点）",
            "条款",
            "存在问题",
        ]
        numbers += [int(row[0]) for row in table[1:] if row[0].isdigit()]
        assert not table[-1][0].endswith("项）")
    assert numbers == list(range(1, 31))


@pytest.mark.parametrize("count", [5, 7, 8, 9, 12])
def test_feedback_form_begins_under_its_title_and_ends_with_a_row_above_the_signing(
    rendered: Callable[[Document], Pages], count: int
) -> None:
    """No page of a form to be stamped holds its title alone, or its places to sign alone."""
    row = FeedbackRow(
        "应查服务窗口6个，其中有电话线接口的5个，不符合每个窗口最少有1个电话线接口的要求",
        "已为每个服务窗口安装电话线接口并逐一试用", "已完成", date(2026, 11, 25), 2, "", "王强",
    )  # fmt: skip
    form = compose_feedback(
        center="城关镇便民服务中心",
        number="汤审服〔2026〕5号",
        round="2026年下半年县级检查",
        rows=[row] * count,
    )
    pages = rendered(form).plumbed.pages
    numbers = [
        [int(row[0]) for table in page.extract_tables() for row in table if (row[0] or "").isdigit()]
        for page in pages
    ]
    assert list(itertools.chain(*numbers)) == list(range(1, count + 1))
    assert all(numbers)
    assert "单位负责人" in pages[-1].extract_text()


# ---- charts


def test_chart_is_as_wide_as_the_text_and_its_bars_are_to_scale(
    rendered: Callable[[Document], Pages],
) -> None:
    pages = rendered(circular())
    page = next(page for page in pages.plumbed.pages if "各乡镇平均得分（分）" in page.extract_text())
    bars = [rect for rect in page.rects if rect["height"] == pytest.approx(10, abs=0.1)]
    widths = [bar["width"] for bar in bars]
    reached = [float(township.average) for township in round_facts().townships]
    assert len(bars) == len(reached) == 10
    assert reached != sorted(reached, reverse=True), "the townships stand by code, not by rank"
    for width, average in zip(widths, reached, strict=True):
        assert width / widths[0] == pytest.approx(average / reached[0], abs=0.002)
    assert "92.50" in page.extract_text()
    assert "平均83.50" in page.extract_text().replace(" ", "")


def test_short_fact_above_a_table_stays_on_one_line(sample: Sample) -> None:
    pages = sample("notice")
    annex = next(n for n in range(1, len(pages) + 1) if pages.lines(n)[1].text == "问题清单")
    assert any("得分：77.50分（合格）" in line.text for line in pages.lines(annex))
