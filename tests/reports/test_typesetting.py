"""From frozen data to page descriptions: formats, labels, rules, what is kept on a line."""

from dataclasses import replace

import pytest

from reports import fonts, geometry, pdf
from reports.document import KINDS, Document
from reports.typesetting import FORMATS, UNBROKEN, Typeset, Verification, typeset
from tests.reports.notices import notice
from tests.reports.samples import (
    VERIFICATION,
    circular,
    ledger,
    letter,
    opinion,
    order,
    samples,
    score_report,
)


def described(document: Document, verification: Verification | None = None) -> Typeset:
    engine = pdf._engine(fonts.installed(), str(fonts.settings.FONTS_DIR))
    return typeset(document, engine.typeface, verification)


pytestmark = pytest.mark.usefixtures("faces")


def test_every_kind_has_a_format_and_every_format_a_stylesheet() -> None:
    assert set(FORMATS) == set(KINDS)
    for name in FORMATS.values():
        assert (pdf.STYLESHEETS / f"{name}.css").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_whole_html_with_its_title_and_language(kind: str) -> None:
    html = described(samples()[kind]).html
    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="zh-CN">' in html
    assert f"<title>{samples()[kind].title_text}</title>" in html


@pytest.mark.parametrize(
    ("document", "labels"),
    [
        (lambda: notice(1), ["附件1", "附件2"]),
        (lambda: order(1), ["附件"]),
        (lambda: order(1, proof="receipt"), ["附件1", "附件2"]),
        (lambda: circular(), ["附件1", "附件2"]),
        (lambda: opinion(1, photos=False, proof="service"), ["附件"]),
        (lambda: score_report(), []),
    ],
)
def test_annexes_are_numbered_where_there_are_several(document: object, labels: list[str]) -> None:
    html = described(document()).html  # type: ignore[operator]
    found = [part.partition("</p>")[0] for part in html.split('<p class="label">')[1:]]
    assert found == labels


def test_only_attachment_has_no_number_in_the_note() -> None:
    assert '<span class="ordinal">' not in described(order(1)).html
    assert '<span class="ordinal">2.</span>' in described(notice(1)).html


@pytest.mark.parametrize(
    ("make", "times"), [(notice, 1), (letter, 1), (circular, 1), (order, 0), (opinion, 0)]
)
def test_imprint_is_called_once_where_the_format_has_one(make: object, times: int) -> None:
    assert described(make()).html.count('class="imprint"') == times  # type: ignore[operator]


def test_imprint_of_a_document_without_annexes_follows_the_signature() -> None:
    html = described(replace(circular(), annexes=(), attachments=())).html
    assert html.index('class="dated"') < html.index('class="imprint"')


def test_pictures_are_the_charts_and_the_code() -> None:
    assert set(described(ledger(), VERIFICATION).pictures) == {"code"}
    made = described(circular(), VERIFICATION)
    (chart,) = set(made.pictures) - {"code"}
    assert f'src="asset:{chart}"' in made.html
    assert "code" not in described(circular()).pictures


def test_chart_says_its_figures_to_those_who_cannot_see_it() -> None:
    assert 'alt="各乡镇平均得分（分）：城关镇92.50，菜园镇78.50' in described(circular()).html


def test_columns_have_their_widths() -> None:
    made = described(ledger())
    assert '<col class="mm-36"/>' in made.html
    assert ".mm-36{width:36mm}" in made.rules


def test_demonstration_and_draft_are_written_as_escapes_of_the_stylesheet() -> None:
    rules = described(notice(1, demonstration=True, preview=True)).rules
    assert "\\6f14 \\793a " in rules  # 演示
    assert "演示" not in rules
    assert "@top-center" not in described(notice(1)).rules


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("得分77.50分（合格）", "得分77.50\u2060分\u2060（合格）"),
        ("2026年11月12日", "2026\u2060年11\u2060月12\u2060日"),
        ("一、（一）2", "一、（一\u2060）\u20602"),
        ("前（暂定）", "前（\u2060暂\u2060定）"),
        ("20℃", "20\u2060℃"),
        ("没有可连的", "没有可连的"),
    ],
)
def test_what_belongs_together_stays_on_a_line(text: str, kept: str) -> None:
    assert UNBROKEN.sub("\u2060", text) == kept


@pytest.mark.parametrize(("length", "lines"), [(1, 1), (24, 1), (25, 2), (48, 2), (60, 3)])
def test_signature_is_cut_into_even_lines(length: int, lines: int) -> None:
    found = geometry.signature_lines("局" * length)
    assert len(found) == lines
    assert "".join(found) == "局" * length
    assert max(map(len, found)) - min(map(len, found)) <= lines
