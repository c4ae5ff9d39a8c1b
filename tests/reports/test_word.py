"""The Word file read back: page, grid, faces, order, tables, page numbers; and what it must not hold."""

import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from inspections.answers import Given
from reports import actions, word
from reports.document import Pairs, Photos, from_plain, texts, to_plain
from tests.reports.notices import FINDINGS, finding, inspection, notice
from tests.reports.samples import ASSETS, circular, opinion, order, samples, with_photos
from tests.small_stage import NOW, Stage, drafted, issued, submitted

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = "</w:t><script>&amp;=cmd|'/c calc'!A1 {DDEAUTO c:\\\\x} http://127.0.0.1:9/"


@cache
def written(count: int = 10, **changes: Any) -> Any:
    return docx.Document(io.BytesIO(word.write(notice(count, **changes))))


def lines(file: Any) -> list[str]:
    return [paragraph.text for paragraph in file.paragraphs]


def find(file: Any, start: str) -> Any:
    return next(paragraph for paragraph in file.paragraphs if paragraph.text.startswith(start))


def test_page_is_that_of_the_standard() -> None:
    (section,) = written().sections
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    edges = (section.top_margin.mm, section.left_margin.mm, section.bottom_margin.mm, section.right_margin.mm)
    assert edges == pytest.approx((37, 28, 35, 26), abs=0.1)
    assert section.footer_distance.mm == pytest.approx(25.5, abs=0.1)


def test_grid_is_22_lines_of_28_characters() -> None:
    grid = written().sections[0]._sectPr.find(qn("w:docGrid"))
    pitch = int(grid.get(qn("w:linePitch"))) / 20
    assert (grid.get(qn("w:type")), int(637.8 / pitch)) == ("lines", 22)
    style = written().styles["Normal"]
    assert style.paragraph_format.line_spacing.pt == pytest.approx(pitch, abs=0.05)
    spacing = style.element.rPr.find(qn("w:spacing"))
    character = style.font.size.pt + int(spacing.get(qn("w:val"))) / 20
    assert int(442.2 / character) == 28


def test_faces_are_named_officially_with_others_to_take_their_place() -> None:
    file = written()
    table = next(part for part in file.part.package.iter_parts() if "fontTable" in str(part.partname))
    named = dict(re.findall(r'<w:font w:name="([^"]+)"><w:altName w:val="([^"]+)"', table.blob.decode()))
    assert named == dict(word_faces())
    assert face(file.styles["Normal"].element) == "仿宋_GB2312"
    assert face(file.styles["Heading 1"].element) == "黑体"
    assert face(file.styles["Heading 2"].element) == "楷体_GB2312"
    assert face(file.styles["Title"].element) == "方正小标宋简体"


def word_faces() -> Any:
    from reports.word_file import FACES

    return FACES.values()


def face(element: Any) -> str:
    faces = element.find(f".//{W}rFonts")
    assert not [key for key in faces.attrib if "Theme" in key]
    return faces.get(qn("w:eastAsia"))


def test_head_title_and_addressee_stand_in_order() -> None:
    file = written()
    said = lines(file)
    order = [
        "汤阴县审批服务便民化工作领导小组办公室文件",
        "审服办〔2026〕15号",
        "宜沟镇人民政府：",
        "一、存在问题",
        "（一）建设场地方面",
        "二、整改要求",
        "附件：1.问题清单",
        "汤阴县审批服务便民化工作领导小组办公室",
        "2026年11月23日",
        "（联系人：李明；联系电话：0372-6212345）",
        "附件1",
        "问题清单",
        "附件2",
        "整改情况反馈表",
    ]
    places = [said.index(text) for text in order]
    assert places == sorted(places)
    mark = find(file, order[0])
    assert (mark.alignment, str(mark.runs[0].font.color.rgb)) == (WD_ALIGN_PARAGRAPH.CENTER, "E60012")
    rule = find(file, "审服办〔").paragraph_format.element.find(f".//{W}pBdr/{W}bottom")
    assert rule.get(qn("w:color")) == "E60012"
    title = next(p for p in file.paragraphs if p.style.name == "Title")
    assert title.text.replace("\n", "") == notice(10).title_text


def test_text_is_word_for_word_that_of_the_document() -> None:
    document, said = notice(10), "".join(lines(written()))
    for part in document.parts:
        assert part.heading in said
        for passage in part.passages:
            assert passage.heading + passage.text in said
            for item in passage.items:
                assert item in said
    for text in document.opening:
        assert (
            find(written(), text[:20]).paragraph_format.element.find(f".//{W}ind").get(qn("w:firstLineChars"))
            == "200"
        )


def test_tables_have_every_row_a_repeated_head_and_no_cut_rows() -> None:
    findings, feedback, *_rest = written(25).tables
    assert [cell.text for cell in findings.rows[0].cells] == [
        "序号", "条款", "存在问题", "扣分", "整改要求", "整改时限",
    ]  # fmt: skip
    for table in (findings, feedback):
        assert table.rows[0]._tr.find(f".//{W}tblHeader") is not None
        assert all(row._tr.find(f".//{W}cantSplit") is not None for row in table.rows)
        assert sum(column.width.mm for column in table.columns) == pytest.approx(156, abs=0.5)
    numbers = [row.cells[0].text for row in findings.rows[1:]]
    assert [text for text in numbers if text.isdigit()] == [str(number) for number in range(1, 26)]
    assert len(feedback.rows) == 26


def test_page_numbers_stand_outside_odd_right_and_even_left() -> None:
    file = written()
    (section,) = file.sections
    assert file.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT)
    for footer in (odd, even):
        assert footer.text == "—  —"
        assert "PAGE" in footer._p.xml
        assert {run.font.size.pt for run in footer.runs} == {14}


def test_imprint_is_placed_at_the_foot() -> None:
    table = written().tables[-1]
    assert [cell.text for cell in table.rows[-1].cells] == [
        "汤阴县审批服务便民化工作领导小组办公室", "2026年11月23日印发",
    ]  # fmt: skip
    assert table.rows[0].cells[0].text.startswith("抄送：安阳市")
    assert table._tbl.tblPr.find(qn("w:tblpPr")).get(qn("w:tblpYSpec")) == "bottom"


def test_draft_and_demonstration_are_said_on_every_page() -> None:
    (section,) = written(2, demonstration=True, preview=True).sections
    for header in (section.header, section.even_page_header):
        assert "演示数据，不作为正式公文" in header.paragraphs[0].text
        assert "预览稿" in header.paragraphs[0].text
    assert written().sections[0].header.paragraphs[0].text == ""


def test_children_stand_in_the_order_of_the_schema() -> None:
    """Word calls a file broken whose borders come after its spacing, or a table's place after its width."""
    file = written()
    rule = find(file, "审服办〔")._p.pPr
    tags = [child.tag.removeprefix(W) for child in rule]
    assert tags.index("pBdr") < min(tags.index(name) for name in ("spacing", "jc") if name in tags)
    tags = [child.tag.removeprefix(W) for child in file.tables[-1]._tbl.tblPr]
    assert tags.index("tblpPr") < tags.index("tblW") < tags.index("tblBorders") < tags.index("tblLook")


def test_no_macro_no_link_and_nothing_of_the_template_is_in_it() -> None:
    facts = inspection(findings=(finding(FINDINGS[0], finding=HOSTILE),))
    body = word.write(replace(notice(facts=facts), copy_to=HOSTILE))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        assert not [name for name in names if re.search(r"vba|thumbnail|embed|\.bin", name)]
        for name in names:
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in archive.read(name)
        xml = archive.read("word/document.xml").decode()
    assert "<script>" not in xml
    assert not re.search(r"<w:(?:hyperlink|object|altChunk)\b", xml)
    assert set(re.findall(r"<w:instrText[^>]*>([^<]*)<", xml)) == set()
    assert HOSTILE in "".join(
        cell.text for row in docx.Document(io.BytesIO(body)).tables[0].rows for cell in row.cells
    )


@pytest.mark.parametrize("kind", ["notice", "letter", "order"])
def test_each_form_of_a_notice_is_written(kind: str) -> None:
    document = replace(notice(3), kind=kind)
    file = docx.Document(io.BytesIO(word.write(document)))
    assert any("序号" in cell.text for cell in file.tables[0].rows[0].cells)
    assert ("附件1" in lines(file)) == (kind != "order")


def words_of(file: Any) -> str:
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*lines(file), *cells])


@pytest.mark.parametrize("kind", sorted(name for name, one in samples().items() if word.can_write(one)))
def test_no_text_of_any_kind_is_left_out(kind: str) -> None:
    document = samples()[kind]
    said = words_of(docx.Document(io.BytesIO(word.write(document, ASSETS)))).replace("\n", "")
    left = {place: text for place, text in texts(document) if text.replace("\n", "") not in said}
    assert left == {}


def test_photos_of_an_annex_are_in_the_file_each_above_its_words() -> None:
    document = notice(10, facts=with_photos())
    file = docx.Document(io.BytesIO(word.write(document, ASSETS)))
    (photos,) = [block for annex in document.annexes for block in annex.blocks if isinstance(block, Photos)]
    assert len(file.inline_shapes) == len(photos.photos) == 6
    paragraphs = file.paragraphs
    pictures = [place for place, one in enumerate(paragraphs) if one._p.findall(f".//{W}drawing")]
    assert [paragraphs[place + 1].text for place in pictures] == [photo.caption for photo in photos.photos]


def test_opinion_says_of_each_photo_whether_it_is_of_before_or_after_and_where_there_is_none() -> None:
    document = opinion(6)
    file = docx.Document(io.BytesIO(word.write(document, ASSETS)))
    said = [line for line in lines(file) if line.startswith(("整改前　", "整改后　"))]
    (pairs,) = [block for annex in document.annexes for block in annex.blocks if isinstance(block, Pairs)]
    wanted = [photo.caption if photo else "无照片" for pair in pairs.pairs for _side, photo in pair.sides]
    assert [line.split("　", 1) for line in said] == [
        [side, words] for side, words in zip(["整改前", "整改后"] * len(pairs.pairs), wanted, strict=True)
    ]
    assert "无照片" in wanted
    assert len(file.inline_shapes) == len(wanted) - wanted.count("无照片")


def test_bars_of_a_circular_are_a_table_with_the_mean_below() -> None:
    file = docx.Document(io.BytesIO(word.write(circular())))
    found = [[cell.text for cell in row.cells] for table in file.tables for row in table.rows]
    assert ["城关镇", "92.50"] in found
    assert "平均83.50" in lines(file)


@pytest.mark.parametrize(
    ("proof", "kept"),
    [
        (
            "receipt",
            ("你单位《关于", "》（审服办〔2026〕", "收文单位", "签收单位（公章）", "填写本回执"),
        ),
        ("service", ("送达文书名称", "受送达单位签收", "送达人", "未签收的原因、见证人")),
    ],
)
def test_slip_is_the_one_that_the_document_has(proof: Any, kept: tuple[str, ...]) -> None:
    """A receipt slip was once written as a proof of service."""
    file = written(3, proof=proof)
    said = "".join(lines(file)) + "".join(
        cell.text for table in file.tables for row in table.rows for cell in row.cells
    )
    for words in kept:
        assert words in said
    assert ("收文单位" in said, "受送达单位" in said) == (proof == "receipt", proof == "service")


def in_order(file: Any) -> list[str]:
    """Paragraphs and, as 表, tables, as they follow each other."""
    return [
        Paragraph(node, file).text if node.tag == f"{W}p" else "表"
        for node in file.element.body
        if node.tag in (f"{W}p", f"{W}tbl")
    ]


def test_order_has_its_findings_before_its_demands_and_its_own_strip() -> None:
    document = order(3)
    file = docx.Document(io.BytesIO(word.write(document)))
    found = in_order(file)
    opening = found.index(document.opening[0])
    demands = next(place for place, text in enumerate(found) if text.startswith("请你镇明确责任领导"))
    assert opening < found.index("表") < demands < found.index(document.dated)
    assert "本通知书一式两份，一份送签收单位，一份由发出单位存档。" in found
    assert "" not in found[:demands]


def test_signature_stamp_has_its_place_beside_the_post() -> None:
    document = notice(3, seal="signature", post="主任")
    file = docx.Document(io.BytesIO(word.write(document)))
    post = find(file, "主任")
    # Four characters, the stamp of 40 mm, and two more (7.3.5.3).
    indent = post.paragraph_format.element.find(f".//{W}ind").get(qn("w:rightChars"))
    assert int(indent) == pytest.approx(100 * (4 + 40 / 5.57 + 2), abs=5)
    assert document.signature not in lines(file)


# ---- from the page


@pytest.mark.django_db
def test_frozen_content_is_what_is_downloaded(client: Client, stage: Stage, quick_pdf: Any) -> None:
    document = issued(stage, submitted(stage, 0, yes=Given(False)))
    client.force_login(stage.cast["administrator"])
    said = client.get(reverse("reports:document-word", args=[document.pk]))
    assert ".docx" in said["Content-Disposition"]
    file = docx.Document(io.BytesIO(b"".join(said.streaming_content)))
    assert document.number_text in lines(file)
    content = from_plain(document.document)
    assert to_plain(content) == document.document
    assert content.dated in lines(file)


@pytest.mark.django_db
def test_draft_is_downloaded_as_it_stands_and_marked(client: Client, stage: Stage, quick_pdf: Any) -> None:
    document = drafted(stage, submitted(stage, 0, yes=Given(False)))
    client.force_login(stage.cast["reviewer"])
    said = client.get(reverse("reports:document-word", args=[document.pk]))
    file = docx.Document(io.BytesIO(b"".join(said.streaming_content)))
    assert "预览稿" in file.sections[0].header.paragraphs[0].text
    client.force_login(stage.cast["township_staff"])
    assert client.get(reverse("reports:document-word", args=[document.pk])).status_code == 404
    actions.issue_document(document=document, by=stage.cast["signatory"], now=NOW)
    assert client.get(reverse("reports:document-word", args=[document.pk])).status_code == 200
