"""Long lists, long names, rare characters: nothing runs off the page, nothing is lost."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pytest

from reports import fonts, pdf
from reports.document import KINDS, Document
from tests.reports.notices import OFFICE, inspection, notice
from tests.reports.pages import MM, Pages
from tests.reports.samples import (
    ASSETS,
    TOWNSHIPS,
    center_score,
    circular,
    ledger,
    letter,
    opinion,
    order,
    reinspection,
    round_facts,
    samples,
    score_report,
)

pytestmark = pytest.mark.anywhere

LEFT, RIGHT, BOTTOM = 28.0, 184.0, 262.0
CHARACTER = 15.79 / MM
RARE = "䶮㙍垚堃漷磏塬圪垯"
RARE_CENTER = f"{RARE[:5]}镇{RARE[5:]}社区党群服务中心"
Printed = Callable[[Document], Pages]


@pytest.fixture(scope="module")
def printed(faces: tuple[fonts.Face, ...]) -> Printed:
    return lru_cache(lambda document: Pages(pdf.render(document, ASSETS)))


def addressees(count: int) -> str:
    return "，".join(f"{TOWNSHIPS[place % 10]}人民政府" for place in range(count))


# ---- many addressees (7.3.2)


def test_addressees_that_fit_stay_above_the_text_flush_left_in_every_line(printed: Printed) -> None:
    pages = printed(notice(1, addressed_to=addressees(10)))
    lines = pages.body(1)
    first = next(n for n, line in enumerate(lines) if line.text.startswith("城关镇人民政府，"))
    assert [line.left for line in lines[first : first + 3]] == pytest.approx([LEFT] * 3, abs=0.1)
    assert lines[first + 2].text.endswith("瓦岗乡人民政府：")
    assert "主送：" not in pages.text


def test_addressees_that_would_push_the_text_off_page_1_go_to_the_imprint(printed: Printed) -> None:
    pages = printed(notice(1, addressed_to=addressees(40)))
    assert pages.line(1, "为提升基层政务服务水平").left == pytest.approx(LEFT + 2 * CHARACTER, abs=0.1)
    last = len(pages)
    to, copies = pages.line(last, "主送："), pages.line(last, "抄送：")
    assert to.baseline < copies.baseline
    assert (to.left, round(to.size, 1)) == (pytest.approx(LEFT + 14 / MM, abs=0.1), 14)
    rules = [
        y for y, left, right in pages.ink(last) if to.baseline < y < copies.baseline and right - left > 150
    ]
    assert not rules  # none between them (7.4.2)
    assert "瓦岗乡人民政府。" in pages.text


@pytest.mark.parametrize("count", range(18, 34, 3))
def test_page_1_has_text_however_many_addressees_there_are(printed: Printed, count: int) -> None:
    pages = printed(notice(1, addressed_to=addressees(count)))
    assert any(line.text.startswith("为提升基层政务服务水平") for line in pages.lines(1))


def test_letter_and_circular_move_their_addressees_too(printed: Printed) -> None:
    for document in (letter(1, addressed_to=addressees(60)), circular(addressed_to=addressees(40))):
        pages = printed(document)
        assert pages.line(len(pages), "主送：城关镇人民政府")
        assert "主送：" not in "".join(line.text for line in pages.lines(1))


# ---- titles


def test_title_of_three_lines_is_a_trapezoid_or_a_diamond(printed: Printed) -> None:
    center = "宜沟镇向阳社区党群服务中心老年人残疾人无障碍服务示范点"
    pages = printed(notice(1, facts=inspection(1, center=center)))
    title = [line for line in pages.lines(1) if abs(line.size - 22) < 0.1]
    widths = [line.right - line.left for line in title]
    assert len(title) == 3
    assert "".join(line.text for line in title) == f"关于{center}存在问题限期整改的通知"
    assert not (widths[0] > widths[1] < widths[2])
    assert max(widths) - min(widths) > 5
    steps = [b.baseline - a.baseline for a, b in itertools.pairwise(title)]
    assert steps == pytest.approx([33 / MM] * 2, abs=0.05)
    for line in title:
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.1)


# ---- two hundred findings


@pytest.fixture(scope="module")
def two_hundred(printed: Printed) -> Pages:
    return printed(notice(200))


def tables(pages: Pages, column: str) -> list[tuple[int, list[list[str]]]]:
    """The tables with a column of this name, with their pages."""
    found = []
    for number, page in enumerate(pages.plumbed.pages, start=1):
        for table in page.extract_tables():
            head = ["".join((cell or "").split()) for cell in table[0]]
            if column in head:
                found.append((number, table))
    return found


def test_two_hundred_findings_run_over_thirty_pages_under_repeated_heads(two_hundred: Pages) -> None:
    assert len(two_hundred) >= 30
    findings = tables(two_hundred, "条款")
    pages = [number for number, _ in findings]
    assert pages == list(range(pages[0], pages[0] + len(pages)))
    numbers = [int(row[0]) for _, table in findings for row in table[1:] if row[0].isdigit()]
    assert numbers == list(range(1, 201))
    for _, table in findings:
        assert not (table[-1][0] or "").endswith("项）")


def test_two_hundred_findings_are_all_in_the_feedback_form(two_hundred: Pages) -> None:
    numbers = [
        int(row[0]) for _, t in tables(two_hundred, "整改措施") for row in t[1:] if (row[0] or "").isdigit()
    ]
    assert numbers == list(range(1, 201))


def test_no_row_of_two_hundred_is_cut_by_the_end_of_a_page(two_hundred: Pages) -> None:
    for number, _ in tables(two_hundred, "条款"):
        page = two_hundred.plumbed.pages[number - 1]
        _x0, _top, _x1, bottom = page.find_tables()[0].bbox
        assert bottom / MM <= BOTTOM + 0.2
        chars = [c for c in page.chars if c["size"] < 11 and c["bottom"] / MM < BOTTOM + 4]
        assert max(c["bottom"] for c in chars) <= max(bottom, 0) + 60  # the note below the last table


def test_two_hundred_findings_leave_page_numbers_and_imprint_in_place(two_hundred: Pages) -> None:
    for page in range(1, len(two_hundred) + 1):
        assert two_hundred.line(page, f"— {page} —")
    rules = [
        row for row in two_hundred.ink(len(two_hundred), dpi=600) if row[0] > 230 and row[2] - row[1] > 155
    ]
    assert max(row[0] for row in rules if row[0] < BOTTOM + 1) == pytest.approx(BOTTOM, abs=0.1)


def test_order_and_opinion_carry_two_hundred_findings_in_their_own_tables(printed: Printed) -> None:
    for document, column in ((order(200), "条款"), (opinion(200, photos=False), "复查结论")):
        pages = printed(document)
        found = tables(pages, column)
        numbers = [int(row[0]) for _, table in found for row in table[1:] if row[0].isdigit()]
        assert numbers == list(range(1, 201))
        assert len(found) > 8


# ---- rare characters


@pytest.mark.parametrize("kind", KINDS)
def test_rare_characters_are_printed_in_every_kind(printed: Printed, kind: str) -> None:
    township, facts = f"{RARE[:5]}镇", inspection(1, township=f"{RARE[:5]}镇", center=RARE_CENTER)
    again = reinspection(1, township=township, center=RARE_CENTER)
    documents: dict[str, Callable[[], Document]] = {
        "notice": lambda: notice(facts=facts),
        "letter": lambda: letter(facts=facts),
        "order": lambda: order(facts=facts),
        "circular": lambda: circular(facts=round_facts(name=f"{RARE}镇检查")),
        "opinion": lambda: opinion(facts=again),
        "score_report": lambda: score_report(center_score(name=RARE_CENTER)),
        "ledger": lambda: ledger(region=f"{RARE}县"),
    }
    pages = printed(documents[kind]())
    assert set(RARE) <= set(pages.text)
    assert set(pages.rendered.faces) & {"NotoSerifCJKsc-Regular", "NotoSerifCJKsc-Bold"}


@pytest.mark.parametrize("kind", KINDS)
def test_character_that_no_face_has_is_refused_in_every_kind(
    faces: tuple[fonts.Face, ...], kind: str
) -> None:
    document = replace(samples()[kind], title=("关于😀的通知",))
    with pytest.raises(pdf.DocumentRefused) as refused:
        pdf.render(document, ASSETS)
    assert refused.value.code == "missing_glyph"
    assert refused.value.params == {"place": ("title", 0), "character": "😀"}


def test_long_office_name_stays_inside_in_every_head(printed: Printed) -> None:
    name = "汤阴县审批服务便民化改革暨基层政务服务标准化规范化便利化建设工作领导小组办公室综合协调组"
    office = replace(OFFICE, name=name, mark=name + "文件")
    for make in (notice, letter, order):
        pages = printed(make(1, office=office))
        for line in pages.lines(1):
            if line.baseline > 37:
                assert line.left >= LEFT - 0.2
                assert line.right <= RIGHT + 0.3
