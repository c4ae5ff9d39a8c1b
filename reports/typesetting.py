"""From a frozen document to the page description that the engine lays out: HTML and rules."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.template.loader import render_to_string

from . import charts, geometry
from .document import (
    BarChart,
    Block,
    Document,
    Ledger,
    Notice,
    Official,
    Opinion,
    Table,
    Written,
)
from .geometry import MM, PITCH, TYPE

Format = Literal["red_head", "letter", "form", "ledger"]
FORMATS: dict[str, Format] = {
    "notice": "red_head",
    "circular": "red_head",
    "letter": "letter",
    "order": "form",
    "opinion": "form",
    "score_report": "form",
    "ledger": "ledger",
}
SEAL = (42.0, 42.0)  # mm: of a county's office; its place is kept free where no picture was uploaded
STAMP = (40.0, 16.0)
PREVIEW, DEMONSTRATION = "预览稿，未编号，不得作为正式公文使用", "演示数据，不作为正式公文"
# Where the engine would break a line and a typesetter would not: before these marks, between a
# number and its unit, inside a clause reference or （暂定）, between a score and its grade.
UNBROKEN = re.compile(
    "(?<=[^\\s—>])(?=[·～℃‰]|—(?!—))|(?<=[0-9])(?=[年月日号分项个平米])"
    "|(?<=[一二三四五六七八九十])(?=）[0-9])|(?<=）)(?=[0-9])|(?<=（)(?=暂定）)|(?<=暂)(?=定）)|(?<=[0-9]分)(?=（)"
)
Typefaces = Callable[[str], geometry.Typeface]


@dataclass(frozen=True)
class Verification:
    """What makes a printed page checkable: a small line on each page, a QR code on the last.

    `line` is 文号 · 内容摘要; `code` the picture of the QR code (SVG or PNG), empty for none.
    """

    line: str
    code: bytes = b""


@dataclass(frozen=True)
class Typeset:
    """A page description. `pictures` are drawn here: charts, by the names under which `html` asks."""

    format: Format
    html: str
    rules: str
    pictures: dict[str, bytes]


@dataclass(frozen=True)
class Bound:
    """An annex as it is bound in: its label, and whether the imprint block follows on its page."""

    label: str
    template: str
    annex: Any
    last: bool


def typeset(document: Document, faces: Typefaces, verification: Verification | None = None) -> Typeset:
    """Return the document's pages for the engine; every text in them is escaped."""
    form = FORMATS[document.kind]
    context: dict[str, Any] = {
        "document": document,
        "format": form,
        "title_lines": geometry.title_lines(document.title),
    }
    rules = [_page_rules(document, verification), *_column_rules(document)]
    if isinstance(document, Written):
        bound = tuple(_bound(document))
        context |= {"annexes": bound, "signature_lines": geometry.signature_lines(document.signature)}
        rules += _closing_rules(document, faces("FangSong"))
    if form == "form":
        context["office_lines"], size = geometry.office_head(document.issuer, faces("Biao"))
        rules.append(f".office{{font-size:{size:.3f}pt}}")
    if isinstance(document, Official):
        context["moved"] = form != "form" and not _body_begins_on_first_page(document, faces)
        rules += _head_rules(document, form, faces)
    pictures = {chart.name: charts.draw(chart, faces("FangSong").families) for chart in _charts(document)}
    if verification and verification.code:
        context["code"] = True
        pictures["code"] = verification.code
    html = _joined(render_to_string(f"reports/documents/{_template(document)}.html", context))
    return Typeset(form, html, "\n".join(rules), pictures)


def _template(document: Document) -> str:
    return {"letter": "notice"}.get(document.kind, document.kind)


def _bound(document: Written) -> Iterator[Bound]:
    found: list[tuple[str, Any]] = []
    if isinstance(document, Notice):
        found += [("feedback", document.feedback)]
        if document.kind != "order":
            found.insert(0, ("findings", document.findings))
    found += [("annex", annex) for annex in document.annexes]
    if isinstance(document, Notice | Opinion) and document.proof:
        found.append((document.proof.kind, document.proof))
    for place, (template, annex) in enumerate(found, start=1):
        label = f"附件{place}" if len(found) > 1 else "附件"
        yield Bound(label, f"reports/documents/_{template}.html", annex, place == len(found))


def _blocks(document: Document) -> Iterator[Block]:
    if isinstance(document, Ledger):
        yield document.table
    else:
        for part in document.parts:
            for passage in part.passages:
                yield from passage.blocks
        for annex in document.annexes:
            yield from annex.blocks


def _charts(document: Document) -> Iterator[BarChart]:
    return (block for block in _blocks(document) if isinstance(block, BarChart))


def _column_rules(document: Document) -> list[str]:
    tables = [block for block in _blocks(document) if isinstance(block, Table)]
    widths = sorted({column.width for table in tables for column in table.columns})
    return [f".mm-{width}{{width:{width}mm}}" for width in widths]


def _page_rules(document: Document, verification: Verification | None) -> str:
    """Return the rules of what stands in the margins; texts are written as escapes of CSS."""
    words = [PREVIEW] if document.preview else []
    words += [DEMONSTRATION] if document.demonstration else []
    rules = [f"@page{{@top-center{{content:{_quoted('　'.join(words))}}}}}"] if words else []
    if verification and verification.line:
        rules.append(f"@page{{@bottom-center{{content:{_quoted(verification.line)}}}}}")
    return "\n".join(rules)


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\{ord(char):x} " for char in text) + '"'


def _head_rules(document: Official, form: Format, faces: Typefaces) -> list[str]:
    """Return the rules of the issuing body's mark and what hangs on it; only numbers."""
    if form == "form":
        return []
    body, title = faces("FangSong"), faces("Biao")
    top = geometry.LETTER_TOP if form == "letter" else geometry.MARK_TOP
    head = geometry.mark(document.mark, title, top)
    below = geometry.rule_margin(document.number.text, body)
    close = geometry.imprint_spacing(document.printed_by, body)
    if form == "letter":
        below = geometry.letter_rule_margin(document.mark, head, title)
    return [
        f".mark{{padding-top:{head.above:.3f}pt}}",
        f".mark p{{font-size:{head.size:.3f}pt;width:{head.width:.3f}pt;"
        f"margin-left:{head.indent:.3f}pt;transform:scale({head.scale:.5f},1)}}",
        f".rule{{margin-top:{below:.3f}pt}}",
        f".imprint .printed span:first-child{{letter-spacing:{close:.4f}em}}",
    ]


def _body_begins_on_first_page(document: Official, faces: Typefaces) -> bool:
    """Say whether a line of the text has room below head, title and addressees (7.3.2)."""
    head = geometry.mark(document.mark, faces("Biao"))
    lines = math.ceil((faces("FangSong").advance(document.addressee) + 1) / (geometry.CHARACTERS - 1))
    titles = len(geometry.title_lines(document.title))
    used = head.above + head.size + 2 * PITCH + PITCH + geometry.RULE_GAP
    used += 2 * PITCH + titles * geometry.TITLE_PITCH + PITCH + lines * PITCH
    return used + PITCH <= geometry.HEIGHT


def _closing_rules(document: Written, face: geometry.Typeface) -> list[str]:
    """Return the rules of signature, date, seal and attachments."""
    lines = geometry.signature_lines(document.signature)
    widest = max(lines, key=face.advance)
    name, date = geometry.signature_margins(widest, document.dated, document.seal, face)
    rules = [
        f".signature{{margin-right:{name:.3f}pt}}.dated{{margin-right:{date:.3f}pt}}",
        f".attachment .ordinal{{width:{face.advance('1.'):.4f}em}}",
    ]
    image = document.seal_image
    width, height = (image.width, image.height) if image else STAMP if document.seal == "signature" else SEAL
    if document.seal == "sealed":
        center = date + face.advance(document.dated) * TYPE / 2
        place = geometry.seal_place(height * MM, len(lines), bool(document.note))
        rules.append(
            f".seal{{width:{width}mm;height:{height}mm;right:{center - width * MM / 2:.3f}pt;"
            f"top:{place.top:.3f}pt}}"
            f".close .room{{height:{place.room:.3f}pt}}"
        )
    if document.seal == "signature":
        rules.append(f".stamp{{width:{width}mm;height:{height}mm}}.post{{line-height:{height}mm}}")
    return rules


def _joined(html: str) -> str:
    """Return the page with word joiners in its body where no line may end."""
    head, end, body = html.partition("</head>")
    return head + end + UNBROKEN.sub("\u2060", body)
