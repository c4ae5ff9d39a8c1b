"""The line on each page and the QR code on the last: printed outside the type area, in nobody's way."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reports import fonts, pdf
from reports.document import KINDS
from reports.typesetting import Verification
from tests.reports.notices import notice
from tests.reports.pages import MM, Pages
from tests.reports.samples import LINE, VERIFICATION, letter, sample_pages

BOTTOM, LEFT, RIGHT = 262.0, 28.0, 184.0
Sample = Callable[[str], Pages]


@pytest.fixture(scope="module")
def sample(faces: tuple[fonts.Face, ...]) -> Sample:
    return sample_pages


@pytest.mark.parametrize("kind", KINDS)
def test_line_is_on_every_page_small_and_outside_the_type_area(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    height = 210 if kind == "ledger" else 297
    middle = (35 + 260) / 2 if kind == "ledger" else 106
    for page in range(1, len(pages) + 1):
        chars = [c for c in pages.plumbed.pages[page - 1].chars if c["upright"] and abs(c["size"] - 7) < 0.1]
        assert "".join(c["text"] for c in chars).replace(" ", "") == LINE.replace(" ", "")
        below = (height - max(c["bottom"] for c in chars) / MM, height - min(c["top"] for c in chars) / MM)
        assert 9 < below[0] < below[1] < 20  # above the lower edge; a letter's rule is at 20
        assert (chars[0]["x0"] + chars[-1]["x1"]) / 2 / MM == pytest.approx(middle, abs=0.3)


def code_box(pages: Pages, page: int, height: float) -> list[tuple[float, float, float, float]]:
    """Places in mm of the filled squares (the stand-in for a QR code) in the lower margin."""
    found = pages.plumbed.pages[page - 1].rects + pages.plumbed.pages[page - 1].curves
    squares = [r for r in found if abs(r["width"] - r["height"]) < 0.5 and r["width"] > 20]
    return [
        (r["x0"] / MM, r["top"] / MM, r["x1"] / MM, r["bottom"] / MM)
        for r in squares
        if r["top"] / MM > height - 36
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_code_is_on_the_last_page_only_beside_the_page_number(sample: Sample, kind: str) -> None:
    pages = sample(kind)
    height, left, right = (210, 35, 260) if kind == "ledger" else (297, LEFT, RIGHT)
    for page in range(1, len(pages)):
        assert not code_box(pages, page, height)
    ((x0, top, x1, bottom),) = code_box(pages, len(pages), height)
    quiet = 15 * 4 / 45  # mm of the code's own quiet zone
    assert x1 - x0 == pytest.approx(15 * 37 / 45, abs=0.1)
    if len(pages) % 2:  # the number is at the right, the code at the left
        assert x0 == pytest.approx(left + quiet, abs=0.2)
    else:
        assert x1 == pytest.approx(right - quiet, abs=0.2)
    assert top > height - (26 if kind == "ledger" else 35) + 2
    assert bottom < height - (8 if kind == "ledger" else 13.5)  # above the line, beside it on a ledger


def test_code_does_not_move_anything(faces: tuple[fonts.Face, ...]) -> None:
    with_code, without = (Pages(pdf.render(notice(10), {}, mark)) for mark in (VERIFICATION, None))
    assert len(with_code) == len(without)
    for page in range(1, len(without) + 1):
        plain = [(x.text, x.left, x.baseline) for x in without.lines(page)]
        marked = [(x.text, x.left, x.baseline) for x in with_code.lines(page) if x.size > 8]
        assert [p[0] for p in plain if p[0] in {m[0] for m in marked}] == [m[0] for m in marked]
        for mine, theirs in zip([p for p in plain if p in marked], marked, strict=False):
            assert mine[1:] == pytest.approx(theirs[1:], abs=0.01)


def test_line_is_escaped_for_the_stylesheet(faces: tuple[fonts.Face, ...]) -> None:
    hostile = '"}*{display:none}@import url(http://127.0.0.1:9/)\\'
    pages = Pages(pdf.render(notice(1), {}, Verification(hostile)))
    assert "附件1" in pages.text
    assert hostile.replace(" ", "") in "".join(line.text for line in pages.lines(1)).replace(" ", "")


def test_without_verification_nothing_is_printed_there(faces: tuple[fonts.Face, ...]) -> None:
    pages = Pages(pdf.render(letter(1)))
    for page in range(1, len(pages) + 1):
        assert not [line for line in pages.lines(page) if abs(line.size - 7) < 0.1]
        assert not code_box(pages, page, 297)


def test_digest_of_the_document_is_not_that_of_its_marks(faces: tuple[fonts.Face, ...]) -> None:
    first = pdf.render(notice(1), {}, VERIFICATION)
    second = pdf.render(notice(1), {}, replace(VERIFICATION, line="另一行"))
    assert first.sha256 != second.sha256
