"""From a frozen document to an editable Word file in the same format (GB/T 9704-2012).

Faces are named as the offices' own machines know them, with others to take their place; 22 lines a page
by Word's own grid, 28 characters a line. No macros, no links, nothing fetched.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt

from . import geometry
from .document import (
    BarChart,
    Document,
    FeedbackAnnex,
    FindingsAnnex,
    Notice,
    Official,
    Opinion,
    Pairs,
    Photo,
    Photos,
    ProofAnnex,
    Table,
    Written,
)
from .typesetting import FORMATS
from .word_file import (
    PITCH,
    RED,
    off_grid,
    place_at_foot,
    rule_below,
    set_face,
    set_indent,
    set_margins,
    set_page,
    set_styles,
    strip,
)

WIDTH = 156  # mm of the type area
NAME_AND_DATE = (103, 53)  # of the imprint block
SLIP = (46, 110)
# Characters: the post stands two before a stamp of 40 mm, which is four from the edge (7.3.5.3).
POST = 4 + 40 * geometry.MM / geometry.TYPE + 2
NO_PHOTO = "无照片"
FINDING_COLUMNS = (
    ("序号", 10), ("条款", 24), ("存在问题", 46), ("扣分", 12), ("整改要求", 40), ("整改时限", 24),
)  # fmt: skip
FEEDBACK_COLUMNS = (
    ("序号", 10), ("存在问题", 38), ("整改措施", 31), ("整改结果", 25), ("完成时间", 14), ("佐证材料", 14),
    ("未完成原因及下步计划", 24),
)  # fmt: skip


@dataclass(frozen=True)
class Widths:
    """Measures text as the grid does: a Chinese character is 1 wide, a Latin one a half."""

    def advance(self, text: str) -> float:
        return sum(0.5 if ord(char) < 0x2000 else 1.0 for char in text)


def write(document: Written, assets: Mapping[str, bytes] | None = None) -> bytes:
    """Return the document as .docx. `assets` are its pictures by SHA-256; one not handed in is left out."""
    file = docx.Document()
    strip(file)
    set_page(file)
    set_styles(file)
    set_margins(file, document)
    properties = file.core_properties
    properties.title, properties.author = document.title_text, document.issuer
    properties.last_modified_by, properties.comments = document.issuer, ""
    writer = _Writer(file, assets or {})
    writer.head(document)
    writer.body(document)
    writer.closing(document)
    writer.annexes(document)
    if isinstance(document, Official):
        writer.imprint(document)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


# ---- the text


class _Writer:
    """Writes a document's elements one after the other into a file."""

    def __init__(self, file: Any, assets: Mapping[str, bytes]) -> None:
        self.file, self.assets = file, assets

    def line(self, text: str = "", *, role: str = "", style: str = "Normal", **shape: Any) -> Any:
        """Add a paragraph; `first`, `left`, `right` in characters, `before` and `after` in points."""
        paragraph = self.file.add_paragraph(style=style)
        self.say(paragraph, text, role=role, size=shape.get("size"))
        form = paragraph.paragraph_format
        paragraph.alignment = shape.get("align")
        form.space_before, form.space_after = Pt(shape.get("before", 0)), Pt(shape.get("after", 0))
        if pitch := shape.get("pitch"):
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
            off_grid(paragraph)
        indents = {"first": "firstLineChars", "left": "leftChars", "right": "rightChars"}
        given = {name: 100 * shape[key] for key, name in indents.items() if shape.get(key)}
        if given:
            set_indent(paragraph, **given)
        return paragraph

    def say(self, paragraph: Any, text: str, *, role: str = "", size: float | None = None) -> Any:
        run = paragraph.add_run(text)
        if role:
            set_face(run._r.get_or_add_rPr(), role)
        if size:
            run.font.size = Pt(size)
        return run

    def head(self, document: Written) -> None:
        """Mark, number and red rule (7.2), title (7.3.1), addressee (7.3.2)."""
        center = WD_ALIGN_PARAGRAPH.CENTER
        form = FORMATS[document.kind]
        if isinstance(document, Official) and form in ("red_head", "letter"):
            size = min(46.0, 442 / max(1, len(document.mark)))
            mark = self.line(
                document.mark, role="Biao", size=size, align=center, before=99.2, pitch=max(size * 1.2, PITCH)
            )
            mark.runs[0].font.color.rgb = RED
            number = self.line(document.number.text, align=center, before=2 * PITCH)
            rule_below(number)
        elif document.number is not None:
            self.line(document.issuer, role="Biao", size=22, align=center, pitch=33)
        title = self.line(style="Title", align=center, before=2 * PITCH, after=PITCH, pitch=33)
        for place, words in enumerate(geometry.title_lines(document.title)):
            if place:
                title.add_run().add_break()
            title.add_run(words)
        if form == "form" and document.number is not None:
            self.line(document.number.text, align=WD_ALIGN_PARAGRAPH.RIGHT)
        if isinstance(document, Official):
            self.line(f"{document.addressee}：")

    def body(self, document: Written) -> None:
        """The text with its levels of headings (7.3.3) and the note of annexes (7.3.4)."""
        for text in document.opening:
            self.line(text, first=2)
        if isinstance(document, Notice) and document.kind == "order":
            # The form has its findings in its own table.
            self.findings(document.findings)
        for part in document.parts:
            if part.heading:
                self.line(part.heading, style="Heading 1", first=2)
            for passage in part.passages:
                self.passage(passage)
        for place, name in enumerate(document.attachments, start=1):
            label = "附件：" if place == 1 else "　　　"
            ordinal = f"{place}." if len(document.attachments) > 1 else ""
            self.line(f"{label}{ordinal}{name}", left=2, before=PITCH if place == 1 else 0)

    def passage(self, passage: Any) -> None:
        if passage.text and passage.heading:
            paragraph = self.line(passage.heading, role="Kai", first=2)
            self.say(paragraph, passage.text)
        elif passage.text:
            self.line(passage.text, first=2)
        elif passage.heading:
            self.line(passage.heading, style="Heading 2", first=2)
        for item in passage.items:
            self.line(item, first=2)
        self.blocks(passage.blocks)

    def closing(self, document: Written) -> None:
        """Signature and date (7.3.5), the seal's place left free, and the note (7.3.6)."""
        right = WD_ALIGN_PARAGRAPH.RIGHT
        lines = geometry.signature_lines(document.signature)
        widest = max(lines, key=Widths().advance)
        name, date = geometry.signature_margins(widest, document.dated, document.seal, Widths())  # type: ignore[arg-type]
        if document.seal == "signature":
            # The stamp itself takes the place of the name.
            lines = [document.post]
            name = POST * geometry.TYPE
        for place, line in enumerate(lines):
            above = (1 if document.seal == "unsealed" else 2) * PITCH if place == 0 else 0
            shown = self.line(line, align=right, right=name / geometry.TYPE, before=above)
            shown.paragraph_format.keep_with_next = True
        below = PITCH if document.seal == "signature" else 0
        self.line(document.dated, align=right, right=date / geometry.TYPE, before=below)
        if document.note:
            self.line(document.note, first=2)
        if isinstance(document, Notice) and document.kind == "order":
            date = "签收日期：　　　　年　　月　　日"
            self.table((), [("签收单位（公章）：", "送达人（签字）："), ("签收人（签字）：", date)])
            self.small("本通知书一式两份，一份送签收单位，一份由发出单位存档。")
        if isinstance(document, Official) and FORMATS[document.kind] == "form" and document.copy_to:
            self.small(f"抄送：{document.copy_to}")

    # ---- annexes

    def annexes(self, document: Written) -> None:
        """The annexes in the order of the printed document (7.3.7), each on a new page."""
        found: list[Any] = []
        if isinstance(document, Notice):
            found = [document.findings, document.feedback]
            if document.kind == "order":
                found = [document.feedback]
        found += document.annexes
        if isinstance(document, Notice | Opinion) and document.proof:
            found.append(document.proof)
        for place, annex in enumerate(found, start=1):
            label = self.line(f"附件{place}" if len(found) > 1 else "附件", role="Hei")
            label.paragraph_format.page_break_before = True
            self.line(
                annex.title, role="Biao", size=22, align=WD_ALIGN_PARAGRAPH.CENTER, before=PITCH,
                after=PITCH / 2, pitch=33,
            )  # fmt: skip
            self.annex(annex)

    def annex(self, annex: Any) -> None:
        if isinstance(annex, FindingsAnnex):
            self.findings(annex)
        elif isinstance(annex, FeedbackAnnex):
            self.feedback(annex)
        elif isinstance(annex, ProofAnnex):
            self.proof(annex)
        else:
            self.small("　".join(annex.facts))
            self.blocks(annex.blocks)
            self.small(annex.note)

    def small(self, text: str) -> None:
        if text:
            self.line(text, size=10.5, pitch=17)

    def findings(self, annex: FindingsAnnex) -> None:
        self.small("　".join(annex.facts))
        rows: list[Sequence[str]] = []
        section = ""
        for row in annex.rows:
            if row.section != section:
                section = row.section
                rows.append((f"{section}（{sum(r.section == section for r in annex.rows)}项）",))
            rows.append((str(row.number), row.clause, row.finding, row.lost, row.requirement, row.deadline))
        self.table(FINDING_COLUMNS, rows)
        self.small(annex.note)

    def feedback(self, annex: FeedbackAnnex) -> None:
        self.small(f"服务中心（点）：{annex.center}　整改通知文号：{annex.number}")
        choice = "□已完成\n□部分完成\n□未完成"
        rows = [(str(number), finding, "", choice, "", "", "") for number, finding in annex.rows]
        self.table(FEEDBACK_COLUMNS, rows)
        date = "填报日期：　　　　年　　月　　日"
        self.table((), [("填报单位（公章）：", "单位负责人（签字）："), ("填报人及联系电话：", date)])

    def proof(self, annex: ProofAnnex) -> None:
        """Word for word the printed slip, to be filled in by hand."""
        if annex.kind == "receipt":
            self.line(f"{annex.sender}：")
            self.line(f"你单位《{annex.document}》（{annex.number}）已收悉。", first=2)
            rows = [
                ("收文单位", annex.recipient), ("收到日期", "　　　　年　　月　　日"), ("签收人", ""),
                ("联系电话", ""), ("签收单位（公章）", "\n\n"),
            ]  # fmt: skip
            self.table((), rows, SLIP)
            self.small("注：请收到公文后填写本回执，签字并加盖公章后送回发文机关。")
            return
        rows = [
            ("送达文书名称", annex.document), ("文　号", annex.number), ("受送达单位", annex.recipient),
            ("送达地点", ""), ("送达方式", "□直接送达　□邮寄送达　□电子送达　□其他"),
            ("收到日期", "　　　　年　　月　　日　　时"), ("受送达单位签收\n（签字、公章）", "\n\n"),
            ("送达单位", annex.sender), ("送达人", ""), ("备　注\n（未签收的原因、见证人）", "\n\n"),
        ]  # fmt: skip
        self.table((), rows, SLIP)

    # ---- blocks

    def blocks(self, blocks: Iterable[Any]) -> None:
        for block in blocks:
            if isinstance(block, Table):
                self.small(block.caption)
                self.table([(column.title, column.width) for column in block.columns], block.rows)
            elif isinstance(block, BarChart):
                self.small(block.caption)
                self.table((), [(bar.label, bar.words) for bar in block.bars])
                self.small(block.mark_words)
            elif isinstance(block, Photos):
                for photo in block.photos:
                    self.photo(photo, photo.caption)
            elif isinstance(block, Pairs):
                self.pairs(block)

    def pairs(self, block: Pairs) -> None:
        for pair in block.pairs:
            self.small(pair.heading)
            for side, photo in pair.sides:
                self.photo(photo, f"{side}　{photo.caption if photo else NO_PHOTO}")

    def photo(self, photo: Photo | None, words: str) -> None:
        if photo and (body := self.assets.get(photo.image)):
            paragraph = self.line(align=WD_ALIGN_PARAGRAPH.CENTER)
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            paragraph.add_run().add_picture(io.BytesIO(body), width=Mm(76))
        self.line(words, size=10.5, pitch=17, align=WD_ALIGN_PARAGRAPH.CENTER)

    def table(
        self, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[str]], shares: Sequence[int] = ()
    ) -> None:
        """A table of fixed widths (mm), without a head those of `shares` or all alike; a head is repeated on
        every page, and no row is cut."""
        alike = [WIDTH // len(rows[0])] * len(rows[0])
        widths = [width for _title, width in columns] or list(shares) or alike
        table = self.file.add_table(rows=0, cols=len(widths))
        table.style, table.autofit = "Table Grid", False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        if columns:
            head = self.row(table, [title for title, _width in columns], widths, role="Hei")
            head._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for row in rows:
            self.row(table, row, widths)

    def row(self, table: Any, texts: Sequence[str], widths: Sequence[int], role: str = "") -> Any:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        cells = [row.cells[0].merge(row.cells[-1])] if len(texts) < len(widths) else row.cells
        for cell, text, width in zip(cells, texts, widths, strict=False):
            if len(cells) > 1:
                cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(15)
            off_grid(paragraph)
            if role:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            for place, words in enumerate(text.split("\n")):
                if place:
                    paragraph.add_run().add_break()
                self.say(paragraph, words, role=role, size=10.5)
        return row

    def imprint(self, document: Official) -> None:
        """版记 at the foot of the last page (7.4): a table placed at the type area's lower edge."""
        if FORMATS[document.kind] == "form":
            return
        lines = [(f"抄送：{document.copy_to}", "")] if document.copy_to else []
        if FORMATS[document.kind] == "red_head":
            lines.append((document.printed_by, f"{document.printed_on}印发"))
        if not lines:
            return
        # Two tables without a paragraph between them are one to Word.
        self.line(pitch=1)
        table = self.file.add_table(rows=0, cols=2)
        table.autofit = False
        for column, width in zip(table.columns, NAME_AND_DATE, strict=True):
            column.width = Mm(width)
        for left, right in lines:
            row = table.add_row()
            cells = [row.cells[0].merge(row.cells[1])] if not right else list(row.cells)
            for cell, text, width in zip(cells, (left, right), NAME_AND_DATE, strict=False):
                cell.width = Mm(width if right else WIDTH)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.line_spacing = Pt(22)
                off_grid(paragraph)
                if text == right and right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                set_indent(paragraph, leftChars=88, rightChars=88)
                self.say(paragraph, text, size=14)
        place_at_foot(table)
        # A placed table hangs on the paragraph after it.
        self.line(pitch=1)


def can_write(document: Document) -> bool:
    """Whether the kind has a Word form; a ledger has its table instead."""
    return isinstance(document, Written)
