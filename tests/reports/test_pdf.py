"""Rendering: the bytes, what is in them, and what is refused."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import weasyprint
from weasyprint.urls import FatalURLFetchingError

from reports import fonts, pdf
from reports.document import DocumentRefused, Notice
from reports.refusals import explain
from tests.reports.notices import FINDINGS, OFFICE, finding, inspection, notice
from tests.reports.pages import Pages

Printed = Callable[..., Pages]
HOSTILE = (
    '<img src="http://127.0.0.1:9/x.png"><link rel="attachment" href="file:///etc/passwd">'
    "</td><script>alert(1)</script><style>*{display:none}</style>{{ document }}{% now %}&amp;"
)


def with_finding(text: str, **changes: Any) -> Notice:
    """Return a notice whose first finding reads so."""
    return notice(facts=inspection(findings=(finding(FINDINGS[0], finding=text, **changes),)))


def test_same_document_gives_same_bytes(faces: tuple[fonts.Face, ...]) -> None:
    first = pdf.render(notice(3))
    pdf._engine.cache_clear()
    second = pdf.render(notice(3))
    assert first.pdf == second.pdf
    assert first.sha256 == sha256(first.pdf).hexdigest()


def test_another_document_gives_another_identifier(printed: Printed) -> None:
    assert _identifier(printed(3)) != _identifier(printed(1))


def _identifier(pages: Pages) -> bytes:
    found = re.search(rb"/ID\s*\[(.*?)\]", pages.rendered.pdf, re.DOTALL)
    assert found
    return found[1]


def test_threads_do_not_disturb_each_other(faces: tuple[fonts.Face, ...]) -> None:
    documents = [notice(count) for count in (1, 3, 5)] * 2
    with ThreadPoolExecutor(4) as pool:
        digests = [rendered.sha256 for rendered in pool.map(pdf.render, documents)]
    assert digests[:3] == digests[3:]
    assert len(set(digests)) == 3


def test_pages_and_faces_are_reported(printed: Printed) -> None:
    pages = printed()
    assert pages.rendered.pages == len(pages)
    assert pages.rendered.faces == (
        "FandolFang-Regular",
        "FandolKai-Regular",
        "FandolSong-Regular",
        "NotoSansCJKsc-Regular",
        "NotoSerifCJKsc-Bold",
    )


def test_each_page_is_told_as_it_begins(faces: tuple[fonts.Face, ...]) -> None:
    begun: list[int] = []
    made = pdf.render(notice(10), page_begun=lambda: begun.append(1))
    assert len(begun) == made.pages > 1
    # Of another's pages nothing is heard.
    pdf.render(notice(1))
    assert len(begun) == made.pages


def test_who_hears_of_a_page_may_end_the_rendering(faces: tuple[fonts.Face, ...]) -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    with pytest.raises(Enough):
        pdf.render(notice(1), page_begun=stop)
    assert pdf.render(notice(1)).pages


def test_metadata_names_title_issuer_number_and_no_time(printed: Printed) -> None:
    metadata = printed().plumbed.metadata
    assert metadata["Title"] == "关于宜沟镇党政综合便民服务中心存在问题限期整改的通知"
    assert metadata["Author"] == OFFICE.name
    assert metadata["Subject"] == "审服办〔2026〕15号"
    assert "CreationDate" not in metadata


def test_document_is_tagged_in_chinese_with_table_headers(printed: Printed) -> None:
    catalog = printed().plumbed.doc.catalog
    assert catalog["Lang"] == b"zh-CN"
    assert catalog["MarkInfo"]["Marked"] is True
    assert "StructTreeRoot" in catalog


def test_every_face_is_embedded_truetype_of_ours(printed: Printed) -> None:
    seen = set()
    for page in printed().plumbed.pages:
        for font in page.page_obj.resources["Font"].resolve().values():
            (descendant,) = _resolved(font)["DescendantFonts"]
            descendant = _resolved(descendant)
            assert descendant["Subtype"].name == "CIDFontType2"
            assert "FontFile2" in _resolved(descendant["FontDescriptor"])
            seen.add(_resolved(font)["BaseFont"].name.partition("+")[2])
    assert len(seen) == 5
    assert all(name.startswith("GW-") for name in seen)


def _resolved(value: Any) -> Any:
    return value.resolve() if hasattr(value, "resolve") else value


def test_no_character_is_printed_as_an_empty_box(
    faces: tuple[fonts.Face, ...], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf.render(notice(10, demonstration=True, preview=True))
    assert [record.getMessage() for record in caplog.records] == []


def test_text_can_be_read_out_in_order(printed: Printed) -> None:
    text = printed().text
    order = [
        "领导小组办公室文件",
        "审服办〔2026〕15号",
        "关于宜沟镇党政综合便民服务中心",
        "宜沟镇人民政府：",
        "一、存在问题",
        "（一）建设场地方面",
        "1.建筑面积为120平方米",
        "二、整改要求",
        "附件：1.问题清单",
        "2026年11月23日",
        "附件1问题清单",
        "附件2整改情况反馈表",
        "抄送：安阳市",
    ]
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("count", [1, 10, 70])
def test_forbidden_words_are_absent(printed: Printed, count: int) -> None:
    text = printed(count).text
    assert not [word for word in ("责令", "处罚", "复议") if word in text]


def test_seventy_findings_are_all_there(printed: Printed) -> None:
    pages = printed(70)
    annex = [
        n for n in range(1, len(pages) + 1) if any("整改要求" in _squeezed(x.text) for x in pages.lines(n))
    ]
    assert len(annex) > 5
    assert pages.text.count("监控系统未覆盖等候区") >= 14


def _squeezed(text: str) -> str:
    return text.replace(" ", "")


def test_hostile_text_is_printed_as_text_and_nothing_is_fetched(
    faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = pdf.Locked.fetch

    def watched(self: pdf.Locked, url: str, headers: Any = None) -> Any:
        asked.append(url)
        return fetch(self, url, headers)

    monkeypatch.setattr(pdf.Locked, "fetch", watched)
    document = replace(with_finding(HOSTILE), copy_to=HOSTILE, title=(HOSTILE,), signature="<b>局</b>")
    pages = Pages(pdf.render(document))
    assert not [url for url in asked if not url.startswith("face:")]
    assert "file:///etc/passwd" in _squeezed(pages.text)
    assert "{{document}}{%now%}&amp;" in _squeezed(pages.text)
    assert b"EmbeddedFile" not in pages.rendered.pdf
    assert "附件2" in pages.text


@pytest.mark.parametrize("place", ["mark", "dated", "note"])
def test_hostile_text_cannot_leave_the_stylesheet(faces: tuple[fonts.Face, ...], place: str) -> None:
    text = "}*{display:none}@import url(http://127.0.0.1:9/)"
    assert "附件1" in Pages(pdf.render(replace(notice(1), **{place: text}))).text


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "https://example.org/a.css", "file:///etc/passwd", "data:text/css,*{}",
     "face:../secret_key", "face:FangSong.ttf/../x", "ftp://127.0.0.1/"],
)  # fmt: skip
def test_locked_fetcher_refuses_all_but_the_faces(url: str, tmp_path: Path) -> None:
    locked = pdf.Locked({"FangSong.ttf": tmp_path / "FangSong.ttf"})
    with pytest.raises(FatalURLFetchingError):
        locked.fetch(url)


def test_locked_fetcher_stops_a_rendering_that_asks_for_more() -> None:
    page = weasyprint.HTML(string='<img src="file:///etc/passwd">', url_fetcher=pdf.Locked({}))
    with pytest.raises(FatalURLFetchingError):
        page.write_pdf()


def test_rare_place_names_are_printed_with_real_glyphs(faces: tuple[fonts.Face, ...]) -> None:
    rare = fonts.ISSUE_CHARACTERS
    facts = inspection(1, township=f"{rare[:5]}镇", center=f"{rare[:5]}镇{rare[5:]}村党群服务中心")
    pages = Pages(pdf.render(notice(facts=facts)))
    assert set(rare) <= set(pages.text)
    assert "NotoSerifCJKsc-Regular" in pages.rendered.faces
    title = [line for line in pages.lines(1) if abs(line.size - 22) < 0.1]
    assert {line.face for line in title} == {"NotoSerifCJKsc-Bold"}


def test_rare_character_does_not_move_the_lines(faces: tuple[fonts.Face, ...]) -> None:
    plain, rare = (
        Pages(pdf.render(with_finding(text))) for text in ("窗口在十里铺村" * 9, "窗口在圪垯㙍村" * 9)
    )
    for page in (1, 2):
        assert [line.baseline for line in plain.body(page)] == pytest.approx(
            [line.baseline for line in rare.body(page)], abs=0.02
        )


@pytest.mark.parametrize("character", ["😀", "\ue08b", "\U0002348d", "ⵣ"])
def test_character_that_no_face_has_is_refused_with_its_place(
    faces: tuple[fonts.Face, ...], character: str
) -> None:
    document = with_finding("标识不清", requirement=f"更换{character}标识")
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(document)
    assert explain(refused.value) == (
        f"“附件1 问题清单 第1项”中的“{character}”（U+{ord(character):04X}）没有字体可以印出，请换一个写法。"
    )


def test_without_built_faces_the_command_is_named(settings: Any, tmp_path: Path) -> None:
    settings.FONTS_DIR = tmp_path
    with pytest.raises(fonts.FontsNotBuilt, match=r"manage\.py build_fonts"):
        pdf.render(notice(1))


def test_engine_is_the_version_whose_justification_is_replaced() -> None:
    assert weasyprint.__version__ == pdf.ENGINE
    assert pdf.inline.justify_line is pdf.justify


def test_demonstration_is_said_on_every_page(printed: Printed) -> None:
    pages = printed(10, demonstration=True)
    for page in range(1, len(pages) + 1):
        assert pages.line(page, "演示数据，不作为正式公文").baseline < 37
    assert "演示数据" not in printed(10).text


def test_preview_is_said_on_every_page(printed: Printed) -> None:
    pages = printed(5, preview=True)
    for page in range(1, len(pages) + 1):
        assert pages.line(page, "预览稿").baseline < 37
    assert "预览稿" not in printed(10).text
